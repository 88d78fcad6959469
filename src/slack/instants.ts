import { timeIn } from '../chat/projections/zone.ts';

/**
 * Instants that cannot be mistaken: the reader's own time by Slack's token, UTC beside it, and a whole UTC date for
 * clients that cannot render the token. Where the reader's zone is known, the time there is said by name as well: the token
 * follows whatever client looks at it, which may be in another zone by then.
 * @see https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function localTime(iso: string, zone?: string, precision: 'minute' | 'second' = 'minute'): string {
  const ms = Date.parse(iso);
  if (!Number.isFinite(ms)) return 'an unknown time';
  const time = precision === 'minute' ? '{time}' : '{time_secs}';
  const there = zone === undefined ? '' : `${timeIn(zone, iso, precision)}, `;
  return `<!date^${Math.floor(ms / 1_000)}^{date_short_pretty}, ${time}|${utcDate(ms, precision)}> (${there}${utcTime(ms, precision)})`;
}

/** For places that render no token: notifications, plain text. */
export function utc(iso: string, zone?: string): string {
  const ms = Date.parse(iso);
  if (!Number.isFinite(ms)) return 'an unknown time';
  return zone === undefined ? utcDate(ms, 'minute') : `${utcDate(ms, 'minute')} (${timeIn(zone, iso)})`;
}

function utcDate(ms: number, precision: 'minute' | 'second'): string {
  return `${new Date(ms).toISOString().slice(0, 10)} ${utcTime(ms, precision)}`;
}

function utcTime(ms: number, precision: 'minute' | 'second'): string {
  return `${new Date(ms).toISOString().slice(11, precision === 'minute' ? 16 : 19)} UTC`;
}

/** `30 min`, `1 h`, `1 h 30 min`, `2 days`. */
export function durationWords(minutes: number): string {
  if (minutes > 0 && minutes % 1_440 === 0) return minutes === 1_440 ? '1 day' : `${minutes / 1_440} days`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 ? `${hours} h` : '', rest > 0 || hours === 0 ? `${rest} min` : ''].filter(Boolean).join(' ');
}
