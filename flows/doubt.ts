import { assign, setup } from 'xstate';
import { effect } from '../src/access/core/effect.ts';
import type { LedgerHead } from '../src/access/core/perimeter-api.ts';

/**
 * Why the ledger is not believed: the bot has seen more of it (`behind`), or another one (`forked`); Microsoft's records name grants of ours
 * that it does not know (`unknown-records`); it was `restored` from a backup; `operator`: it was rebuilt by hand without any of these.
 */
export type DoubtReason = 'behind' | 'forked' | 'unknown-records' | 'restored' | 'operator';

export interface DoubtContext {
  readonly why: DoubtReason;
  readonly foundAt: string;
  /** Where the ledger stood when it was found out. */
  readonly ours: LedgerHead;
  /** The newest that the bot says it has seen. A claim: whoever owns the bot can stop the perimeter from giving, and nothing else. */
  readonly seen?: LedgerHead;
  /** Some of the requests that the ledger does not know. */
  readonly unknownIds?: readonly string[];
  /** Where the old journal was put, and how many grants were found again. */
  readonly rebuilt?: { readonly archive: string; readonly adopted: number; readonly at: string };
}

type Fact<T extends string, P = unknown> = { readonly type: T; readonly at: string } & P;
export type DoubtEvent =
  | Fact<'seenMore', { readonly seen: LedgerHead }>
  | Fact<'reconciled', { readonly archive: string; readonly adopted: number }>;

const ALARM_AGAIN_AFTER_MS = 30 * 60_000;

/** While such a case is open, the perimeter gives nothing, and ends what it can. Only `hallpass perimeter reconcile` closes it. */
export const doubt = setup({
  types: {
    input: {} as Omit<DoubtContext, 'foundAt' | 'rebuilt'> & { readonly at: string },
    context: {} as DoubtContext,
    events: {} as DoubtEvent,
  },
  delays: { alarmAgain: ALARM_AGAIN_AFTER_MS },
  actions: {
    soundDoubt: effect,
    noteSeen: assign(({ event }) => (event.type === 'seenMore' ? { seen: event.seen } : {})),
    noteRebuilt: assign(({ event }) =>
      event.type === 'reconciled' ? { rebuilt: { archive: event.archive, adopted: event.adopted, at: event.at } } : {},
    ),
  },
}).createMachine({
  id: 'doubt',
  version: '1',
  context: ({ input: { at, ...found } }) => ({ ...found, foundAt: at }),
  initial: 'doubtful',
  states: {
    doubtful: {
      description: 'The alarm sounds at once, and again every half hour.',
      entry: 'soundDoubt',
      after: { alarmAgain: { target: 'doubtful', reenter: true } },
      on: {
        seenMore: { actions: 'noteSeen' },
        reconciled: { target: 'reconciled', actions: 'noteRebuilt' },
      },
    },
    reconciled: { entry: 'soundDoubt', type: 'final' },
  },
});
