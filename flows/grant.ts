import { assign, setup } from 'xstate';
import { currentStage, type Needs } from '../src/access/core/approvals.ts';
import { effect } from '../src/access/core/effect.ts';
import type { EndedHow, EndReason } from '../src/access/core/perimeter-api.ts';
import type { Person } from '../src/access/core/person.ts';
import type { Target } from '../src/access/core/target.ts';
import type { TextRef } from '../src/access/core/text-ref.ts';

/** A request as the perimeter registered it; immutable. */
export interface Registration {
  readonly requestId: string;
  readonly requester: Person;
  readonly principal: Person;
  readonly entitlementId: string;
  readonly durationMinutes: number;
  readonly justification: TextRef;
  readonly approvalWindowMinutes: number;
  /** Asked for without waiting for anybody: who may, and how often, the guardrails say. */
  readonly breakGlass: boolean;
}

export interface GrantDecisionRecord {
  readonly decisionId: string;
  readonly decision: 'approve' | 'deny';
  readonly approver: Person;
  /** `chat`: the bot says so. `signed`: Entra says so, and the perimeter has verified it. */
  readonly assurance: 'chat' | 'signed';
  readonly decidedAt: string;
  /** Index of the stage that it counts for. */
  readonly stage: number;
  /** Of `signed`: digest of what is kept as evidence, and until when it may be used for giving. */
  readonly evidenceDigest?: string;
  readonly notAfter?: string;
}

/** The requester's own signature under the request. */
export interface RequestSignature {
  readonly signedAt: string;
  readonly evidenceDigest: string;
  readonly notAfter: string;
}

/** What the directory shows of a live grant that is not as we made it. Nobody repairs it but a person. */
export interface Drift {
  readonly kind: 'gone-early' | 'end-moved';
  readonly seenAt: string;
  /** Of `end-moved`: the end that the directory names now. */
  readonly directoryEndsAt?: string;
}

export interface GrantRefusal {
  readonly code: string;
  readonly hint: string;
}

/** `pim` ends by itself; `plain` has no end but ours. */
export type WriterKind = 'pim' | 'plain';

/** What was written, as the directory answered: enough to find exactly ours again. */
export interface Assignment {
  readonly kind: WriterKind;
  readonly id: string;
  /** Of `pim`: the directory's own id of what PIM made. It alone says what is ours when the tenant has no PIM any more. */
  readonly roleAssignmentId?: string;
  /**
   * It stood there after a write of ours that got no answer: most likely ours, but nothing on it says so. Who made it is asked before it is
   * taken away. Absent: the answer to our own write named it.
   */
  readonly seen?: 'found';
}

/**
 * `open` is the normal case: `target` and `needs` are what the guardrails said when the request was registered, and a later change of the
 * file does not move them. `refused` was judged at the door; `tombstone` is a DELETE that arrived before its POST; `adopted` is live
 * already, and was found again after the ledger was lost; `over` was given and has ended before that, and counts for budgets.
 */
export type GrantOpening =
  | { readonly kind: 'open'; readonly registration: Registration; readonly target: Target; readonly needs: Needs }
  | {
      readonly kind: 'adopted';
      readonly registration: Registration;
      readonly target: Target;
      readonly endsAt: string;
      readonly assignment: Assignment;
      /** When it was not there yet, as far as is known: Microsoft's audit is asked from then on whose it is. */
      readonly readAt?: string;
    }
  | {
      readonly kind: 'over';
      readonly registration: Registration;
      readonly target: Target;
      readonly givenAt: string;
      readonly endedAt: string;
    }
  | { readonly kind: 'refused'; readonly registration: Registration; readonly refusal: GrantRefusal }
  | { readonly kind: 'tombstone'; readonly reason: EndReason };

