import { setup } from 'xstate';

/**
 * So many calls were refused before they were about a grant: at the door, or on the page. Says nothing of who called or what they sent:
 * the names are ours, and `requestId` is a grant's.
 */
export type RefusalsEvent = {
  readonly type: 'refused';
  readonly at: string;
  readonly code: string;
  /** Which kind of call. */
  readonly call: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** Which grant the newest of them named in its address. */
  readonly requestId?: string;
};

/** What the perimeter refused in some hours. It decides nothing: its entries are for whoever reads the journal. */
export const refusals = setup({
  types: { input: {} as { readonly at: string }, events: {} as RefusalsEvent },
  delays: { hours: 4 * 60 * 60_000 },
}).createMachine({
  id: 'refusals',
  version: '1',
  context: {},
  initial: 'open',
  states: {
    open: {
      description: 'Begins with the first refusal. Each entry counts what came since the one before.',
      after: { hours: 'closed' },
      on: { refused: {} },
    },
    closed: { description: 'The next refusal begins another.', type: 'final' },
  },
});
