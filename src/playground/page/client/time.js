const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
const secondsFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const zone =
  new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' })
    .formatToParts(new Date())
    .find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';

export const timeOf = (iso) => clockFormat.format(new Date(iso));
export const secondsOf = (iso) => secondsFormat.format(new Date(iso));
export const dayOf = (iso) => dayFormat.format(new Date(iso));
export const zoneName = zone;

/** `14:02`, or `Sat 28 Nov 14:02` when it is another day than `now`. */
export function when(iso, now) {
  return dayOf(iso) === dayOf(now) ? timeOf(iso) : `${dayOf(iso)}, ${timeOf(iso)}`;
}

/** A length of time in words, for something that is ahead: `52 s`, `12 min`, `1 h 5 min`, `3 days`. */
export function lengthOf(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.round(hours / 24);
  return days === 1 ? '1 day' : `${days} days`;
}
