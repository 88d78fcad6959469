import { assign, setup } from 'xstate';
import { effect } from '../src/access/core/effect.ts';
import type { Person } from '../src/access/core/person.ts';
import type { TextRef } from '../src/access/core/text-ref.ts';

/** What a check saw, by ids; names and sentences lie beside, in `detail`. */
export interface FindingSeen {
  readonly checkId: string;
  /** Where; absent in what was seen before there could be several. */
  readonly tenantId?: string;
  /** What it is about, stable between runs: one finding a subject. */
  readonly subjectId: string;
  /** How urgent, growing: a finding whose rung grows speaks up again. */
  readonly rung: number;
  /** JSON of the check's facts. */
  readonly detail: TextRef;
}

export interface FindingContext {
  readonly seen: FindingSeen;
  readonly firstSeenAt: string;
  readonly handledBy?: Person;
  readonly handledAt?: string;
  readonly snoozedUntilAt?: string;
  readonly resolvedAt?: string;
}

type Fact<T extends string, P = unknown> = { readonly type: T; readonly at: string } & P;
export type FindingEvent =
  | Fact<'seenAgain', { readonly seen: FindingSeen }>
  | Fact<'gone'>
  | Fact<'acknowledged', { readonly by: Person }>
  | Fact<'snoozed', { readonly by: Person; readonly untilAt: string }>;

/** One thing that should not be there, from the first time it is seen until it is gone. */
export const finding = setup({
  types: {
    input: {} as { readonly seen: FindingSeen; readonly at: string },
    context: {} as FindingContext,
    events: {} as FindingEvent,
  },
  delays: {
    /** An instant, chosen by a person. */
    untilSnoozeEnds: ({ context, event }) => Date.parse(context.snoozedUntilAt ?? '') - Date.parse(event.at),
  },
  guards: {
    isWorse: ({ context, event }) => event.type === 'seenAgain' && event.seen.rung > context.seen.rung,
  },
  actions: {
    refreshAlert: effect,
    /** A reply beside the alert: the card itself is edited in silence. */
    announce: effect,
    noteSeen: assign(({ event }) => (event.type === 'seenAgain' ? { seen: event.seen } : {})),
    noteHandled: assign(({ event }) =>
      event.type === 'acknowledged' || event.type === 'snoozed' ? { handledBy: event.by, handledAt: event.at } : {},
    ),
    noteSnooze: assign(({ event }) => (event.type === 'snoozed' ? { snoozedUntilAt: event.untilAt } : {})),
    noteGone: assign(({ event }) => ({ resolvedAt: event.at })),
  },
}).createMachine({
  id: 'finding',
  version: '1',
  context: ({ input }) => ({ seen: input.seen, firstSeenAt: input.at }),
  initial: 'open',
  states: {
    open: {
      description: 'Stands in the security channel, waiting for somebody.',
      entry: 'refreshAlert',
      on: {
        seenAgain: [
          { guard: 'isWorse', actions: ['noteSeen', 'refreshAlert', 'announce'] },
          { actions: ['noteSeen', 'refreshAlert'] },
        ],
        acknowledged: { target: 'acknowledged', actions: 'noteHandled' },
        snoozed: { target: 'snoozed', actions: ['noteHandled', 'noteSnooze'] },
        gone: { target: 'resolved', actions: 'noteGone' },
      },
    },
    acknowledged: {
      description: 'Somebody has it in hand. It speaks up again only when it gets worse.',
      entry: 'refreshAlert',
      on: {
        seenAgain: [
          { guard: 'isWorse', target: 'open', actions: ['noteSeen', 'announce'] },
          { actions: ['noteSeen', 'refreshAlert'] },
        ],
        snoozed: { target: 'snoozed', actions: ['noteHandled', 'noteSnooze'] },
        acknowledged: {},
        gone: { target: 'resolved', actions: 'noteGone' },
      },
    },
    snoozed: {
      description: 'Quiet until the instant that a person chose, even if it gets worse; the card stays true.',
      entry: 'refreshAlert',
      after: { untilSnoozeEnds: { target: 'open', actions: 'announce' } },
      on: {
        seenAgain: { actions: ['noteSeen', 'refreshAlert'] },
        acknowledged: { target: 'acknowledged', actions: 'noteHandled' },
        snoozed: { target: 'snoozed', reenter: true, actions: ['noteHandled', 'noteSnooze'] },
        gone: { target: 'resolved', actions: 'noteGone' },
      },
    },
    resolved: { entry: 'refreshAlert', type: 'final' },
  },
});
