import { describe, expect, it } from '@jest/globals';
import { createClockWatch } from '../../../src/perimeter/ledger/clock-watch.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const HOURS_OFF = 7_200_000;

describe('the answers that the clock is judged by', () => {
  it.each<[string, readonly number[], number | undefined]>([
    ['two of three say that it is off', [0, HOURS_OFF, HOURS_OFF], HOURS_OFF],
    ['one of three says that it is off', [HOURS_OFF, 0, 0], undefined],
    ['the newest five say that it is right, mostly', [...Array.from({ length: 5 }, () => HOURS_OFF), 0, 0, 0], undefined],
    [
      'the newest five say that it is off, mostly',
      [...Array.from({ length: 5 }, () => 0), -HOURS_OFF, -HOURS_OFF, -HOURS_OFF],
      1_000 - HOURS_OFF,
    ],
  ])('%s', (_name, aheadMs, skewMs) => {
    const watch = createClockWatch();
    for (const ahead of aheadMs) watch.note(NOW + ahead, NOW, NOW);
    expect(watch.skewMs()).toBe(skewMs);
  });

  it('say nothing against it while they took long, and were written on the way', () => {
    const watch = createClockWatch();
    for (const ahead of [-10_000, -10_000, -10_000]) watch.note(NOW + ahead, NOW - 120_000, NOW);
    expect(watch.skewMs()).toBeUndefined();
  });
});
