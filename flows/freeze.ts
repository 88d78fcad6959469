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
  /** Those who signed before and may no more, as was asked right now: their signatures count no longer. */
  readonly noLonger?: readonly Person[];
};

function stands({ person }: UnfreezeSignature, { noLonger = [] }: FreezeEvent): boolean {
  return !noLonger.some((one) => samePerson(one, person));
}

/** While such a case is open, the perimeter gives nothing and takes as ever. Anybody with its shell begins it; two people end it. */
export const freeze = setup({
  types: {
    input: {} as { readonly reason?: TextRef; readonly at: string },
    context: {} as FreezeContext,
    events: {} as FreezeEvent,
  },
  guards: {
    hasSigned: ({ context, event }) => context.signatures.some(({ person }) => samePerson(person, event.person)),
    isAlone: ({ context, event }) => context.signatures.every((signature) => !stands(signature, event)),
  },
  actions: {
    soundFreeze: effect,
    noteSignature: assign({
      signatures: ({ context, event }) => [
        ...context.signatures.filter((signature) => stands(signature, event)),
        { person: event.person, evidenceDigest: event.evidenceDigest, signedAt: event.at },
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
      on: {
        unfreezeSigned: [
          { guard: 'hasSigned' },
          { guard: 'isAlone', target: 'signedOnce', reenter: true, actions: 'noteSignature' },
          { target: 'lifted', actions: 'noteSignature' },
        ],
      },
    },
    lifted: { entry: 'soundFreeze', type: 'final' },
  },
});
