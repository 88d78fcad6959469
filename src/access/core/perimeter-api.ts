import { z } from 'zod';

/** What bot and perimeter say to each other (design.md section 6). Both ends parse with these; neither trusts the other's types. */
export const API_VERSION = '1';
export const API_VERSION_HEADER = 'hallpass-api-version';

const guid = z.guid();
const instant = z.iso.datetime();
/** Half a character has no bytes of its own: two texts would have one digest. */
const text = z.string().refine((words) => words.isWellFormed(), 'holds half a character (a lone surrogate)');
/** Opaque: made by the bot, unique, safe in addresses and in PIM's ticket number. */
export const requestIdSchema = z.string().regex(/^[a-z0-9]{8,40}$/);
export const personSchema = z.strictObject({ tenantId: guid, objectId: guid });

export const JUSTIFICATION_MAX_CHARS = 500;
/** A year. An end beyond the calendar's (275,760) could not be written down, and access of that length is not "for a while". */
export const LONGEST_MINUTES = 366 * 24 * 60;

export const registerGrantSchema = z.strictObject({
  requestId: requestIdSchema,
  requester: personSchema,
  principal: personSchema,
  entitlementId: text.min(1).max(80),
  durationMinutes: z.int().positive().max(LONGEST_MINUTES),
  /** What the requester wrote, as the bot says; never read back as authority. */
  justification: text.min(1).max(JUSTIFICATION_MAX_CHARS),
  /** How long the request may wait for decisions, from its registration. */
  approvalWindowMinutes: z.int().positive().max(LONGEST_MINUTES),
  /** Asks for it without waiting for anybody; who may, and how often, the guardrails say. */
  breakGlass: z.boolean().default(false),
  /** Where, for an entitlement whose guardrail names a pattern of ARM scopes. */
  azureScope: text.min(1).max(500).optional(),
});
export type RegisterGrant = z.infer<typeof registerGrantSchema>;

export const decisionSchema = z.strictObject({
  /** Unique per decision: the same one may arrive twice. */
  decisionId: text.min(1).max(120),
  decision: z.enum(['approve', 'deny']),
  approver: personSchema,
  decidedAt: instant,
});
export type GrantDecision = z.infer<typeof decisionSchema>;

export const endReasonSchema = z.enum(['withdraw', 'release', 'lapse', 'revoke']);
export type EndReason = z.infer<typeof endReasonSchema>;

/** How a grant ended; `expired` is the only one that nobody asked for. `left`: somebody else had given the same, and theirs stays. */
export const endedHowSchema = z.enum(['denied', 'lapsed', 'withdrawn', 'released', 'revoked', 'expired', 'gone', 'left']);
export type EndedHow = z.infer<typeof endedHowSchema>;

export const assuranceSchema = z.enum(['chat', 'signed']);

/** What a request waits for. */
export const waitsForSchema = z.strictObject({
  /** `signed` decisions are made on the perimeter's own page. */
  assurance: assuranceSchema,
  approvalsNeeded: z.int().nonnegative(),
  requesterSigns: z.boolean(),
});
export type WaitsFor = z.infer<typeof waitsForSchema>;

const fact = { seq: z.int().positive(), head: z.string(), requestId: requestIdSchema, at: instant };
export const perimeterEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('registered'), waitsFor: waitsForSchema, ...fact }),
  /** Somebody decided, and it counts. `missing`: approvals that the request still waits for, in all stages. */
  z.strictObject({
    type: z.literal('decided'),
    decision: z.enum(['approve', 'deny']),
    approver: personSchema,
    assurance: assuranceSchema,
    missing: z.int().nonnegative(),
    ...fact,
  }),
  /** The requester signed the request itself. */
  z.strictObject({ type: z.literal('requestSigned'), ...fact }),
  /** The directory shows something else than what was given; nothing was repaired. */
  z.strictObject({
    type: z.literal('drifted'),
    drift: z.enum(['gone-early', 'end-moved']),
    directoryEndsAt: instant.optional(),
    ...fact,
  }),
  z.strictObject({ type: z.literal('refused'), code: z.string(), hint: z.string(), ...fact }),
  z.strictObject({ type: z.literal('giving'), ...fact }),
  /** `nativeEnd`: Entra itself ends it at `endsAt`, even if the perimeter is gone. */
  z.strictObject({ type: z.literal('given'), endsAt: instant, nativeEnd: z.boolean(), ...fact }),
  /** `confirmedAt`: when reading back said it is gone; absent when nothing had been given. */
  z.strictObject({
    type: z.literal('ended'),
    how: endedHowSchema,
    confirmedAt: instant.optional(),
    /** Of `denied`: who did. */
    deniedBy: personSchema.optional(),
    ...fact,
  }),
  z.strictObject({ type: z.literal('overdue'), tries: z.int(), code: z.string(), byHand: z.string(), ...fact }),
  /** Nothing is given until two people have signed that it may go on. `requestId` names the freeze, and no request. */
  z.strictObject({ type: z.literal('frozen'), ...fact }),
  z.strictObject({ type: z.literal('unfrozen'), ...fact }),
]);
export type PerimeterEvent = z.infer<typeof perimeterEventSchema>;

/** Headers of a call: the newest sequence and head that the caller has seen. The perimeter compares them with its own journal. */
export const SEEN_SEQ_HEADER = 'hallpass-seen-seq';
export const SEEN_HEAD_HEADER = 'hallpass-seen-head';

/** Sequence and head of the perimeter's journal: every answer carries them, the bot keeps the newest. */
export const ledgerHeadSchema = z.strictObject({ seq: z.int().nonnegative(), head: z.string() });
export type LedgerHead = z.infer<typeof ledgerHeadSchema>;

export const eventsPageSchema = z.strictObject({ events: z.array(perimeterEventSchema), ledger: ledgerHeadSchema });
export const grantStateSchema = z.strictObject({
  requestId: requestIdSchema,
  state: z.string(),
  endsAt: instant.optional(),
  /** Of what was registered and not refused. */
  waitsFor: waitsForSchema.optional(),
  ledger: ledgerHeadSchema,
});
export type GrantState = z.infer<typeof grantStateSchema>;

export const guardrailsSchema = z.strictObject({
  digest: z.string(),
  /** Why nothing is given now, whatever the guardrails say: `ledger.doubtful`, `perimeter.frozen` and their like. Empty: it gives. */
  notGiving: z.array(z.string()),
  /** What a bot that is owned completely could still do under these guardrails, in sentences. */
  ownedBotCould: z.array(z.string()),
  /** What Conditional Access has to ask of those who sign (`c1` to `c99`). Absent from an older perimeter. */
  authenticationContexts: z.array(z.string()).optional(),
  entitlements: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['directoryRole', 'group', 'azureRole']),
      /** What it gives, as `targetKey` writes it; of a pattern, with its `*`. Absent from an older perimeter. */
      target: z.string().optional(),
      assurance: assuranceSchema,
      /** Can reach Hallpass, its approvers or the whole tenant. */
      protected: z.boolean(),
      requesterSigns: z.boolean(),
      approvalsNeeded: z.int().nonnegative(),
      longestMinutes: z.int(),
      breakGlassLongestMinutes: z.int().optional(),
      nativeEnd: z.boolean(),
      /** Why it is not given now, whoever asks and whoever approves. */
      notGiven: z.string().optional(),
    }),
  ),
  ledger: ledgerHeadSchema,
});
export type GuardrailsAnswer = z.infer<typeof guardrailsSchema>;

/** RFC 9457. `code` is ours and stable; `hint` says what to do next. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  hint: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;
