/**
 * Chat platforms stamp messages by the real clock, while the playground's domain clock may be hours ahead. Shown side by side
 * that would be confusing, so a message gets the domain time at which this page saw it first.
 */
export interface ArrivalTimes {
  domainTime(key: string, realMs: number): string;
}

const KEPT = 5_000;

export function createArrivalTimes(offsetMs: () => number): ArrivalTimes {
  const offsets = new Map<string, number>();
  return {
    domainTime(key, realMs) {
      const offset = offsets.get(key) ?? offsetMs();
      offsets.set(key, offset);
      if (offsets.size > KEPT) offsets.delete(offsets.keys().next().value ?? key);
      return new Date(realMs + offset).toISOString();
    },
  };
}
