import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { CommandContext, Runtime } from '../../../src/durable/port.ts';
import { createDoubtDesk, DOUBT_FLOW, type DoubtDesk, doubtFlow, type Found } from '../../../src/perimeter/ledger/doubt-desk.ts';
import { soundDoubt } from '../../../src/perimeter/ledger/sound-doubt.ts';
import { bot, MINUTE, START, workbench, type Workbench } from '../../durable/support/durable-world.ts';
import { type HttpsServer, startHttps } from '../../support/https-server.ts';

const HEAD = 'a'.repeat(64);
const seenAt = (seq: number) => ({ seq, head: HEAD });
const at = (ms: number) => new Date(START + ms).toISOString();

let bench: Workbench;
let runtime: Runtime;
let desk: DoubtDesk;
beforeEach(async () => {
  bench = workbench();
  runtime = await bench.open({ flows: [doubtFlow] });
  desk = createDoubtDesk(runtime);
});
afterEach(() => bench.clear());
const openCases = () => [...runtime.open(DOUBT_FLOW)];
const events = async () => {
  const all: string[] = [];
  for await (const entry of runtime.entries(0))
    all.push(`${entry.kind} by ${entry.actor.kind === 'system' ? entry.actor.name : ''}`);
  return all;
};

describe('a doubt about the ledger', () => {
  it('is there from when it was raised, with where the ledger stood', async () => {
    expect(desk.openDoubt()).toBeUndefined();
    const before = runtime.head();
    await desk.raise({ why: 'behind', seen: seenAt(9) });
    expect(desk.openDoubt()).toEqual({ why: 'behind', seen: seenAt(9), ours: before, foundAt: at(0) });
    expect(openCases()[0]?.caseId).toMatch(/^doubt[0-9a-f]{24}$/);
    expect(await events()).toEqual(['began by perimeter']);
  });

  it('is one, however often it is raised, and at the same time', async () => {
    await Promise.all([
      desk.raise({ why: 'forked', seen: seenAt(3) }),
      desk.raise({ why: 'behind', seen: seenAt(5) }),
      desk.raise({ why: 'unknown-records', unknownIds: ['lost'] }),
    ]);
    expect(openCases()).toHaveLength(1);
    expect(desk.openDoubt()).toMatchObject({ why: 'forked', seen: seenAt(5) });
    expect(desk.openDoubt()?.unknownIds).toBeUndefined();
  });

  it.each<[string, Found, Found, number | undefined]>([
    ['more than before', { why: 'behind', seen: seenAt(5) }, { why: 'behind', seen: seenAt(6) }, 6],
    ['as much as before', { why: 'behind', seen: seenAt(5) }, { why: 'forked', seen: seenAt(5) }, 5],
    ['less than before', { why: 'behind', seen: seenAt(5) }, { why: 'behind', seen: seenAt(4) }, 5],
    ['something for the first time', { why: 'unknown-records' }, { why: 'behind', seen: seenAt(0) }, 0],
    ['nothing', { why: 'behind', seen: seenAt(5) }, { why: 'unknown-records' }, 5],
  ])('keeps the most that the bot says it has seen: then %s', async (_name, first, second, most) => {
    await desk.raise(first);
    await desk.raise(second);
    expect(desk.openDoubt()?.seen?.seq).toBe(most);
    const isMore = (first.seen?.seq ?? -1) !== most;
    expect(await events()).toEqual(['began by perimeter', ...(isMore ? ['transition by bot'] : [])]);
  });

  it.each<[string, number, number]>([
    ['not within a minute of the last', 59_999, 6],
    ['again after a minute', 60_000, 7],
  ])('notes what the bot says %s, so that it cannot fill the disk', async (_name, passedMs, noted) => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    await desk.raise({ why: 'behind', seen: seenAt(5) });
    await desk.raise({ why: 'behind', seen: seenAt(6) });
    now.mockReturnValue(1_000 + passedMs);
    await desk.raise({ why: 'behind', seen: seenAt(7) });
    now.mockRestore();
    expect(desk.openDoubt()?.seen?.seq).toBe(noted);
  });

  it('that could not be noted does not stand in the way of the next', async () => {
    let isFull = true;
    const full = createDoubtDesk({
      ...runtime,
      begin: (...given) => (isFull ? Promise.reject(new Error('disk full')) : runtime.begin(...given)),
    });
    await expect(full.raise({ why: 'behind' })).rejects.toThrow('disk full');
    isFull = false;
    await full.raise({ why: 'forked' });
    expect(full.openDoubt()).toMatchObject({ why: 'forked' });
  });

  it('is over once the ledger was rebuilt', async () => {
    await desk.raise({ why: 'operator' });
    await runtime.send(openCases()[0]?.caseId ?? '', { type: 'reconciled', archive: 'old', adopted: 2 }, bot);
    expect(desk.openDoubt()).toBeUndefined();
    expect(runtime.closed(DOUBT_FLOW, undefined, 1)[0]?.context).toMatchObject({
      rebuilt: { archive: 'old', adopted: 2, at: at(0) },
    });
  });
});

