import { assign, setup } from 'xstate';
import { effect } from '../src/access/core/effect.ts';
import { type Person, samePerson } from '../src/access/core/person.ts';
import type { TextRef } from '../src/access/core/text-ref.ts';

/** One person's signed statement that the freeze may end. Who may sign, and that it is really signed, is checked before. */
export interface UnfreezeSignature {
  readonly person: Person;
  readonly signedAt: string;
  /** Of what is kept as evidence. */
  readonly evidenceDigest: string;
}

export interface FreezeContext {
  readonly frozenAt: string;
  /** What whoever froze it wrote. */
  readonly reason?: TextRef;
  readonly signatures: readonly UnfreezeSignature[];
}

export type FreezeEvent = {
  readonly type: 'unfreezeSigned';
  readonly at: string;
  readonly person: Person;
  readonly evidenceDigest: string;
};

/** While such a case is open, the perimeter gives nothing and takes as ever. Anybody with its shell begins it; two people end it. */
export const freeze = setup({
  types: {
    input: {} as { readonly reason?: TextRef; readonly at: string },
    context: {} as FreezeContext,
    events: {} as FreezeEvent,
  },
  guards: {
    hasSigned: ({ context, event }) => context.signatures.some(({ person }) => samePerson(person, event.person)),
  },
  actions: {
    soundFreeze: effect,
    noteSignature: assign({
      signatures: ({ context, event: { person, evidenceDigest, at } }) => [
        ...context.signatures,
        { person, evidenceDigest, signedAt: at },
      ],
    }),
  },
}).createMachine({
  id: 'freeze',
  version: '1',
  context: ({ input: { reason, at } }) => ({ frozenAt: at, signatures: [], ...(reason === undefined ? {} : { reason }) }),
  initial: 'frozen',
  states: {
    frozen: {
      description: 'Nothing is given. Ends when two different people have signed that it may.',
      entry: 'soundFreeze',
      on: { unfreezeSigned: { target: 'signedOnce', actions: 'noteSignature' } },
    },
    signedOnce: {
      description: 'One has signed. Nothing is given until somebody else has, too.',
      entry: 'soundFreeze',
      on: { unfreezeSigned: [{ guard: 'hasSigned' }, { target: 'lifted', actions: 'noteSignature' }] },
    },
    lifted: { entry: 'soundFreeze', type: 'final' },
  },
});
