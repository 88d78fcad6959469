import { assign, setup } from 'xstate';
import type { Assurance } from '../src/access/core/approvals.ts';
import type { EndedHow, WaitsFor } from '../src/access/core/perimeter-api.ts';
import type { Person } from '../src/access/core/person.ts';
import type { TextRef } from '../src/access/core/text-ref.ts';
import { effect } from '../src/access/core/effect.ts';

/** What is asked for; immutable once submitted. */
export interface AccessRequest {
  readonly id: string;
  readonly requester: Person;
  readonly principal: Person;
  readonly entitlementId: string;
  readonly durationMinutes: number;
  readonly justification: TextRef;
  readonly approvalWindowMinutes: number;
  readonly remindAfterMinutes: number;
  /** Where the requester asked, by ids: their one message goes there. */
  readonly askedVia?: { readonly platform: 'slack' | 'teams'; readonly workspaceId: string; readonly userId: string };
  /** The zone that they asked from, as the platform named it: shown to people, and never judged by. */
  readonly zone?: TextRef;
}

export interface Decision {
  readonly decision: 'approve' | 'deny';
  readonly approver: Person;
  readonly decidedAt: string;
  readonly note?: TextRef;
}

/** An approval that counts, as the perimeter tells it. */
export interface Approval {
  readonly approver: Person;
  readonly assurance: Assurance;
  readonly at: string;
}

export interface AccessRequestContext {
  readonly request: AccessRequest;
  readonly requestedAt: string;
  /** What the perimeter waits for. */
  readonly waitsFor?: WaitsFor;
  /** The newest one that was made in chat, and those before it. */
  readonly decision?: Decision;
  readonly earlierDecisions: readonly Decision[];
  readonly approvals: readonly Approval[];
  /** Of a request that its requester has to sign: when the perimeter had the signature. */
  readonly signedAt?: string;
  readonly deniedBy?: Person;
  readonly drift?: { readonly kind: 'gone-early' | 'end-moved'; readonly seenAt: string; readonly directoryEndsAt?: string };
  readonly endsAt?: string;
  readonly givenAt?: string;
  readonly nativeEnd?: boolean;
  /** Who or what asked for the end, before the perimeter confirms it. */
  readonly ending?: 'withdraw' | 'release' | 'lapse';
  readonly endingAt?: string;
  /** Set once the perimeter has been silent for too long about a decision. */
  readonly unansweredAt?: string;
  /** Set once the perimeter has been silent for too long about the end we asked for. */
  readonly unconfirmedAt?: string;
  readonly endedHow?: EndedHow;
  readonly endedAt?: string;
  readonly confirmedAt?: string;
  readonly refusal?: { readonly code: string; readonly hint: string };
  readonly overdue?: { readonly tries: number; readonly code: string; readonly byHand: string };
}

type Fact<T extends string, P = unknown> = { readonly type: T; readonly at: string } & P;
/** `perimeterAt`: when it happened there. We may hear of it much later, and people are shown when it was. */
type Told<T extends string, P = unknown> = Fact<T, { readonly perimeterAt?: string } & P>;
export type AccessRequestEvent =
  | Fact<'decided', { readonly decision: 'approve' | 'deny'; readonly approver: Person; readonly note?: TextRef }>
  | Fact<'withdrawn'>
  | Fact<'released'>
  | Fact<'perimeter.registered', { readonly waitsFor: WaitsFor }>
  | Told<
      'perimeter.decided',
      {
        readonly decision: 'approve' | 'deny';
        readonly approver: Person;
        readonly assurance: Assurance;
        readonly missing: number;
      }
    >
  | Told<'perimeter.requestSigned'>
  | Told<'perimeter.drifted', { readonly drift: 'gone-early' | 'end-moved'; readonly directoryEndsAt?: string }>
  | Told<'perimeter.refused', { readonly code: string; readonly hint: string }>
  | Fact<'perimeter.giving'>
  | Told<'perimeter.given', { readonly endsAt: string; readonly nativeEnd: boolean }>
  | Told<'perimeter.ended', { readonly how: EndedHow; readonly confirmedAt?: string; readonly deniedBy?: Person }>
  | Fact<'perimeter.overdue', { readonly tries: number; readonly code: string; readonly byHand: string }>;

const MINUTE_MS = 60_000;
/** The bot's own watch over the perimeter: how long after the end it waits for word that the access is gone. */
const OVERDUE_AFTER_MS = 5 * MINUTE_MS;
/**
 * The same watch over an end that we asked for. Longer than the five minutes in which Entra takes nothing back that it has just given, and
 * than the six after which the perimeter itself speaks up (flows/grant.ts): whoever is silent then is not at work.
 */
const UNCONFIRMED_AFTER_MS = 10 * MINUTE_MS;
/** And over a decision that we forwarded: Entra takes seconds, and the perimeter tries again for as long as it would have been held. */
const UNANSWERED_AFTER_MS = 10 * MINUTE_MS;