describe('the alarm of a doubt', () => {
  let server: HttpsServer;
  let heard: unknown[];
  beforeEach(async () => {
    heard = [];
    server = await startHttps(({ body }) => {
      heard.push(body);
      return { status: 200, body: {} };
    });
  });
  afterEach(() => server.close());
  const sound = async (): Promise<void> => {
    const [view = runtime.closed(DOUBT_FLOW, undefined, 1)[0]] = openCases();
    if (view === undefined) throw new Error('no doubt');
    const context: CommandContext = { view: () => view, link: () => Promise.resolve(), signal: new AbortController().signal };
    const command = {
      key: '',
      caseId: view.caseId,
      name: '',
      lane: '',
      params: undefined,
      at: '',
      attempt: 0,
      redelivered: false,
    };
    expect(await soundDoubt(server.url)({ ...command, lastErrorCode: undefined }, context)).toBeUndefined();
  };

  it.each<[string, Found, string]>([
    ['that the bot has seen more', { why: 'behind', seen: seenAt(9) }, 'the bot has seen more of it than there is'],
    ['that the bot has seen another', { why: 'forked', seen: seenAt(9) }, 'the bot has seen another history than this one'],
    [
      'that Microsoft knows more',
      { why: 'unknown-records', unknownIds: ['lost'] },
      "Microsoft's records name requests of ours that it does not know",
    ],
    ['that it came from a backup', { why: 'restored' }, 'it was restored from a backup'],
    ['that somebody had it rebuilt', { why: 'operator' }, 'an operator had it rebuilt'],
  ])('says %s', async (_name, found, words) => {
    await desk.raise(found);
    await sound();
    expect(heard).toEqual([
      {
        text: `Hallpass: the ledger of the perimeter was lost, put back or replaced: ${words}. Nothing is given, and what is known is ended. Find out why, then run "hallpass perimeter reconcile".`,
        kind: 'ledger.doubtful',
        ...found,
        foundAt: at(0),
        ours: { seq: 0, head: expect.any(String) },
      },
    ]);
  });

  it('says that the ledger was rebuilt, and how much was found again', async () => {
    await desk.raise({ why: 'operator' });
    await runtime.send(openCases()[0]?.caseId ?? '', { type: 'reconciled', archive: 'old', adopted: 2 }, bot);
    await sound();
    expect(heard).toMatchObject([
      {
        text: `Hallpass: the ledger of the perimeter was rebuilt at ${at(0)}; 2 live grants were found again.`,
        kind: 'ledger.reconciled',
      },
    ]);
  });

  it('sounds at once, again every half hour while the doubt is open, and when it is over', async () => {
    const sounded: string[] = [];
    runtime.run({
      soundDoubt: ({ at: since }) => {
        sounded.push(since);
        return Promise.resolve(undefined);
      },
    });
    const until = async (count: number): Promise<void> => {
      for (let tries = 0; tries < 400 && sounded.length < count; tries++) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(sounded).toHaveLength(count);
    };
    await desk.raise({ why: 'operator' });
    await until(1);
    bench.clock.advance(30 * MINUTE - 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sounded).toHaveLength(1);
    bench.clock.advance(1);
    await until(2);
    await runtime.send(openCases()[0]?.caseId ?? '', { type: 'reconciled', archive: 'old', adopted: 0 }, bot);
    await until(3);
  });
});
