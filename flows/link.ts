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
  /** The code with which it was refused, although both accounts had signed in: nobody was linked. */
  readonly refusedWith?: string;
}

export type LinkEvent = { readonly type: 'unlinked'; readonly at: string; readonly why: WhyUnlinked };

/** One chat account stands for one person, from the moment they showed that both are theirs. Linking again is another case. */
export const link = setup({
  types: {
    input: {} as {
      readonly account: ChatAccount;
      readonly person: Person;
      readonly refusedWith?: string;
      readonly at: string;
    },
    context: {} as LinkContext,
    events: {} as LinkEvent,
  },
  guards: { isRefused: ({ context }) => context.refusedWith !== undefined },
  actions: {
    /** To both accounts: whoever did not link them hears of it. */
    tellLinked: effect,
    tellUnlinked: effect,
    noteUnlinked: assign(({ event }) => ({ unlinkedAt: event.at, why: event.why })),
  },
}).createMachine({
  id: 'link',
  version: '1',
  context: ({ input: { at, ...asked } }) => ({ ...asked, linkedAt: at }),
  initial: 'asked',
  states: {
    asked: {
      description: 'Somebody has signed in to both accounts. Whether they may be linked was judged before.',
      always: [{ guard: 'isRefused', target: 'refused' }, { target: 'linked' }],
    },
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
    refused: { description: 'Nobody was linked. Kept, so that whoever watches sees that it was tried.', type: 'final' },
  },
});