export interface GrantContext {
  readonly opening: GrantOpening;
  /** Part of what is signed (access/core/statement.ts). */
  readonly registeredAt: string;
  readonly decisions: readonly GrantDecisionRecord[];
  readonly signature?: RequestSignature;
  /** Of an adopted grant: when it was found again. */
  readonly adoptedAt?: string;
  readonly drift?: Drift;
  /** Fixed when the last needed decision arrives, and durable before any write. */
  readonly endsAt?: string;
  /** What was read right before the write: without a name of ours on the assignment, this is how we know it is ours. */
  readonly intent?: { readonly readAt: string; readonly writer: WriterKind };
  readonly assignment?: Assignment;
  readonly givenAt?: string;
  readonly nativeEnd?: boolean;
  readonly endedHow?: EndedHow;
  readonly confirmedAt?: string;
  readonly refusal?: GrantRefusal;
  readonly overdue?: { readonly tries: number; readonly code: string; readonly byHand: string };
}

type Fact<T extends string, P = unknown> = { readonly type: T; readonly at: string } & P;
export type GrantEvent =
  | Fact<'decided', { readonly decision: GrantDecisionRecord }>
  | Fact<'requestSigned', { readonly signature: RequestSignature }>
  | Fact<'drifted', { readonly drift: Drift }>
  | Fact<'decisionRefused', { readonly refusal: GrantRefusal }>
  | Fact<'endRequested', { readonly reason: EndReason }>
  /** The sweep of the ledger's own column found that the end has come. */
  | Fact<'endsDue'>
  | Fact<'directory.absent', { readonly readAt: string; readonly writer: WriterKind }>
  | Fact<'directory.held', { readonly refusal: GrantRefusal }>
  | Fact<'directory.gave', { readonly assignment: Assignment; readonly nativeEnd: boolean }>
  /** Refused, and it is certain that nothing of ours was written. */
  | Fact<'directory.giveRefused', { readonly refusal: GrantRefusal }>
  /** Refused, but an earlier try may have arrived, or what arrived is still waiting: it has to be taken away. */
  | Fact<'directory.giveUnclear', { readonly refusal: GrantRefusal }>
  | Fact<'directory.gone', { readonly confirmedAt: string }>
  /** What is there was made by somebody else, says Microsoft's audit: nothing of ours is there, and theirs stays. */
  | Fact<'directory.notOurs', { readonly refusal: GrantRefusal }>
  | Fact<'overdueReported', { readonly tries: number; readonly code: string; readonly byHand: string }>;

const MINUTE_MS = 60_000;
/** How long taking may last before the alarm sounds. PIM alone may need five minutes (ActiveDurationTooShort), after an early release. */
const OVERDUE_AFTER_MS = 6 * MINUTE_MS;
const ALARM_AGAIN_AFTER_MS = 30 * MINUTE_MS;

const HOW: Record<EndReason, EndedHow> = { withdraw: 'withdrawn', release: 'released', lapse: 'lapsed', revoke: 'revoked' };

/** With this event, has everything come together that has to? */
function isComplete({ opening, decisions, signature }: GrantContext, event: GrantEvent): boolean {
  if (opening.kind !== 'open') return false;
  const all = event.type === 'decided' ? [...decisions, event.decision] : decisions;
  const isSigned = signature !== undefined || event.type === 'requestSigned';
  return currentStage(opening.needs, all) === undefined && (isSigned || !opening.needs.requesterSigns);
}

/** The facts every state must decide on; what is listed as `{}` changes nothing, on purpose. */
const nothing = {};

