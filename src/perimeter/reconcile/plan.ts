import { createHash } from 'node:crypto';
import type { GrantOpening, Registration } from '../../../flows/grant.ts';
import { instantOf } from '../../access/core/clock.ts';
import { requestIdSchema } from '../../access/core/perimeter-api.ts';
import type { Person } from '../../access/core/person.ts';
import { sameTarget, targetKey } from '../../access/core/target.ts';
import { DAY_MS } from '../guardrails/budgets.ts';
import type { OwnRecord } from '../ledger/own-records.ts';
import { type GuardedEntitlement, type PerimeterConfig, targetOf } from '../perimeter-config.ts';
import type { BotsCopy } from './bots-copy.ts';
import type { OldGrant, PastGrant } from './old-ledger.ts';

/** One grant of the ledger to be. `open` is never among them: what was not given yet is asked for again. */
export interface Step {
  readonly requestId: string;
  readonly opening: Extract<GrantOpening, { kind: 'adopted' | 'refused' | 'over' }>;
  /** Where we know it from, for whoever reads the plan. */
  readonly from: readonly ('records' | 'audit' | 'old ledger' | "the bot's copy")[];
}

export interface PlanInput {
  readonly config: PerimeterConfig;
  /** Open when the old ledger ended; none where it cannot be read. */
  readonly old: readonly OldGrant[];
  /** Ended of late, by the old ledger: since {@link countsSince}. */
  readonly past: readonly PastGrant[];
  /** What Microsoft's records say we gave, live or not. */
  readonly records: readonly OwnRecord[];
  readonly copy: BotsCopy | undefined;
  readonly nowMs: number;
}

/**
 * The open ledger, made again from what Microsoft's records say is ours. The old ledger and the bot's copy only name it and bring its end
 * forward. Pure.
 */
export function planOf(input: PlanInput): readonly Step[] {
  const { old, past, records } = input;
  const adopted = new Map<string, Step>();
  for (const record of records.filter(({ isLive }) => isLive)) {
    const step = adoptedFrom(input, record);
    // A claim may give two the same name: neither may be forgotten for it.
    const requestId = adopted.has(step.requestId) ? foundName(record) : step.requestId;
    adopted.set(requestId, { ...step, requestId });
  }
  const rest = old.flatMap((grant) => leftOver(input, grant));
  const over = [
    ...past.map(({ requestId, ...grant }): Step => ({ requestId, from: ['old ledger'], opening: { kind: 'over', ...grant } })),
    ...records.filter(({ isLive }) => !isLive).flatMap((record) => overFrom(input, record)),
  ];
  const told = new Set<string>();
  // Each name once: what is live or was open is told so.
  return [...adopted.values(), ...rest, ...over].filter(({ requestId }) => {
    const isNew = !told.has(requestId);
    told.add(requestId);
    return isNew;
  });
}

/** What ended before counts for no budget and no cool-down. */
export function countsSince({ entitlements }: PerimeterConfig, nowMs: number): number {
  return nowMs - Math.max(DAY_MS, ...entitlements.map(({ coolDownMinutes }) => coolDownMinutes * 60_000));
}

/** Of what is over Microsoft names no end: it is taken for the latest that there can have been. */
function overFrom(input: PlanInput, record: OwnRecord, known?: Registration): readonly Step[] {
  const { config, nowMs } = input;
  const setting = settingFor(input, record);
  const givenMs = Date.parse(record.createdAt);
  if (setting === undefined || Number.isNaN(givenMs)) return [];
  const endedMs = Math.min(nowMs, givenMs + setting.longestMinutes * 60_000);
  if (endedMs < countsSince(config, nowMs)) return [];
  const principal = { tenantId: config.tenant.tenantId, objectId: record.principalId };
  const registration = known ?? registrationOf(nameOf(record), principal, principal, setting);
  const endedAt = instantOf(endedMs);
  const opening = { kind: 'over', registration, target: record.target, givenAt: record.createdAt, endedAt } as const;
  return [{ requestId: registration.requestId, from: ['records'], opening }];
}

function adoptedFrom(input: PlanInput, record: OwnRecord): Step {
  const { principalId, target, assignment } = record;
  const known = input.old.find((one) => isOf(one, record));
  const claim = claimOf(input, record, known?.requestId);
  const requestId = known?.requestId ?? claim?.requestId ?? nameOf(record);
  const principal = { tenantId: input.config.tenant.tenantId, objectId: principalId };
  return {
    requestId,
    from: [
      record.requestId === undefined ? 'audit' : 'records',
      ...(known === undefined ? [] : (['old ledger'] as const)),
      ...(claim === undefined ? [] : (["the bot's copy"] as const)),
    ],
    opening: {
      kind: 'adopted',
      registration:
        known?.registration ?? registrationOf(requestId, claim?.requester ?? principal, principal, settingFor(input, record)),
      target,
      endsAt: instantOf(endOf(input, record, known, claim)),
      assignment,
      ...(assignment.seen === 'found' ? { readAt: record.createdAt } : {}),
    },
  };
}

