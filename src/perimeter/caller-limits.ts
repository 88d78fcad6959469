import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../access/core/app-error.ts';
import { networkOf } from '../web/caller-address.ts';
import type { VerifyCaller } from './caller-token.ts';
import type { PerimeterConfig } from './perimeter-config.ts';

/** Each kind has a budget of its own: however much is asked for, ending and the feed go on. */
export type CallKind = 'register' | 'decide' | 'end' | 'read' | 'feed' | 'history';

export interface CallerLimits {
  /**
   * Verifies a token; whoever failed too often from this address is refused before any work on a signature, unless the token says of itself
   * that it is the bot's: of those some are looked at all the same, so that a flood from the bot's own address cannot keep it out.
   */
  verify(authorization: string | undefined, address: string): Promise<void>;
  /** @throws {AppError} `caller.limited` */
  count(kind: CallKind): Promise<void>;
  /** A long poll holds a socket: only so many at once. @throws {AppError} `caller.limited` */
  whileWaiting<T>(work: () => Promise<T>): Promise<T>;
}

const WINDOW_SECONDS = 60;
const POLL_AGAIN_AFTER_MS = 2_000;
/** Of the bot's own making, or of somebody who knows what its tokens say: a hundred signatures take some 10 ms. */
const LOOKED_AT_PER_SECOND = 100;
/** The one caller has one token, and for moments two. */
const KNOWN_TOKENS = 4;

export function createCallerLimits(
  settings: PerimeterConfig['callerLimits'],
  verifyCaller: VerifyCaller,
  saysItIsTheBots: (authorization: string | undefined) => boolean,
): CallerLimits {
  const window = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
  const kinds: Readonly<Record<CallKind, RateLimiterMemory>> = {
    register: window(settings.registerPerMinute),
    decide: window(settings.decidePerMinute),
    end: window(settings.endPerMinute),
    read: window(settings.readPerMinute),
    feed: window(settings.feedPerMinute),
    history: window(settings.historyPerMinute),
  };
  const strangers = window(settings.strangersPerMinute);
  const lookedAt = new RateLimiterMemory({ points: LOOKED_AT_PER_SECOND, duration: 1 });
  /** Digests of tokens that were good: behind a proxy all share one address, and a flood of bad ones must not lock out the bot. */
  let known: readonly string[] = [];
  let waiting = 0;

  async function verify(authorization: string | undefined, address: string): Promise<void> {
    const digest = createHash('sha256')
      .update(authorization ?? '')
      .digest('base64url');
    const before = known.includes(digest) ? null : await strangers.get(networkOf(address));
    if (before !== null && before.consumedPoints >= settings.strangersPerMinute) {
      if (!saysItIsTheBots(authorization)) throw limited('too many bad tokens', before.msBeforeNext);
      await consumed(lookedAt, 'too many bad tokens that say they are good');
    }
    try {
      await verifyCaller(authorization);
      known = [digest, ...known.filter((one) => one !== digest)].slice(0, KNOWN_TOKENS);
    } catch (error) {
      known = known.filter((one) => one !== digest);
      if (!(error instanceof AppError) || !error.retryable) await strangers.penalty(networkOf(address));
      throw error;
    }
  }

  return {
    verify,
    count: (kind) => consumed(kinds[kind], `too many calls of kind ${kind}`),
    async whileWaiting(work) {
      if (waiting >= settings.waitingPolls) throw limited('too many polls wait already', POLL_AGAIN_AFTER_MS);
      waiting += 1;
      try {
        return await work();
      } finally {
        waiting -= 1;
      }
    },
  };
}

async function consumed(limiter: RateLimiterMemory, what: string): Promise<void> {
  await limiter.consume('caller').catch((over: unknown) => {
    throw over instanceof RateLimiterRes ? limited(what, over.msBeforeNext) : over;
  });
}

function limited(what: string, retryAfterMs: number): AppError {
  return new AppError('caller.limited', what, {
    hint: 'Too many calls. Wait as long as Retry-After says; removing has a budget of its own.',
    retryable: true,
    retryAfterMs,
  });
}
