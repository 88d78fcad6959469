import { describe, expect, it } from '@jest/globals';
import { DAY_MS, mayBeOneMore, type Spent } from '../../../src/perimeter/guardrails/budgets.ts';
import { perimeterConfig, RITA } from '../support/perimeter-config.ts';

const NOW = Date.parse('2026-03-02T12:00:00.000Z');
const MINUTE = 60_000;
const nothing: Spent = { nowMs: NOW, live: 0, givenMs: [], endedMs: -Infinity, brokenMs: [] };
const [setting] = perimeterConfig({
  more: {
    atMostLive: 2,
    atMostPerPrincipalPerDay: 2,
    coolDownMinutes: 30,
    breakGlass: { who: { people: [RITA], groups: [] }, longestMinutes: 20, perDay: 1 },
  },
}).entitlements;

function verdictOn(spent: Partial<Spent>, breakGlass = false) {
  if (setting === undefined) throw new Error('no entitlement');
  return mayBeOneMore(setting, { ...nothing, ...spent }, { breakGlass });
}
const codeOn = (spent: Partial<Spent>, breakGlass = false) => {
  const verdict = verdictOn(spent, breakGlass);
  return verdict.permitted ? 'permitted' : verdict.code;
};

describe('how much may be given', () => {
  it.each<[string, Partial<Spent>, string]>([
    ['nothing was given yet', {}, 'permitted'],
    ['there is room for one more', { live: 1 }, 'permitted'],
    ['as many hold it as may', { live: 2 }, 'guardrail.live-budget'],
    ['more hold it than may', { live: 3 }, 'guardrail.live-budget'],
    ['it was given once of two times', { givenMs: [NOW] }, 'permitted'],
    ['it was given both times', { givenMs: [NOW - DAY_MS + 1, NOW] }, 'guardrail.daily-budget'],
    ['one of the times was 24 hours ago', { givenMs: [NOW - DAY_MS, NOW] }, 'permitted'],
    ['it ended when the cool-down began', { endedMs: NOW - 30 * MINUTE }, 'permitted'],
    ['it ended a millisecond later', { endedMs: NOW - 30 * MINUTE + 1 }, 'guardrail.cool-down'],
    ['it ended just now', { endedMs: NOW }, 'guardrail.cool-down'],
    ['somebody broke the glass today, and it is asked for in the usual way', { brokenMs: [NOW] }, 'permitted'],
  ])('%s', (_name, spent, expected) => {
    expect(codeOn(spent)).toBe(expected);
  });

  it.each<[string, Partial<Spent>, string]>([
    ['nobody did today', {}, 'permitted'],
    ['somebody did a moment less than 24 hours ago', { brokenMs: [NOW - DAY_MS + 1] }, 'guardrail.break-glass-budget'],
    ['somebody did 24 hours ago', { brokenMs: [NOW - DAY_MS] }, 'permitted'],
    ['as many hold it as may', { live: 2 }, 'guardrail.live-budget'],
    ['it ended just now', { endedMs: NOW }, 'guardrail.cool-down'],
    ['it was given as often as it may be', { givenMs: [NOW, NOW] }, 'guardrail.daily-budget'],
  ])('without waiting for anybody: %s', (_name, spent, expected) => {
    expect(codeOn(spent, true)).toBe(expected);
  });

  it.each<[string, Partial<Spent>, string]>([
    [
      'the oldest of today is a day old',
      { givenMs: [NOW - 60 * MINUTE, NOW - 120 * MINUTE] },
      'Ask again at 10:00 UTC on 2026-03-03, or later.',
    ],
    [
      'so many are a day old that one more has room, also where it was given more often than it may be now',
      { givenMs: [NOW - 180 * MINUTE, NOW - 60 * MINUTE, NOW - 120 * MINUTE] },
      'Ask again at 10:00 UTC on 2026-03-03, or later.',
    ],
    ['the cool-down is over', { endedMs: NOW - 10 * MINUTE - 1 }, 'Ask again at 12:20 UTC on 2026-03-02, or later.'],
  ])('says when to ask again: when %s', (_name, spent, hint) => {
    expect(verdictOn(spent)).toMatchObject({ hint });
  });
});
