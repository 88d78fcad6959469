import { describe, expect, it } from '@jest/globals';
import { outsideWorkingHours, timeIn, zoneNamed } from '../../src/chat/projections/zone.ts';

describe('working hours', () => {
  // 2026-11-20 is a Friday. Berlin is one hour east of UTC in winter, two in summer.
  it.each<[string, string, string, string | undefined]>([
    ['Friday, the last second of the night', 'Europe/Berlin', '2026-11-20T05:59:59.999Z', 'Fri 06:59, Europe/Berlin'],
    ['Friday, seven sharp', 'Europe/Berlin', '2026-11-20T06:00:00.000Z', undefined],
    ['Friday, the last second of the day', 'Europe/Berlin', '2026-11-20T17:59:59.999Z', undefined],
    ['Friday, seven in the evening', 'Europe/Berlin', '2026-11-20T18:00:00.000Z', 'Fri 19:00, Europe/Berlin'],
    ['Saturday noon', 'Europe/Berlin', '2026-11-21T11:00:00.000Z', 'Sat 12:00, Europe/Berlin'],
    ['Sunday noon', 'Europe/Berlin', '2026-11-22T11:00:00.000Z', 'Sun 12:00, Europe/Berlin'],
    ['Monday, seven sharp', 'Europe/Berlin', '2026-11-23T06:00:00.000Z', undefined],
    ['midnight, which is hour 00 and not 24', 'Europe/Berlin', '2026-11-23T23:10:00.000Z', 'Tue 00:10, Europe/Berlin'],
    ['Friday in UTC, Saturday where they are', 'Pacific/Auckland', '2026-11-20T12:00:00.000Z', 'Sat 01:00, Pacific/Auckland'],
    ['Saturday in UTC, Friday where they are', 'America/New_York', '2026-11-21T00:30:00.000Z', 'Fri 19:30, America/New York'],
    ['Monday in UTC, Sunday where they are', 'America/Los_Angeles', '2026-11-23T03:00:00.000Z', 'Sun 19:00, America/Los Angeles'],
    ['half an hour off the full hour', 'Asia/Kolkata', '2026-11-20T01:29:00.000Z', 'Fri 06:59, Asia/Kolkata'],
    ['half an hour off, and inside', 'Asia/Kolkata', '2026-11-20T01:30:00.000Z', undefined],
    ['the Friday before the clocks go forward', 'Europe/Berlin', '2026-03-27T05:30:00.000Z', 'Fri 06:30, Europe/Berlin'],
    ['the Monday after, at the same instant of the day', 'Europe/Berlin', '2026-03-30T05:30:00.000Z', undefined],
    ['the Friday before the clocks go back', 'Europe/Berlin', '2026-10-23T05:30:00.000Z', undefined],
    ['the Monday after that', 'Europe/Berlin', '2026-10-26T05:30:00.000Z', 'Mon 06:30, Europe/Berlin'],
    ['the second before the hour that is left out', 'Europe/Berlin', '2026-03-29T00:59:59.000Z', 'Sun 01:59, Europe/Berlin'],
    ['the second after it', 'Europe/Berlin', '2026-03-29T01:00:00.000Z', 'Sun 03:00, Europe/Berlin'],
    ['the hour that comes twice, first', 'Europe/Berlin', '2026-10-25T00:10:00.000Z', 'Sun 02:10, Europe/Berlin'],
    ['the hour that comes twice, again', 'Europe/Berlin', '2026-10-25T01:10:00.000Z', 'Sun 02:10, Europe/Berlin'],
    [
      'a weekday after New York’s clocks went back',
      'America/New_York',
      '2026-11-02T11:59:00.000Z',
      'Mon 06:59, America/New York',
    ],
    ['the minute after that', 'America/New_York', '2026-11-02T12:00:00.000Z', undefined],
  ])('are judged by the clock on the requester’s wall: %s', (_, zone, at, said) => {
    expect(outsideWorkingHours(zone, at)).toBe(said);
  });
});

describe('a time in a named zone', () => {
  it('is the wall clock there, on the instant’s own side of daylight saving', () => {
    expect(timeIn('Europe/Berlin', '2026-11-21T13:02:03.000Z')).toBe('14:02 Europe/Berlin');
    expect(timeIn('Europe/Berlin', '2026-07-21T13:02:03.000Z')).toBe('15:02 Europe/Berlin');
    expect(timeIn('America/New_York', '2026-11-21T04:59:03.000Z', 'second')).toBe('23:59:03 America/New York');
  });
});

describe('what a platform says of somebody’s zone', () => {
  it('is kept when it is one, old names too, and has nothing in it that formats a card', () => {
    const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/GMT+5', 'EST5EDT', 'EET', 'Asia/Calcutta', 'Asia/Kolkata'];
    expect(zones.length).toBeGreaterThan(400);
    expect(zones.filter((zone) => zoneNamed(zone) !== zone)).toEqual([]);
    expect(zones.filter((zone) => /[_*`~<>&|[\]()]/.test(timeIn(zone, '2026-11-21T13:02:00.000Z')))).toEqual([]);
  });

  it.each([
    [undefined],
    [null],
    [''],
    [7],
    [{ toString: () => 'Europe/Berlin' }],
    ['Europe/Atlantis'],
    ['W. Europe Standard Time'],
    ['+01:00'],
    [' Europe/Berlin'],
    ['Europe/Berlin\n'],
    ['Europe/Berlin, approved by Anna'],
    ['[x](https://a.example)'],
    [`Europe/${'x'.repeat(100)}`],
  ])('is left out when it is none: %j', (said) => {
    expect(zoneNamed(said)).toBeUndefined();
  });
});
