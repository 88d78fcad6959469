import { describe, expect, it } from '@jest/globals';
import { createClockWatch } from '../../src/perimeter/ledger/clock-watch.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');

/** Answers that name these instants, relative to ours; each took so long. */
function skewAfter(aheadMs: readonly number[], tookMs = 0): number | undefined {
  const watch = createClockWatch();
  for (const ahead of aheadMs) watch.note(NOW + ahead, NOW - tookMs, NOW);
  return watch.skewMs();
}

describe('the clock of the perimeter beside that of Microsoft', () => {
  it.each<[string, readonly number[], number | undefined]>([
    ['is trusted before anybody has answered', [], undefined],
    ['is trusted after one strange answer alone', [600_000], undefined],
    ['is behind for certain after two', [600_000, 600_000], 600_000],
    ['may be a minute behind', [60_000, 60_000], undefined],
    ['may not be more behind', [60_001, 60_001], 60_001],
    ['may be a minute ahead, and the second that a Date does not tell', [-61_000, -61_000], undefined],
    ['may not be more ahead', [-61_001, -61_001], -60_001],
    ['is judged by most answers, not by one', [0, 0, 600_000, 0, 0], undefined],
    ['is not excused by one good answer', [600_000, 600_000, 0, 600_000, 600_000], 600_000],
    ['is in order again once most newer answers say so', [600_000, 600_000, 600_000, 0, 0, 0], undefined],
  ])('%s', (_name, ahead, expected) => {
    expect(skewAfter(ahead)).toBe(expected);
  });

  it('is not blamed for the time that an answer took', () => {
    expect(skewAfter([-90_000, -90_000], 120_000)).toBeUndefined();
    expect(skewAfter([-90_000, -90_000], 1_000)).toBe(-88_000);
  });
});
