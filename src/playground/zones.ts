/** What platforms say of somebody's zone, at this moment: both move with daylight saving. */
export interface ZoneNow {
  /** East of UTC. */
  readonly offsetSeconds: number;
  /** `Central European Summer Time`. */
  readonly label: string;
}

/** `zone`: a name of the IANA database. */
export function zoneNow(zone: string, nowMs: number): ZoneNow {
  const named = (style: 'longOffset' | 'long') =>
    new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: style })
      .formatToParts(nowMs)
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = '0', minutes = '0'] = /^GMT([+-])(\d\d):(\d\d)/.exec(named('longOffset')) ?? [];
  const offsetSeconds = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60 : 60);
  // The winter's name of European zones is without "Standard" in Slack.
  return { offsetSeconds, label: named('long').replace('European Standard', 'European') };
}

/** `2026-11-21T14:02:00.000+01:00`: the wall clock there, with its distance from UTC. */
export function localTimestamp(zone: string, nowMs: number): string {
  const { offsetSeconds } = zoneNow(zone, nowMs);
  const wall = new Date(nowMs + offsetSeconds * 1_000).toISOString().replace('Z', '');
  const minutes = Math.abs(offsetSeconds) / 60;
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
  return `${wall}${offsetSeconds < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
