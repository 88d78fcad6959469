import type { Desk } from '../../src/chat/desk.ts';

export interface DeskCall {
  readonly verb: string;
  readonly args: readonly unknown[];
}

export type RecordingDesk = Desk & {
  readonly calls: readonly DeskCall[];
  /** Resolves once so many calls have come. */
  heard(count: number): Promise<void>;
};

/** A desk that says yes and records what it was asked; single verbs can be given other answers. */
export function deskDouble(answers: Partial<Desk> = {}): RecordingDesk {
  const calls: DeskCall[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const yes = async () => ({ done: true as const, sentence: 'Done.' });
  const verbs: Desk = {
    options: async () => ({ options: OPTIONS }),
    submit: yes,
    decide: yes,
    withdraw: yes,
    release: yes,
    home: async () => ({ held: [], waiting: [], recent: [] }),
    stranger: () => undefined,
    linked: async () => ({ sentence: 'Linked.' }),
    unlink: yes,
    doctor: async () => ({ title: 'Hallpass is as it should be', facts: [] }),
    acknowledge: yes,
    snooze: yes,
    details: async () => ({ title: 'Why you', facts: [] }),
    ...answers,
  };
  const recorded = <K extends keyof Desk>(verb: K): Desk[K] =>
    ((...args: unknown[]) => {
      calls.push({ verb, args });
      for (const waiter of waiting) if (calls.length >= waiter.count) waiter.resolve();
      return Reflect.apply(verbs[verb], verbs, args) as unknown;
    }) as Desk[K];
  return {
    calls,
    heard: (count) => (calls.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve }))),
    options: recorded('options'),
    submit: recorded('submit'),
    decide: recorded('decide'),
    withdraw: recorded('withdraw'),
    release: recorded('release'),
    home: recorded('home'),
    stranger: (actor) => verbs.stranger(actor),
    linked: recorded('linked'),
    unlink: recorded('unlink'),
    doctor: recorded('doctor'),
    acknowledge: recorded('acknowledge'),
    snooze: recorded('snooze'),
    details: recorded('details'),
  };
}

export const GLOBAL_READER = {
  name: 'Global Reader',
  describes: 'Can read everything in the directory, changes nothing.',
  privileged: false,
  scope: 'whole tenant',
};

export const OPTIONS = [
  { entitlementId: 'global-reader', entitlement: GLOBAL_READER, durationsMinutes: [30, 60] },
  { entitlementId: 'helpdesk', entitlement: { ...GLOBAL_READER, name: 'Helpdesk', privileged: true }, durationsMinutes: [15] },
];
