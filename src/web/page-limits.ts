import type { Context } from 'hono';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../access/core/app-error.ts';
import { type Person, personKey } from '../access/core/person.ts';

export interface PageLimitSettings {
  readonly addressPerMinute: number;
  readonly personPerMinute: number;
  readonly atOnce: number;
}

/** So that a flood of pages takes nothing from whatever else lives in the same process. */
export interface PageLimits {
  /** @throws {AppError} `page.limited` */
  countAddress(address: string): Promise<void>;
  /** Somebody who is signed in: what they see is looked up in the directory each time. @throws {AppError} `page.limited` */
  countPerson(person: Person): Promise<void>;
  /**
   * Only so many at once, of everybody together; a form is read before, so that whoever sends it slowly takes nobody's place.
   * @throws {AppError} `page.limited`
   */
  whileAnswering<T>(work: () => Promise<T>, c?: Context): Promise<T>;
}

export function createPageLimits(settings: PageLimitSettings): PageLimits {
  const addresses = new RateLimiterMemory({ points: settings.addressPerMinute, duration: 60 });
  const people = new RateLimiterMemory({ points: settings.personPerMinute, duration: 60 });
  let answering = 0;
  const count = async (limiter: RateLimiterMemory, key: string) => {
    await limiter.consume(key).catch((over: unknown) => {
      throw over instanceof RateLimiterRes ? limited(over.msBeforeNext) : over;
    });
  };
  return {
    countAddress: (address) => count(addresses, address),
    countPerson: (person) => count(people, personKey(person)),
    async whileAnswering(work, c) {
      // Remembered for whoever asks for it again.
      if (c?.req.method === 'POST') await c.req.text();
      if (answering >= settings.atOnce) throw limited(1_000);
      answering += 1;
      try {
        return await work();
      } finally {
        answering -= 1;
      }
    },
  };
}

function limited(retryAfterMs: number): AppError {
  return new AppError('page.limited', 'too many calls of these pages', {
    hint: 'Too many calls came from here. Wait a minute, then open the page again.',
    retryable: true,
    retryAfterMs,
  });
}
