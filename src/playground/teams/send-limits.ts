/**
 * Per bot and thread: 7 in 1 s, 8 in 2 s, 60 in 30 s, 1,800 in an hour; twice that for reading members; 50 requests a second for
 * an app in a tenant. @see https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
 */
const SEND: readonly Window[] = [
  { most: 7, ms: 1000 },
  { most: 8, ms: 2000 },
  { most: 60, ms: 30_000 },
  { most: 1800, ms: 3_600_000 },
];
const READ_MEMBERS: readonly Window[] = SEND.map(({ most, ms }) => ({ most: most * 2, ms }));
const APP: readonly Window[] = [{ most: 50, ms: 1000 }];

interface Window {
  readonly most: number;
  readonly ms: number;
}

export interface SendLimits {
  /** Counts one call to a thread; false when it is one too many. */
  allow(kind: 'send' | 'create' | 'members', thread: string): boolean;
}

export function createSendLimits(mode: 'real' | 'off', now: () => number = Date.now): SendLimits {
  const calls = new Map<string, number[]>();
  function fits(key: string, windows: readonly Window[]): boolean {
    const longest = Math.max(...windows.map(({ ms }) => ms));
    const recent = (calls.get(key) ?? []).filter((at) => now() - at < longest);
    calls.set(key, recent);
    return windows.every(({ most, ms }) => recent.filter((at) => now() - at < ms).length < most);
  }
  return {
    allow(kind, thread) {
      if (mode === 'off') return true;
      const key = `${kind} ${thread}`;
      if (!fits(key, kind === 'members' ? READ_MEMBERS : SEND) || !fits('app', APP)) return false;
      for (const counted of [key, 'app']) calls.get(counted)?.push(now());
      return true;
    },
  };
}
