import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { createEventsFeed, type EventsFeed } from '../../src/perimeter/events-feed.ts';
import { grantFlow } from '../../src/perimeter/grant-flow.ts';
import { bot, workbench, type Workbench } from '../durable/support/durable-world.ts';

let bench: Workbench;
let runtime: Runtime;
let feed: EventsFeed;
let read: { begun: number; atOnce: number; most: number };
let counted: number;
let mayRead: boolean;
const never = new AbortController().signal;

beforeEach(async () => {
  bench = workbench();
  const before = await bench.open({ flows: [grantFlow] });
  for (let at = 1; at <= 6; at += 1) await ended(before, at);
  await before.close();
  runtime = await bench.open({ flows: [grantFlow] });
  read = { begun: 0, atOnce: 0, most: 0 };
  counted = 0;
  mayRead = true;
  feed = createEventsFeed(watched(), async () => {
    counted += 1;
    if (!mayRead) throw new AppError('caller.limited', 'too often', { retryable: true });
  });
});
afterEach(async () => {
  feed.close();
  await bench.clear();
});

/** One fact, in one line. */
async function ended(there: Runtime, at: number): Promise<void> {
  await there.begin('grant', `grant000000${at}`, { opening: { kind: 'tombstone', reason: 'withdraw' } }, bot);
}
function watched(): Runtime {
  async function* entries(after: number) {
    read.begun += 1;
    read.atOnce += 1;
    read.most = Math.max(read.most, read.atOnce);
    try {
      yield* runtime.entries(after);
    } finally {
      read.atOnce -= 1;
    }
  }
  return Object.create(runtime, { entries: { value: entries } });
}
const page = async (after: number, limit = 10) => (await feed.after(after, limit, 0, never)).events.map(({ seq }) => seq);

describe('whoever polls without waiting', () => {
  it('reads the journal once for what was before the start, and not again when nothing is new', async () => {
    expect(await page(4)).toEqual([5, 6]);
    for (let poll = 0; poll < 50; poll += 1) expect(await page(4)).toEqual([5, 6]);
    for (let poll = 0; poll < 50; poll += 1) expect(await page(6)).toEqual([]);
    expect([read.begun, counted]).toEqual([1, 1]);
  });

  it('hears what is new from memory', async () => {
    await ended(runtime, 7);
    expect(await page(6)).toEqual([7]);
    expect([read.begun, counted]).toEqual([0, 0]);
  });

  it('is counted each time for old facts that fill a page, and reads them one after the other', async () => {
    const pages = await Promise.all(Array.from({ length: 8 }, () => page(0, 2)));
    expect(pages).toEqual(Array.from({ length: 8 }, () => [1, 2]));
    expect([read.begun, read.most, counted]).toEqual([8, 1, 8]);
  });

  it('reads nothing when that was too often, and still hears what is new', async () => {
    mayRead = false;
    await expect(page(0)).rejects.toMatchObject({ code: 'caller.limited' });
    await ended(runtime, 7);
    expect(await page(6)).toEqual([7]);
    expect(read.begun).toBe(0);
  });
});
