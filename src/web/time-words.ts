const DAY = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' });

/** `Sunday 1 March 2026, 16:31 UTC`: nothing in it can be taken for another day or zone. The page cannot know the reader's zone. */
export function instantWords(instant: string | number): string {
  const date = new Date(instant);
  return `${DAY.format(date).replace(',', '')}, ${TIME.format(date)} UTC`;
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** `30 minutes`, `1 hour 30 minutes`, `2 days`; below a minute, seconds, and at least one. Two units at most. */
export function lengthWords(seconds: number): string {
  const whole = Math.max(1, Math.floor(seconds));
  const words: string[] = [];
  let rest = whole;
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(counted(count, unit));
  }
  return words.length === 0 ? counted(whole, 'second') : words.slice(0, 2).join(' ');
}

export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
