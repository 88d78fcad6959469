import { assign, setup } from 'xstate';
import { effect } from '../src/access/core/effect.ts';

/** Kinds of what is kept beside the journal, each with an age of its own (`retention:` of the configuration). */
export type RetentionKind = 'texts' | 'evidence';

export interface RetentionContext {
  readonly kind: RetentionKind;
  /** Over for longer than it is to be kept. */
  readonly caseIds: readonly string[];
  /** Every case whose newest line stands up to here has been looked at. */
  readonly upToSeq: number;
  /** How many were there. */
  readonly count?: number;
}

export interface RetentionEvent {
  readonly type: 'erased';
  readonly at: string;
  readonly count: number;
}

/** What grew older than it is to be kept: named here before it is erased. */
export const retention = setup({
  types: {
    input: {} as Omit<RetentionContext, 'count'> & { readonly at: string },
    context: {} as RetentionContext,
    events: {} as RetentionEvent,
  },
  actions: { eraseDue: effect, noteErased: assign(({ event }) => ({ count: event.count })) },
}).createMachine({
  id: 'retention',
  version: '1',
  context: ({ input: { kind, caseIds, upToSeq } }) => ({ kind, caseIds, upToSeq }),
  initial: 'erasing',
  states: {
    erasing: {
      description: 'Repeated until it is erased.',
      entry: 'eraseDue',
      on: { erased: { target: 'erased', actions: 'noteErased' } },
    },
    erased: { type: 'final' },
  },
});