/** The conversation about one request. Giving and ending are the perimeter's (flows/grant.ts); here we hear of them. */
export const accessRequest = setup({
  types: {
    input: {} as { readonly request: AccessRequest; readonly at: string },
    context: {} as AccessRequestContext,
    events: {} as AccessRequestEvent,
  },
  delays: {
    /** Until an unanswered request lapses; frozen when the request is made. */
    approvalWindow: ({ context }) => context.request.approvalWindowMinutes * MINUTE_MS,
    reminder: ({ context }) => context.request.remindAfterMinutes * MINUTE_MS,
    /** An instant, so computed from the event's own `at`: a late event must not move it. */
    overdue: ({ context, event }) => Date.parse(context.endsAt ?? '') + OVERDUE_AFTER_MS - Date.parse(event.at),
    unconfirmed: UNCONFIRMED_AFTER_MS,
    unanswered: UNANSWERED_AFTER_MS,
  },
  guards: {
    denies: ({ event }) => event.type === 'decided' && event.decision === 'deny',
    /** In chat, and as far as we know the last approval that the perimeter needs. */
    approvesAtLast: ({ context, event }) =>
      event.type === 'decided' &&
      event.decision === 'approve' &&
      context.approvals.length + 1 >= (context.waitsFor?.approvalsNeeded ?? 1),
  },
  actions: {
    registerRequest: effect,
    forwardDecision: effect,
    endGrant: effect,
    refreshCards: effect,
    remind: effect,
    alarm: effect,
    noteWaitsFor: assign(({ event }) => (event.type === 'perimeter.registered' ? { waitsFor: event.waitsFor } : {})),
    noteApproval: assign(({ context, event }) =>
      event.type === 'perimeter.decided' && event.decision === 'approve'
        ? {
            approvals: [
              ...context.approvals,
              { approver: event.approver, assurance: event.assurance, at: event.perimeterAt ?? event.at },
            ],
          }
        : {},
    ),
    noteSigned: assign(({ event }) =>
      event.type === 'perimeter.requestSigned' ? { signedAt: event.perimeterAt ?? event.at } : {},
    ),
    noteDrift: assign(({ event }) =>
      event.type === 'perimeter.drifted'
        ? {
            drift: {
              kind: event.drift,
              seenAt: event.perimeterAt ?? event.at,
              ...(event.directoryEndsAt === undefined ? {} : { directoryEndsAt: event.directoryEndsAt }),
            },
          }
        : {},
    ),
    noteDecision: assign(({ context, event }) =>
      event.type === 'decided'
        ? {
            earlierDecisions: [...context.earlierDecisions, ...(context.decision ? [context.decision] : [])],
            decision: {
              decision: event.decision,
              approver: event.approver,
              decidedAt: event.at,
              ...(event.note === undefined ? {} : { note: event.note }),
            },
          }
        : {},
    ),
    noteGiven: assign(({ event }) =>
      event.type === 'perimeter.given'
        ? { endsAt: event.endsAt, nativeEnd: event.nativeEnd, givenAt: event.perimeterAt ?? event.at }
        : {},
    ),
    noteRefusal: assign(({ event }) =>
      event.type === 'perimeter.refused'
        ? { refusal: { code: event.code, hint: event.hint }, endedAt: event.perimeterAt ?? event.at }
        : {},
    ),
    noteEnded: assign(({ event }) =>
      event.type === 'perimeter.ended'
        ? {
            endedHow: event.how,
            endedAt: event.perimeterAt ?? event.at,
            ...(event.confirmedAt === undefined ? {} : { confirmedAt: event.confirmedAt }),
            ...(event.deniedBy === undefined ? {} : { deniedBy: event.deniedBy }),
          }
        : {},
    ),
    noteOverdue: assign(({ event }) =>
      event.type === 'perimeter.overdue' ? { overdue: { tries: event.tries, code: event.code, byHand: event.byHand } } : {},
    ),
    noteWithdraw: assign(({ event }) => ({ ending: 'withdraw' as const, endingAt: event.at })),
    noteRelease: assign(({ event }) => ({ ending: 'release' as const, endingAt: event.at })),
    noteLapse: assign(({ event }) => ({ ending: 'lapse' as const, endingAt: event.at })),
    noteUnanswered: assign(({ event }) => ({ unansweredAt: event.at })),
    noteUnconfirmed: assign(({ event }) => ({ unconfirmedAt: event.at })),
  },
}).createMachine({
  id: 'accessRequest',
  version: '1',
  context: ({ input }) => ({ request: input.request, requestedAt: input.at, earlierDecisions: [], approvals: [] }),
  initial: 'registering',
  states: {
    registering: {
      description: 'The perimeter has not said yet that it knows the request. No approver has seen it.',
      entry: ['registerRequest', 'refreshCards'],
      after: { approvalWindow: { target: 'ending', actions: 'noteLapse' } },
      on: {
        'perimeter.registered': { target: 'waitingForApproval', actions: 'noteWaitsFor' },
        'perimeter.decided': {},
        'perimeter.requestSigned': {},
        'perimeter.drifted': {},
        'perimeter.refused': { target: 'refused', actions: 'noteRefusal' },
        'perimeter.ended': { target: 'ended', actions: 'noteEnded' },
        'perimeter.giving': {},
        'perimeter.given': {},
        'perimeter.overdue': {},
        withdrawn: { target: 'ending', actions: 'noteWithdraw' },
      },
    },
    waitingForApproval: {
      description: 'Cards are out. Ends by itself when nobody decides in time.',
      entry: 'refreshCards',
      after: {
        reminder: { actions: 'remind' },
        approvalWindow: { target: 'ending', actions: 'noteLapse' },
      },
      on: {
        decided: [
          { guard: 'denies', target: 'denying', actions: 'noteDecision' },
          { guard: 'approvesAtLast', target: 'giving', actions: 'noteDecision' },
          { actions: ['noteDecision', 'forwardDecision', 'refreshCards'] },
        ],
        'perimeter.decided': { actions: ['noteApproval', 'refreshCards'] },
        'perimeter.requestSigned': { actions: ['noteSigned', 'refreshCards'] },
        'perimeter.drifted': {},
        withdrawn: { target: 'ending', actions: 'noteWithdraw' },
        'perimeter.refused': { target: 'refused', actions: 'noteRefusal' },
        'perimeter.ended': { target: 'ended', actions: 'noteEnded' },
        'perimeter.registered': {},
        /** By approvals that were signed on the perimeter's page, or whose word here was not the last that was needed. */
        'perimeter.giving': 'giving',
        'perimeter.given': { target: 'active', actions: 'noteGiven' },
        'perimeter.overdue': { actions: ['noteOverdue', 'refreshCards', 'alarm'] },
      },
    },
    giving: {
      description:
        'Approved and forwarded. Only the perimeter knows whether and when it is given. Its silence is told to operators and the requester.',
      entry: ['forwardDecision', 'refreshCards'],
      after: { unanswered: { actions: ['noteUnanswered', 'refreshCards', 'alarm'] } },
      on: {
        'perimeter.given': { target: 'active', actions: 'noteGiven' },
        'perimeter.refused': { target: 'refused', actions: 'noteRefusal' },
        'perimeter.ended': { target: 'ended', actions: 'noteEnded' },
        'perimeter.registered': {},
        'perimeter.decided': { actions: ['noteApproval', 'refreshCards'] },
        'perimeter.requestSigned': { actions: 'noteSigned' },
        'perimeter.drifted': {},
        'perimeter.giving': {},
        'perimeter.overdue': { actions: ['noteOverdue', 'refreshCards', 'alarm'] },
        withdrawn: { target: 'ending', actions: 'noteWithdraw' },
      },
    },
    denying: {
      description:
        'Denied; the perimeter is told, so that its record closes too. Its silence is told to operators and the requester.',
      entry: ['forwardDecision', 'refreshCards'],
      after: { unanswered: { actions: ['noteUnanswered', 'refreshCards', 'alarm'] } },
      on: {
        'perimeter.ended': { target: 'ended', actions: 'noteEnded' },
        'perimeter.refused': { target: 'refused', actions: 'noteRefusal' },
        'perimeter.registered': {},
        'perimeter.decided': { actions: 'noteApproval' },
        'perimeter.requestSigned': {},
        'perimeter.drifted': {},
        'perimeter.giving': {},
        'perimeter.given': { target: 'active', actions: 'noteGiven' },
        'perimeter.overdue': { actions: ['noteOverdue', 'refreshCards', 'alarm'] },
      },
    },
    active: {
      description: 'The perimeter ends it by itself; here we only notice when it does not.',
      entry: 'refreshCards',
      after: { overdue: { actions: 'alarm' } },
      on: {
        released: { target: 'ending', actions: 'noteRelease' },
        'perimeter.ended': { target: 'ended', actions: 'noteEnded' },
        'perimeter.overdue': { actions: ['noteOverdue', 'refreshCards', 'alarm'] },
        'perimeter.registered': {},
        'perimeter.decided': {},
        'perimeter.requestSigned': {},
        'perimeter.drifted': { actions: ['noteDrift', 'refreshCards', 'alarm'] },
        'perimeter.giving': {},
        'perimeter.given': {},
        'perimeter.refused': {},
      },
    },
    ending: {
      description:
        'We asked for the end. Access may still arrive before it goes: the perimeter ends it all the same. Its silence is told to operators and the requester.',
      entry: ['endGrant', 'refreshCards'],
      after: { unconfirmed: { actions: ['noteUnconfirmed', 'refreshCards', 'alarm'] } },
      on: {
        'perimeter.given': { actions: ['noteGiven', 'refreshCards'] },
        'perimeter.refused': { target: 'refused', actions: 'noteRefusal' },
        'perimeter.ended': { target: 'ended', actions: 'noteEnded' },
        'perimeter.registered': {},
        'perimeter.decided': { actions: 'noteApproval' },
        'perimeter.requestSigned': {},
        'perimeter.drifted': {},
        'perimeter.giving': {},
        'perimeter.overdue': { actions: ['noteOverdue', 'refreshCards', 'alarm'] },
      },
    },
    refused: { entry: 'refreshCards', type: 'final' },
    ended: { entry: 'refreshCards', type: 'final' },
  },
});
