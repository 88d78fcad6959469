import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../../src/access/core/app-error.ts';
import type { LedgerHead } from '../../../src/access/core/perimeter-api.ts';
import type { JournalEntry, Runtime } from '../../../src/durable/port.ts';
import type { Found } from '../../../src/perimeter/ledger/doubt-desk.ts';
import { createSeenHeads, type SeenHeads, seenOf } from '../../../src/perimeter/ledger/seen-heads.ts';
import { bot, idleDoor, workbench, type Workbench } from '../../durable/support/durable-world.ts';

const HEAD = 'a'.repeat(64);
const OTHER = 'f'.repeat(64);

describe('the two headers of a request', () => {
  it.each<[string, string | undefined, string | undefined, LedgerHead | undefined]>([
    ['say nothing when neither is there', undefined, undefined, undefined],
    ['name the place that was seen', '7', HEAD, { seq: 7, head: HEAD }],
    ['name the place before the first line', '0', HEAD, { seq: 0, head: HEAD }],
    ['name the last place that a journal can have', '100000000000', HEAD, { seq: 100_000_000_000, head: HEAD }],
  ])('%s', (_name, seq, head, seen) => {
    expect(seenOf(seq, head)).toEqual(seen);
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['the sequence alone', '7', undefined],
    ['the head alone', undefined, HEAD],
    ['an empty sequence', '', HEAD],
    ['no number', 'seven', HEAD],
    ['a number with something before it', 'x7', HEAD],
    ['a number with something behind it', '7x', HEAD],
    ['a negative number', '-1', HEAD],
    ['a fraction', '1.5', HEAD],
    ['a number in other words', '1e3', HEAD],
    ['a number in hexadecimal', '0x7', HEAD],
    ['a place beyond any journal', '100000000001', HEAD],
    ['a head that is too short', '7', 'a'.repeat(63)],
    ['a head that is too long', '7', 'a'.repeat(65)],
    ['a head in capitals', '7', 'A'.repeat(64)],
  ])('are refused when they are %s', (_name, seq, head) => {
    const read = () => seenOf(seq, head);
    expect(read).toThrow(AppError);
    expect(read).toThrow(
      expect.objectContaining({
        code: 'request.malformed',
        message: 'the headers of what was seen',
        hint: 'Send sequence and head as an answer told them.',
      }),
    );
  });
});

describe('what a caller has seen of the ledger', () => {
  let bench: Workbench;
  let runtime: Runtime;
  let lines: readonly JournalEntry[];
  let raised: Found[];
  let heads: SeenHeads;
  let reads: number[];

  /** The same journal; how often its lines were read is kept. */
  const watched = (whole: Runtime): Runtime => ({
    ...whole,
    get degraded() {
      return whole.degraded;
    },
    head: () => whole.head(),
    entries(after) {
      reads.push(after);
      return whole.entries(after);
    },
  });
  beforeEach(async () => {
    bench = workbench();
    runtime = await bench.open();
    runtime.run(idleDoor);
    for (const id of ['door1', 'door2', 'door3']) await runtime.begin('door', id, { minutes: 10 }, bot);
    const all: JournalEntry[] = [];
    for await (const entry of runtime.entries(0)) all.push(entry);
    lines = all;
    [raised, reads] = [[], []];
    heads = createSeenHeads(watched(runtime), {
      openDoubt: () => undefined,
      raise: (found) => {
        raised.push(found);
        return Promise.resolve();
      },
    });
  });
  afterEach(() => bench.clear());
  const seenAt = (seq: number): LedgerHead => ({ seq, head: lines.find((line) => line.seq === seq)?.head ?? '' });

  it('raises no doubt when it is what the ledger holds: the newest line, and every older one', async () => {
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const { seq } of lines) expect(await heads.isAhead(seenAt(seq))).toBe(false);
    expect(await heads.isAhead(runtime.head())).toBe(false);
    expect(raised).toEqual([]);
  });

  it('raises no doubt when it is nothing yet, whatever head it names', async () => {
    expect(await heads.isAhead({ seq: 0, head: OTHER })).toBe(false);
    expect(raised).toEqual([]);
    expect(reads).toEqual([]);
  });

  it.each([
    ['a line that is not there yet', 1, 'behind'],
    ['another newest line', 0, 'forked'],
    ['another older line', -1, 'forked'],
  ] as const)('raises a doubt when it is %s', async (_name, beyond, why) => {
    const seen = { seq: runtime.head().seq + beyond, head: OTHER };
    expect(await heads.isAhead(seen)).toBe(true);
    expect(raised).toEqual([{ why, seen }]);
  });

  it('raises no doubt about what lies before the beginning of a journal that was rebuilt', async () => {
    const cut: Runtime = {
      ...runtime,
      head: () => runtime.head(),
      async *entries(after) {
        for await (const entry of runtime.entries(Math.max(after, 1))) yield entry;
      },
    };
    const later = createSeenHeads(cut, { openDoubt: () => undefined, raise: () => Promise.reject(new Error('raised')) });
    expect(await later.isAhead({ seq: 1, head: OTHER })).toBe(false);
    expect(await later.isAhead(seenAt(2))).toBe(false);
  });

  it('is looked up once for each place, and the newest line never', async () => {
    for (let again = 0; again < 3; again++) {
      await heads.isAhead(runtime.head());
      await heads.isAhead(seenAt(1));
      await heads.isAhead(seenAt(2));
    }
    expect(reads).toEqual([0, 1]);
  });

  it('is remembered of 64 places, the oldest forgotten first', async () => {
    const many = { ...runtime, head: () => ({ seq: 1_000, head: HEAD }) };
    const wide = createSeenHeads(watched(many), { openDoubt: () => undefined, raise: () => Promise.resolve() });
    for (let seq = 1; seq <= 64; seq++) await wide.isAhead({ seq, head: OTHER });
    reads = [];
    await wide.isAhead({ seq: 1, head: OTHER });
    expect(reads).toEqual([]);
    await wide.isAhead({ seq: 65, head: OTHER });
    await wide.isAhead({ seq: 2, head: OTHER });
    expect(reads).toEqual([64]);
    await wide.isAhead({ seq: 1, head: OTHER });
    expect(reads).toEqual([64, 0]);
  });
});
