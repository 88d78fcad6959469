import { afterEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import type { CaseView, Link, Runtime } from '../../src/durable/port.ts';
import { createLog } from '../../src/observe/log.ts';
import type { AccessWriter, Taken } from '../../src/perimeter/access-writer.ts';
import { createInFlight } from '../../src/perimeter/in-flight.ts';
import { startSweep, type Sweep } from '../../src/perimeter/sweep.ts';
import { GLOBAL_READER, RITA } from './support/perimeter-config.ts';

const NOW = Date.parse('2026-03-01T13:00:00Z');
const ENDED = '2026-03-01T12:59:59.000Z';
const clock = { now: () => NOW, onMoved: () => () => undefined };

function view(over: Partial<CaseView>, endsAt = ENDED): CaseView {
  const registration = { principal: RITA };
  const context = {
    opening: {
      kind: 'open',
      registration,
      target: { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' },
    },
    endsAt,
    intent: { readAt: ENDED, writer: 'plain' },
    assignment: { kind: 'plain', id: 'ours' },
  };
  const base = { caseId: 'grant00001', flow: 'grant', flowVersion: '1', state: 'active', status: 'active' as const, seq: 1 };
  return { ...base, context, columns: { endsAt }, links: [], pending: [], ...over };
}

/** A ledger with one case in it, and a directory that lists the assignment until it has been asked `stubborn` times. */
function world(one: CaseView, stubborn = 0, outcome: Taken = { found: true }) {
  const sent: string[] = [];
  const links: Link[] = [];
  let taken = 0;
  const runtime = {
    *open() {
      yield { ...one, links };
    },
    read: () => ({ ...one, links }),
    send: (_id: string, { type }: { readonly type: string }) => {
      sent.push(type);
      return Promise.resolve({ kind: 'committed', view: one, changed: true });
    },
    link: (_id: string, link: Link) => {
      links.push(link);
      return Promise.resolve();
    },
  } as unknown as Runtime;
  const plain = {
    take: () => {
      taken += 1;
      return taken > stubborn
        ? Promise.resolve(outcome)
        : Promise.reject(new AppError('directory.settling', 'still there', { retryable: true }));
    },
  } as unknown as AccessWriter;
  const parts = {
    runtime,
    writers: { directoryRole: { plain, pim: plain } },
    clock,
    transportClock: clock,
    log: createLog('perimeter', 'silent'),
    everySeconds: 300,
    inFlight: createInFlight(),
    soundAlarm: () => Promise.resolve(),
  };
  return { sent, links, taken: () => taken, parts };
}

let sweep: Sweep | undefined;
afterEach(() => sweep?.stop());

describe('the sweep of the ledger', () => {
  it.each([
    ['given', 'active', ENDED, ['endsDue']],
    ['being given', 'giving', ENDED, ['endsDue']],
    ['at its very end', 'active', new Date(NOW).toISOString(), ['endsDue']],
    ['a millisecond before its end', 'active', new Date(NOW + 1).toISOString(), []],
    ['being taken away already', { taking: 'due' }, ENDED, []],
  ])('tells the flow of a grant that is %s what is due', async (_name, state, endsAt, expected) => {
    const { parts, sent, taken } = world(view({ state }, endsAt));
    sweep = startSweep(parts);
    await sweep.round();
    expect(sent).toEqual(expected);
    expect(taken()).toBe(0);
  });

  it('takes away directly what a stuck flow no longer can, round after round until it is gone, and then lets it be', async () => {
    const { parts, sent, taken, links } = world(view({ status: 'poisoned' }), 2);
    sweep = startSweep(parts);
    for (let rounds = 0; rounds < 6; rounds++) {
      await sweep.round();
      await new Promise(setImmediate);
    }
    expect(taken()).toBe(3);
    expect(sent).toEqual([]);
    expect(links).toMatchObject([{ key: 'swept', value: { confirmedAt: expect.any(String) } }]);
  });

  it('lets be what somebody else made, and notes that it stays', async () => {
    const { parts, taken, links } = world(view({ status: 'poisoned' }), 0, { found: true, theirs: true });
    sweep = startSweep(parts);
    for (let rounds = 0; rounds < 3; rounds++) {
      await sweep.round();
      await new Promise(setImmediate);
    }
    expect(taken()).toBe(1);
    expect(links).toMatchObject([{ key: 'swept', value: { leftAt: expect.any(String) } }]);
  });

  it.each(['give', 'checkHeld'])(
    'does not say that a stuck grant is over while a command may still give it (%s)',
    async (name) => {
      const pending = [{ name }] as unknown as CaseView['pending'];
      const { parts, taken, links } = world(view({ status: 'poisoned', pending }));
      sweep = startSweep(parts);
      for (let rounds = 0; rounds < 3; rounds++) {
        await sweep.round();
        await new Promise(setImmediate);
      }
      expect(taken()).toBeGreaterThan(1);
      expect(links).toEqual([]);
    },
  );

  it('sounds the alarm when what a stuck flow holds cannot be taken away either, and not at every round', async () => {
    const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
    const sounded: unknown[] = [];
    const soundAlarm = (stuck: unknown) => Promise.resolve(void sounded.push(stuck));
    const { parts } = world(view({ status: 'poisoned' }, minutesAgo(5)), 99);
    sweep = startSweep({ ...parts, soundAlarm });
    await sweep.round();
    expect(sounded).toEqual([]);
    sweep.stop();

    const late = world(view({ status: 'poisoned' }, minutesAgo(7)), 99);
    sweep = startSweep({ ...late.parts, soundAlarm });
    for (let rounds = 0; rounds < 6; rounds++) {
      await sweep.round();
      await new Promise(setImmediate);
    }
    expect(sounded).toMatchObject([{ grantId: 'grant00001', code: 'directory.settling', tries: expect.any(Number) }]);
  });

  it('sounds the alarm at a later round when nobody could be reached', async () => {
    let calls = 0;
    const soundAlarm = () => (++calls === 1 ? Promise.reject(new AppError('alarm.unreachable', 'nobody')) : Promise.resolve());
    const { parts } = world(view({ status: 'poisoned' }, new Date(NOW - 3_600_000).toISOString()), 99);
    sweep = startSweep({ ...parts, soundAlarm });
    for (let rounds = 0; rounds < 6; rounds++) {
      await sweep.round();
      await new Promise(setImmediate);
    }
    expect(calls).toBe(2);
  });

  it('says that a stuck grant is over for which nothing was ever to be written, and asks the directory for nothing', async () => {
    const { intent: _, assignment: __, ...rest } = view({}).context as Readonly<Record<string, unknown>>;
    const { parts, taken, links } = world(view({ status: 'poisoned', state: 'checking', context: rest }));
    sweep = startSweep(parts);
    await sweep.round();
    await new Promise(setImmediate);
    expect(taken()).toBe(0);
    expect(links).toMatchObject([{ key: 'swept', value: { confirmedAt: expect.any(String) } }]);
  });

  it('waits for a write of a stuck grant that is under way before it looks', async () => {
    const { parts, taken } = world(view({ status: 'poisoned' }));
    let answer = (): void => undefined;
    const writing = parts.inFlight.during('grant00001', () => new Promise<void>((resolve) => (answer = resolve)));
    sweep = startSweep(parts);
    await new Promise(setImmediate);
    expect(taken()).toBe(0);
    answer();
    await writing;
    await new Promise(setImmediate);
    expect(taken()).toBe(1);
  });

  it('leaves a stuck grant alone whose end has not come', async () => {
    const { parts, taken } = world(view({ status: 'poisoned' }, '2026-03-01T14:00:00.000Z'));
    sweep = startSweep(parts);
    await sweep.round();
    expect(taken()).toBe(0);
  });
});
