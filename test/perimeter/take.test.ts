import { describe, expect, it } from '@jest/globals';
import type { CaseView, Command, CommandContext, Runtime } from '../../src/durable/port.ts';
import { createLog } from '../../src/observe/log.ts';
import type { AccessWriter, Taken } from '../../src/perimeter/access-writer.ts';
import type { DirectoryParts } from '../../src/perimeter/commands/directory-parts.ts';
import { take } from '../../src/perimeter/commands/take.ts';
import { createInFlight } from '../../src/perimeter/in-flight.ts';
import { LATE_WRITE_MS } from '../../src/perimeter/write-trace.ts';
import { GLOBAL_READER, perimeterConfig, RITA } from './support/perimeter-config.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
const begun = {
  key: 'write',
  value: { state: 'begun', firstAt: new Date(START).toISOString(), lastAt: new Date(START).toISOString() },
};
const given = { assignment: { kind: 'plain', id: 'ours' } };
const found = { assignment: { kind: 'plain', id: 'ours', seen: 'found' } };

/** A grant that is to be taken away, and a directory that lists something of ours or not. */
function world(
  links: CaseView['links'],
  over: Readonly<Record<string, unknown>>,
  listed: boolean,
  now = START,
  more: Partial<Taken> = {},
) {
  let asked = 0;
  const context = {
    opening: {
      kind: 'open',
      registration: { principal: RITA, justification: {} },
      target: { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' },
    },
    endsAt: '2026-03-01T13:00:00.000Z',
    intent: { readAt: '', writer: 'plain' },
    ...over,
  };
  const plain = {
    take: () => {
      asked += 1;
      return Promise.resolve({ found: listed, ...more });
    },
  } as unknown as AccessWriter;
  const clock = { now: () => now, onMoved: () => () => undefined };
  const inFlight = createInFlight();
  const parts: DirectoryParts = {
    config: perimeterConfig(),
    runtime: { text: () => undefined } as unknown as Runtime,
    writers: { directoryRole: { plain, pim: plain } },
    clock,
    transportClock: clock,
    inFlight,
    log: createLog('perimeter', 'silent'),
  };
  const view = { caseId: 'grant00001', context, links } as unknown as CaseView;
  const run = () =>
    take(parts)(
      { caseId: 'grant00001' } as Command,
      { view: () => view, signal: new AbortController().signal } as CommandContext,
    );
  return { run, inFlight, asked: () => asked };
}

describe('taking away', () => {
  it('asks the directory for nothing when no write was ever begun: whatever is there is not ours', async () => {
    const one = world([], {}, true);
    expect(await one.run()).toMatchObject({ events: [{ type: 'directory.gone' }] });
    expect(one.asked()).toBe(0);
  });

  it.each([
    ['something of ours was there', [begun], {}, true, START],
    ['what was given is not there any more, nor hidden by an old reading', [begun], given, false, START + LATE_WRITE_MS],
    ['nothing is there, and a write without an answer can no longer arrive', [begun], {}, false, START + LATE_WRITE_MS],
    ['what was only found is not there any more, nor hidden by an old reading', [begun], found, false, START + LATE_WRITE_MS],
    ['what was only found was there, and was ours', [begun], found, true, START],
  ])('is done when it is gone and %s', async (_name, links, over, listed, now) => {
    const one = world(links, over, listed, now);
    expect(await one.run()).toMatchObject({ events: [{ type: 'directory.gone' }] });
    expect(one.asked()).toBe(1);
  });

  it.each([
    ['nothing is there', {}, false, {}],
    ['what was given a moment ago is not there', given, false, {}],
    ['what was only found is not there', found, false, {}],
    ['what is there is of others', found, true, { theirs: true }],
  ] as const)('is not done when %s, but what was written may still turn up', async (_name, over, listed, more) => {
    const one = world([begun], over, listed, START + LATE_WRITE_MS - 1, more);
    await expect(one.run()).rejects.toMatchObject({ code: 'directory.settling', retryable: true });
  });

  it.each([{}, found])('leaves what others made, and says so: %j', async (over) => {
    const one = world([begun], over, true, START + LATE_WRITE_MS, { theirs: true });
    expect(await one.run()).toMatchObject({ events: [{ type: 'directory.notOurs', refusal: { code: 'grant.already-held' } }] });
  });

  it.each([
    ['gone', { confirmedAt: '2026-03-01T13:00:00.000Z' }, 'directory.gone'],
    ['of others', { leftAt: '2026-03-01T13:00:00.000Z' }, 'directory.notOurs'],
  ])(
    'touches nothing any more once the sweep saw that it was %s: the same may have been given again',
    async (_name, value, type) => {
      const one = world([begun, { key: 'swept', value }], given, true, START + LATE_WRITE_MS);
      expect(await one.run()).toMatchObject({ events: [{ type }] });
      expect(one.asked()).toBe(0);
    },
  );

  it('waits for a write of the same grant that is under way, and for no other', async () => {
    const one = world([begun], given, true);
    let answer = (): void => undefined;
    const writing = one.inFlight.during('grant00001', () => new Promise<void>((resolve) => (answer = resolve)));
    void one.inFlight.during('another00001', () => new Promise(() => undefined));
    const taking = one.run();
    await new Promise(setImmediate);
    expect(one.asked()).toBe(0);
    answer();
    await Promise.all([writing, taking]);
    expect(one.asked()).toBe(1);
  });
});
