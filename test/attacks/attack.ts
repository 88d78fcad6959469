import type { Refused } from '../../src/perimeter/refusals.ts';
import type { ApproveWishes, ApproveWorld } from '../perimeter/approve/support/approve-world.ts';

/** The classes of what an owned bot, and whoever talks to the perimeter besides it, may try. */
export type AttackClass = (typeof ATTACK_CLASSES)[number];
export const ATTACK_CLASSES = [
  'foreign receiver',
  'back-to-back renewal',
  'budget',
  'protected set and ways around it',
  'named requester is not the principal',
  'second account',
  'member of the principal group',
  'guest, disabled, removed after the page opened',
  'edited duration, scope, principal',
  'statement of another request, decision, stage, salt',
  'token for another audience, tenant, client, user',
  'expired, unsigned, alg and key confusion',
  'replay after restart and after restore',
  'sign-in begun elsewhere, framed, without click',
  'crossed callbacks',
  'DELETE before POST',
  'concurrent duplicates',
  'feed and page reading by strangers',
  'flood',
  'odd and confusable Unicode bodies',
  'signing in to the console',
] as const;

/**
 * One lie and its twin. Both run in one world of their own, the lie first, and the twin differs from it in the lie alone: were the perimeter to
 * refuse everything, every twin would fail.
 */
export interface Attack {
  readonly class: AttackClass;
  /** What is tried, in a sentence without its subject, which is the owned bot unless it says otherwise. */
  readonly name: string;
  /**
   * The stable code that it is refused with: an answer's, a fact's of the feed, or the small print's of a page. Where nothing is refused, what
   * stands in place of it: how the grant ended, or what a page or its headers say.
   */
  readonly code: string;
  /** The newest entry of the perimeter's journal about that request, as `lastEntry` words it; `none` where the row is about none. */
  readonly journal: string;
  /** Where no request ends by it, which kind of call it is refused at: the journal counts it there. */
  readonly refusedAt?: Refused['call'];
  /** As what, where `code` is not it. */
  readonly refusedAs?: string;
  /** Where the bot refuses it: what the bot's log says of it, in words; undefined when it says nothing. */
  readonly logged?: () => string | undefined;
  /** Why the journal says nothing of it, where nothing of ours refuses it. */
  readonly noEntry?: string;
  readonly wishes?: ApproveWishes;
  /** What honestly happened before: it may change the tenant. */
  prepare?(world: ApproveWorld): Promise<void>;
  /** Tries it, and returns the code that refused it; undefined when it went through. */
  attack(world: ApproveWorld): Promise<string | undefined>;
  /** The request whose entry `journal` names, or the flow; an expression: one of several. None by default. */
  readonly about?: string | RegExp;
  /** The same without the lie. Throws when it does not do what it asks. */
  twin(world: ApproveWorld): Promise<void>;
}

/** An attack that goes on from what happened before, such as a page that was opened. */
export interface AttackOn<T> extends Omit<Attack, 'prepare' | 'attack' | 'twin' | 'logged'> {
  readonly logged?: (before: T) => string | undefined;
  prepare(world: ApproveWorld): Promise<T>;
  attack(world: ApproveWorld, before: T): Promise<string | undefined>;
  twin(world: ApproveWorld, before: T): Promise<void>;
}

export function attackOn<T>(row: AttackOn<T>): Attack {
  let prepared: readonly [T] | undefined;
  const before = (): T => {
    if (prepared === undefined) throw new Error('not prepared');
    return prepared[0];
  };
  const { logged, ...rest } = row;
  return {
    ...rest,
    ...(logged === undefined ? {} : { logged: () => logged(before()) }),
    async prepare(world) {
      prepared = [await row.prepare(world)];
    },
    attack: (world) => row.attack(world, before()),
    twin: (world) => row.twin(world, before()),
  };
}
