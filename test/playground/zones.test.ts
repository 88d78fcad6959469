import { describe, expect, it } from '@jest/globals';
import { localTimestamp, zoneNow } from '../../src/playground/zones.ts';

describe('what a platform says of a zone', () => {
  it.each([
    ['Europe/Berlin', '2026-11-21T13:02:03.004Z', 3_600, 'Central European Time', '2026-11-21T14:02:03.004+01:00'],
    ['Europe/Berlin', '2026-07-21T13:02:03.004Z', 7_200, 'Central European Summer Time', '2026-07-21T15:02:03.004+02:00'],
    ['America/New_York', '2026-11-21T01:02:03.004Z', -18_000, 'Eastern Standard Time', '2026-11-20T20:02:03.004-05:00'],
    ['America/St_Johns', '2026-11-21T13:02:03.004Z', -12_600, 'Newfoundland Standard Time', '2026-11-21T09:32:03.004-03:30'],
    ['Asia/Kolkata', '2026-11-21T13:02:03.004Z', 19_800, 'India Standard Time', '2026-11-21T18:32:03.004+05:30'],
    ['Europe/London', '2026-11-21T13:02:03.004Z', 0, 'Greenwich Mean Time', '2026-11-21T13:02:03.004+00:00'],
  ])('is what holds at that moment: %s at %s', (zone, at, offsetSeconds, label, local) => {
    expect(zoneNow(zone, Date.parse(at))).toEqual({ offsetSeconds, label });
    expect(localTimestamp(zone, Date.parse(at))).toBe(local);
    expect(new Date(local).toISOString()).toBe(at);
  });
});
