import { AppError } from '../access/core/app-error.ts';
import type { ChannelAddress } from '../chat/channel-audience.ts';
import type { Fitness } from '../chat/surface.ts';

export type Unfit = Extract<Fitness, { readonly fit: false }>;

/** What was seen of channels: answers shared by those who ask together, and looks that go on until a channel is mended. */
export interface ChannelLooks {
  /** Asks now. */
  look(address: ChannelAddress): Promise<Fitness>;
  /** As `look`, unless somebody asked a moment ago, is asking, or the platform wants to be left alone. */
  recent(address: ChannelAddress): Promise<Fitness>;
  /** As last seen; in doubt counts as fit. */
  isUnfit(address: ChannelAddress): boolean;
  /** As last seen, what is in doubt among them. */
  unfit(): readonly { readonly address: ChannelAddress; readonly fitness: Unfit }[];
  stop(): void;
}

export interface ChannelLooksOptions {
  /** Asks the platform; must not throw. */
  readonly ask: (address: ChannelAddress) => Promise<Fitness>;
  /** Unfit by a second look, or by what the first one saw; told once, and again when it becomes unfit in another way. */
  readonly isUnfitNow: (address: ChannelAddress, fitness: Unfit) => void;
  /** At each look. `was`: it had been unfit, and not only in doubt. */
  readonly isFitNow: (address: ChannelAddress, was: boolean) => void;
}

interface Seen {
  readonly address: ChannelAddress;
  readonly fitness: Unfit;
  /** Could not be read, once, or a few times for want of patience: a platform that is down for a moment is worth no message, and no card that hides and comes back. */
  readonly inDoubt: boolean;
  /** In a row. */
  readonly looks: number;
  readonly timer: NodeJS.Timeout;
}
interface Answer {
  readonly promise: Promise<Fitness>;
  untilMs: number;
}

/** A burst of posts and edits is one question: Slack's limit for one of its three calls is 50 a minute, for all channels together. */
const SHARED_MS = 3_000;
const UNREADABLE_SHARED_MS = 1_000;
/** Nobody tells us that a channel was mended. Meanwhile its cards are hidden, and requests wait without one. */
const LOOK_AGAIN_MS = 5_000;
const LOOK_AGAIN_AT_MOST_MS = 4 * 60_000;

/** The people of a large channel are read bit by bit, as fast as the platform lets us; what was read is remembered. */
const DOUBTFUL_LOOKS_WHILE_BUSY = 5;

export function createChannelLooks({ ask, isUnfitNow, isFitNow }: ChannelLooksOptions): ChannelLooks {
  const seen = new Map<string, Seen>();
  const answers = new Map<string, Answer>();
  let stopped = false;

  function note(address: ChannelAddress, fitness: Fitness): void {
    const key = keyOf(address);
    const before = seen.get(key);
    clearTimeout(before?.timer);
    if (fitness.fit) {
      seen.delete(key);
      isFitNow(address, before !== undefined && !before.inDoubt);
      return;
    }
    const looks = (before?.looks ?? 0) + 1;
    const timer = again(address, looks, fitness);
    // The same told in other words, a request's id in them, is no news.
    const known = before !== undefined && !before.inDoubt && before.fitness.code === fitness.code;
    const inDoubt = fitness.code === 'unreadable' && before?.inDoubt !== false && looks <= doubtfulLooks(fitness);
    seen.set(key, { address, fitness: known ? before.fitness : fitness, inDoubt, looks, timer });
    if (!known && !inDoubt) isUnfitNow(address, fitness);
  }

  function again(address: ChannelAddress, looks: number, { retryAfterMs = 0 }: Unfit): NodeJS.Timeout {
    const waitMs = Math.min(LOOK_AGAIN_AT_MOST_MS, LOOK_AGAIN_MS * 2 ** Math.min(looks - 1, 20));
    return setTimeout(() => (stopped ? undefined : void look(address)), Math.max(waitMs, retryAfterMs)).unref();
  }

  function look(address: ChannelAddress): Promise<Fitness> {
    const key = keyOf(address);
    const beganMs = performance.now();
    const promise = ask(address).then((fitness) => {
      // From when it was asked: what has been under way for long is no news. An unreadable one says nothing old.
      answer.untilMs = fitness.fit || fitness.code !== 'unreadable' ? beganMs + SHARED_MS : performance.now() + restMs(fitness);
      if (!stopped) note(address, fitness);
      return fitness;
    });
    const answer: Answer = { promise, untilMs: Number.POSITIVE_INFINITY };
    answers.set(key, answer);
    return promise;
  }

  return {
    look,
    recent(address) {
      const answer = answers.get(keyOf(address));
      return answer !== undefined && answer.untilMs > performance.now() ? answer.promise : look(address);
    },
    isUnfit: (address) => seen.get(keyOf(address))?.inDoubt === false,
    unfit: () => [...seen.values()],
    stop() {
      stopped = true;
      for (const { timer } of seen.values()) clearTimeout(timer);
    },
  };
}

const doubtfulLooks = ({ retryAfterMs }: Unfit) => (retryAfterMs === undefined ? 1 : DOUBTFUL_LOOKS_WHILE_BUSY);
const restMs = ({ retryAfterMs = 0 }: Unfit) => Math.max(UNREADABLE_SHARED_MS, retryAfterMs);
const keyOf = ({ platform, channelId }: ChannelAddress) => `${platform}/${channelId}`;

/** What cannot be read now may be readable soon: it is tried again, no sooner than the platform asked for. */
export function unreadable({ channelId }: { readonly channelId: string }, { reason, retryAfterMs }: Unfit): AppError {
  return new AppError('chat.unreadable', `channel ${channelId}: ${reason}`, {
    retryable: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
