import { assign, setup } from 'xstate';
import { effect } from '../src/access/core/effect.ts';
import type { Person } from '../src/access/core/person.ts';

/** An account of a chat platform that does not vouch for an Entra object by itself. */
export interface ChatAccount {
  readonly platform: 'slack';
  readonly workspaceId: string;
  readonly userId: string;
}

/** Who or what ended it: the person, an operator, or the directory, where the account is disabled or no more. */
export type WhyUnlinked = 'person' | 'operator' | 'disabled' | 'gone';

export interface LinkContext {
  readonly account: ChatAccount;
  readonly person: Person;
  readonly linkedAt: string;
  readonly unlinkedAt?: string;
  readonly why?: WhyUnlinked;
}

export type LinkEvent = { readonly type: 'unlinked'; readonly at: string; readonly why: WhyUnlinked };

/** One chat account stands for one person, from the moment they showed that both are theirs. Linking again is another case. */
export const link = setup({
  types: {
    input: {} as { readonly account: ChatAccount; readonly person: Person; readonly at: string },
    context: {} as LinkContext,
    events: {} as LinkEvent,
  },
  actions: {
    /** To both accounts: whoever did not link them hears of it. */
    tellLinked: effect,
    tellUnlinked: effect,
    noteUnlinked: assign(({ event }) => ({ unlinkedAt: event.at, why: event.why })),
  },
}).createMachine({
  id: 'link',
  version: '1',
  context: ({ input: { account, person, at } }) => ({ account, person, linkedAt: at }),
  initial: 'linked',
  states: {
    linked: {
      description: 'What this chat account does, this person does.',
      entry: 'tellLinked',
      on: { unlinked: { target: 'unlinked', actions: 'noteUnlinked' } },
    },
    unlinked: {
      description: 'The chat account is nobody again. Requests and grants of the person go on as they are.',
      entry: 'tellUnlinked',
      type: 'final',
    },
  },
});
