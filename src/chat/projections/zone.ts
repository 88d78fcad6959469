/** Names of the IANA database, as `Europe/Berlin`, `Etc/GMT+5`, `EST5EDT`. Nothing else may stand on a card as a zone. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9]*(?:[/_+-][A-Za-z0-9]+)*$/;
const ZONE_MAX_CHARS = 64;

/** Mondays to Fridays, from the first hour and before the second, by the clock on the requester's wall. */
const WORKDAYS: ReadonlySet<string> = new Set(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']);
const WORK_BEGINS_HOUR = 7;
const WORK_ENDS_HOUR = 19;

/**
 * What a platform says somebody's zone is, if it is one that we can reckon with; else undefined. It comes from the person's own
 * settings or client, so it is shown and never decides anything.
 */
export function zoneNamed(said: unknown): string | undefined {
  if (typeof said !== 'string' || said.length > ZONE_MAX_CHARS || !ZONE_NAME.test(said)) return undefined;
  try {
    wallFormat(said);
    return said;
  } catch {
    return undefined;
  }
}

/** `15:02 Europe/Berlin`: true whatever zone the reader's client is in now. `zone` has passed `zoneNamed`. */
export function timeIn(zone: string, iso: string, precision: 'minute' | 'second' = 'minute'): string {
  const { time } = wallClock(zone, iso);
  return `${precision === 'minute' ? time.slice(0, 5) : time} ${zoneWords(zone)}`;
}

/** `Sat 02:10, Europe/Berlin` when this instant is outside working hours there; undefined within them. `zone` has passed `zoneNamed`. */
export function outsideWorkingHours(zone: string, iso: string): string | undefined {
  const { weekday, time } = wallClock(zone, iso);
  const hour = Number(time.slice(0, 2));
  if (WORKDAYS.has(weekday) && hour >= WORK_BEGINS_HOUR && hour < WORK_ENDS_HOUR) return undefined;
  return `${weekday} ${time.slice(0, 5)}, ${zoneWords(zone)}`;
}

/** Without the underscore, which both platforms read as the begin of something slanted. */
const zoneWords = (zone: string): string => zone.replaceAll('_', ' ');

/** `en-GB` writes the weekdays as WORKDAYS has them. @throws {RangeError} for a zone that this build of Node does not know */
function wallFormat(zone: string): Intl.DateTimeFormat {
  const twoDigits = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', ...twoDigits, hourCycle: 'h23' });
}

function wallClock(zone: string, iso: string): { readonly weekday: string; readonly time: string } {
  const parts = new Map(
    wallFormat(zone)
      .formatToParts(new Date(iso))
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return { weekday: part('weekday'), time: [part('hour'), part('minute'), part('second')].join(':') };
}
