/** Posting is limited to about one message a second and channel, "short bursts" allowed; Slack does not say how short. */
const POST_BURST = 3;

export interface RateLimits {
  /** Counts one call; the seconds to wait (Retry-After) when it is one too many. */
  take(key: string, perMinute: number, burst: number): number | undefined;
  takePost(channel: string): number | undefined;
}

/** Token buckets, refilled evenly. `off` for harnesses that measure the bot and not Slack. */
export function createRateLimits(mode: 'real' | 'off', now: () => number = Date.now): RateLimits {
  const buckets = new Map<string, { left: number; at: number }>();
  function take(key: string, perMinute: number, burst: number): number | undefined {
    if (mode === 'off') return undefined;
    const at = now();
    const perMs = perMinute / 60_000;
    const old = buckets.get(key) ?? { left: burst, at };
    const left = Math.min(burst, old.left + (at - old.at) * perMs);
    if (left < 1) {
      buckets.set(key, { left, at });
      return Math.max(1, Math.ceil((1 - left) / perMs / 1000));
    }
    buckets.set(key, { left: left - 1, at });
    return undefined;
  }
  return { take, takePost: (channel) => take(`post ${channel}`, 60, POST_BURST) };
}