/** The perimeter's record of a request. Only here is access given and taken. */
export const grant = setup({
  types: {
    input: {} as { readonly opening: GrantOpening; readonly at: string },
    context: {} as GrantContext,
    events: {} as GrantEvent,
  },
  delays: {
    approvalWindow: ({ context }) =>
      context.opening.kind === 'open' ? context.opening.registration.approvalWindowMinutes * MINUTE_MS : Number.NaN,
    /** An instant: computed from the event's own `at`, so that a late event does not move the end. */
    untilEnd: ({ context, event }) =>
      Date.parse(context.endsAt ?? '') - Date.parse('at' in event ? event.at : (context.adoptedAt ?? '')),
    overdue: OVERDUE_AFTER_MS,
    alarmAgain: ALARM_AGAIN_AFTER_MS,
  },
  guards: {
    isRefused: ({ context }) => context.opening.kind === 'refused',
    isAdopted: ({ context }) => context.opening.kind === 'adopted',
    isOver: ({ context }) => context.opening.kind === 'over',
    isTombstone: ({ context }) => context.opening.kind === 'tombstone',
    isRefusedGive: ({ context }) => context.refusal !== undefined,
    denies: ({ event }) => event.type === 'decided' && event.decision.decision === 'deny',
    completes: ({ context, event }) => isComplete(context, event),
  },
  actions: {
    checkHeld: effect,
    give: effect,
    take: effect,
    reportOverdue: effect,
    soundAlarm: effect,
    noteDecision: assign({
      decisions: ({ context, event }) => (event.type === 'decided' ? [...context.decisions, event.decision] : context.decisions),
    }),
    noteSignature: assign(({ event }) => (event.type === 'requestSigned' ? { signature: event.signature } : {})),
    noteDrift: assign(({ event }) => (event.type === 'drifted' ? { drift: event.drift } : {})),
    fixEnd: assign(({ context, event }) =>
      context.opening.kind === 'open'
        ? { endsAt: new Date(Date.parse(event.at) + context.opening.registration.durationMinutes * MINUTE_MS).toISOString() }
        : {},
    ),
    noteIntent: assign(({ event }) =>
      event.type === 'directory.absent' ? { intent: { readAt: event.readAt, writer: event.writer } } : {},
    ),
    noteGiven: assign(({ event }) =>
      event.type === 'directory.gave' ? { assignment: event.assignment, nativeEnd: event.nativeEnd, givenAt: event.at } : {},
    ),
    noteRefusal: assign(({ context, event }) => {
      if ('refusal' in event) return { refusal: event.refusal };
      return context.opening.kind === 'refused' ? { refusal: context.opening.refusal } : {};
    }),
    noteHow: assign(({ context, event }) => {
      if (event.type === 'endRequested') return { endedHow: HOW[event.reason] };
      return context.opening.kind === 'tombstone' ? { endedHow: HOW[context.opening.reason] } : {};
    }),
    noteDenied: assign({ endedHow: 'denied' as const }),
    noteLapsed: assign({ endedHow: 'lapsed' as const }),
    noteExpired: assign({ endedHow: 'expired' as const }),
    noteLeft: assign({ endedHow: 'left' as const }),
    noteGone: assign(({ event }) => (event.type === 'directory.gone' ? { confirmedAt: event.confirmedAt } : {})),
    noteOverdue: assign(({ event }) =>
      event.type === 'overdueReported' ? { overdue: { tries: event.tries, code: event.code, byHand: event.byHand } } : {},
    ),
  },
}).createMachine({
  id: 'grant',
  version: '1',
  context: ({ input: { opening, at } }) => ({
    opening,
    registeredAt: at,
    decisions: [],
    ...(opening.kind === 'over' ? { givenAt: opening.givenAt, confirmedAt: opening.endedAt } : {}),
    ...(opening.kind === 'adopted'
      ? {
          adoptedAt: at,
          endsAt: opening.endsAt,
          assignment: opening.assignment,
          intent: { readAt: opening.readAt ?? at, writer: opening.assignment.kind },
          nativeEnd: opening.assignment.kind === 'pim',
        }
      : {}),
  }),
  initial: 'opening',
  states: {
    opening: {
      description: 'Passed through at once.',
      always: [
        { guard: 'isTombstone', target: 'ended', actions: 'noteHow' },
        { guard: 'isOver', target: 'ended' },
        { guard: 'isRefused', target: 'refused', actions: 'noteRefusal' },
        { guard: 'isAdopted', target: 'active' },
        { target: 'registered' },
      ],
    },
    registered: {
      description: 'Known; waits for what the guardrails need. Nothing has been written.',
      after: { approvalWindow: { target: 'ended', actions: 'noteLapsed' } },
      on: {
        decided: [
          { guard: 'denies', target: 'ended', actions: ['noteDecision', 'noteDenied'] },
          { guard: 'completes', target: 'checking', actions: ['noteDecision', 'fixEnd'] },
          { actions: 'noteDecision' },
        ],
        requestSigned: [
          { guard: 'completes', target: 'checking', actions: ['noteSignature', 'fixEnd'] },
          { actions: 'noteSignature' },
        ],
        drifted: nothing,
        decisionRefused: { target: 'refused', actions: 'noteRefusal' },
        endRequested: { target: 'ended', actions: 'noteHow' },
        endsDue: nothing,
        'directory.absent': nothing,
        'directory.held': nothing,
        'directory.gave': nothing,
        'directory.giveRefused': nothing,
        'directory.giveUnclear': nothing,
        'directory.gone': nothing,
        'directory.notOurs': nothing,
        overdueReported: nothing,
      },
    },
    checking: {
      description: 'Approved. The directory is asked what the principal holds already; nothing has been written.',
      entry: 'checkHeld',
      after: { untilEnd: { target: 'ended', actions: 'noteLapsed' } },
      on: {
        'directory.absent': { target: 'giving', actions: 'noteIntent' },
        'directory.held': { target: 'refused', actions: 'noteRefusal' },
        'directory.giveRefused': { target: 'refused', actions: 'noteRefusal' },
        endRequested: { target: 'ended', actions: 'noteHow' },
        endsDue: { target: 'ended', actions: 'noteLapsed' },
        decided: nothing,
        requestSigned: nothing,
        decisionRefused: nothing,
        drifted: nothing,
        'directory.gave': nothing,
        'directory.giveUnclear': nothing,
        'directory.gone': nothing,
        'directory.notOurs': nothing,
        overdueReported: nothing,
      },
    },
    giving: {
      description: 'End and intent are durable; the write may be under way. From here on, leaving means taking.',
      entry: 'give',
      after: { untilEnd: { target: 'taking', actions: 'noteExpired' } },
      on: {
        'directory.gave': { target: 'active', actions: 'noteGiven' },
        'directory.held': { target: 'refused', actions: 'noteRefusal' },
        'directory.giveRefused': { target: 'refused', actions: 'noteRefusal' },
        'directory.giveUnclear': { target: 'taking', actions: 'noteRefusal' },
        endRequested: { target: 'taking', actions: 'noteHow' },
        endsDue: { target: 'taking', actions: 'noteExpired' },
        decided: nothing,
        requestSigned: nothing,
        decisionRefused: nothing,
        drifted: nothing,
        'directory.absent': nothing,
        'directory.gone': nothing,
        'directory.notOurs': nothing,
        overdueReported: nothing,
      },
    },
    active: {
      description: 'The principal holds it until `endsAt`.',
      after: { untilEnd: { target: 'taking', actions: 'noteExpired' } },
      on: {
        endRequested: { target: 'taking', actions: 'noteHow' },
        endsDue: { target: 'taking', actions: 'noteExpired' },
        decided: nothing,
        requestSigned: nothing,
        decisionRefused: nothing,
        drifted: { actions: 'noteDrift' },
        'directory.absent': nothing,
        'directory.held': nothing,
        'directory.gave': nothing,
        'directory.giveRefused': nothing,
        'directory.giveUnclear': nothing,
        'directory.gone': nothing,
        'directory.notOurs': nothing,
        overdueReported: nothing,
      },
    },
    taking: {
      description: 'Taken away, retried without limit, until reading back says that it is gone; or left to whoever else made it.',
      entry: 'take',
      initial: 'due',
      states: {
        due: { after: { overdue: 'overdue' } },
        overdue: {
          entry: ['reportOverdue', 'soundAlarm'],
          after: { alarmAgain: { target: 'overdue', reenter: true } },
        },
      },
      on: {
        'directory.gone': [
          { guard: 'isRefusedGive', target: 'refused', actions: 'noteGone' },
          { target: 'ended', actions: 'noteGone' },
        ],
        'directory.notOurs': [
          { guard: 'isRefusedGive', target: 'refused', actions: 'noteRefusal' },
          { target: 'ended', actions: 'noteLeft' },
        ],
        'directory.gave': { actions: 'noteGiven' },
        overdueReported: { actions: 'noteOverdue' },
        'directory.absent': nothing,
        'directory.held': nothing,
        'directory.giveRefused': nothing,
        'directory.giveUnclear': nothing,
        endRequested: nothing,
        endsDue: nothing,
        decided: nothing,
        requestSigned: nothing,
        decisionRefused: nothing,
        drifted: nothing,
      },
    },
    refused: { type: 'final' },
    ended: { type: 'final' },
  },
});