/** Of a request whose words were lost. */
function registrationOf(
  requestId: string,
  requester: Person,
  principal: Person,
  setting: GuardedEntitlement | undefined,
): Registration {
  return {
    requestId,
    requester,
    principal,
    entitlementId: setting?.id ?? 'unknown',
    durationMinutes: 1,
    justification: NO_TEXT,
    approvalWindowMinutes: 1,
    breakGlass: false,
  };
}

/**
 * The earliest of what is known. What Microsoft ends by itself ends then at the latest; else the guardrails' longest from the day it was
 * made, if anybody says that it was to last that long. Nobody says anything: it ends now.
 */
function endOf(input: PlanInput, record: OwnRecord, known: OldGrant | undefined, claim: Claim | undefined): number {
  const longest = settingFor(input, record)?.longestMinutes ?? 0;
  const atMost = Date.parse(record.createdAt) + longest * 60_000;
  const said = [known?.endsAt, claim?.endsAt].flatMap((at) => (at === undefined ? [] : [Date.parse(at)]));
  const bound = record.endsAt === undefined ? (said.length === 0 ? input.nowMs : atMost) : Date.parse(record.endsAt);
  const ends = Math.min(bound, ...said);
  return Number.isFinite(ends) ? ends : input.nowMs;
}

/** What the old ledger calls open, and Microsoft's records do not name as live. */
function leftOver(input: PlanInput, grant: OldGrant): readonly Step[] {
  const { requestId, registration, target, assignment, endsAt, readAt } = grant;
  const from = ['old ledger'] as const;
  if (!grant.mayBeThere || target === undefined)
    return [{ requestId, from, opening: { kind: 'refused', registration, refusal: ASK_AGAIN } }];
  // PIM, and a name in Azure, would show it. Without a name, the audit may be behind or too short: whose it is, is asked when it is taken.
  const isNameless = assignment?.kind === 'plain' && target.kind !== 'azureRole';
  if (!isNameless || endsAt === undefined) {
    const [over] = input.records
      .filter((one) => one.requestId === requestId)
      .flatMap((one) => overFrom(input, one, registration));
    return [over ?? { requestId, from, opening: { kind: 'refused', registration, refusal: GONE } }];
  }
  const claim = input.copy?.grants.find((one) => one.requestId === requestId);
  // When it was made, no record says: the guardrails' longest from now is more than it can have left.
  const atMost = input.nowMs + (settingFor(input, { target })?.longestMinutes ?? 0) * 60_000;
  const ends = Math.min(atMost, Date.parse(endsAt), Date.parse(claim?.endsAt ?? endsAt));
  const found = { ...assignment, seen: 'found' } as const;
  const opening = { kind: 'adopted', registration, target, endsAt: instantOf(ends), assignment: found } as const;
  return [{ requestId, from, opening: readAt === undefined ? opening : { ...opening, readAt } }];
}

type Claim = BotsCopy['grants'][number];

/** A claim about a record is one about its very principal; what the record itself names, no claim can rename. */
function claimOf({ copy, config }: PlanInput, record: OwnRecord, knownId: string | undefined): Claim | undefined {
  const mine = (copy?.grants ?? []).filter(({ principal }) => sameId(principal.objectId, record.principalId));
  const id = record.requestId ?? knownId;
  if (id !== undefined) return mine.find(({ requestId }) => requestId === id);
  return mine.find(({ entitlementId }) => {
    const setting = config.entitlements.find((one) => one.id === entitlementId);
    const target = setting && targetOf(setting);
    return target !== undefined && sameTarget(target, record.target);
  });
}

function isOf(old: OldGrant, record: OwnRecord): boolean {
  if (!sameId(old.registration.principal.objectId, record.principalId)) return false;
  if (record.requestId !== undefined) return old.requestId === record.requestId;
  if (!old.mayBeThere || old.target === undefined) return false;
  return targetKey(old.target) === targetKey(record.target);
}

function settingFor({ config }: PlanInput, { target }: Pick<OwnRecord, 'target'>): GuardedEntitlement | undefined {
  return config.entitlements.find((setting) => {
    const scope = target.kind === 'azureRole' ? target.scope : undefined;
    const here = targetOf(setting, scope);
    return here !== undefined && targetKey(here) === targetKey(target);
  });
}

function nameOf(record: OwnRecord): string {
  const { requestId } = record;
  return requestId !== undefined && requestIdSchema.safeParse(requestId).success ? requestId : foundName(record);
}

/** For what bears no name that can be one of ours: the same for the same thing, should it be rebuilt twice. */
function foundName({ principalId, target, assignment }: OwnRecord): string {
  const about = JSON.stringify([principalId.toLowerCase(), targetKey(target), assignment.kind, assignment.id]);
  return `found${createHash('sha256').update(about).digest('hex').slice(0, 24)}`;
}

const sameId = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
/** Of a text that is not there: the words were lost with the old ledger. */
const NO_TEXT: Registration['justification'] = { textDigest: '0'.repeat(64) };
const ASK_AGAIN = {
  code: 'ledger.reconciled',
  hint: 'The ledger of the perimeter was lost and made again; what had not been given yet is given no more. Ask again.',
};
const GONE = { code: 'ledger.reconciled', hint: 'The ledger of the perimeter was lost and made again; this access is gone.' };
