export interface Expiration {
  readonly type: 'noExpiration' | 'afterDateTime' | 'afterDuration';
  readonly duration?: string;
  readonly endDateTime?: string;
}

const DURATION = /^P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Milliseconds of an ISO 8601 duration in days, hours, minutes and seconds; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}

/** The instant an expiration means, or undefined for none. */
export function expirationEnd(expiration: Expiration, start: number): number | undefined {
  if (expiration.type === 'noExpiration') return undefined;
  if (expiration.type === 'afterDateTime') return Date.parse(expiration.endDateTime ?? '');
  return start + (durationMs(expiration.duration ?? '') ?? 0);
}
