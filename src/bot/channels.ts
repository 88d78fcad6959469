import type { Clock } from '../access/core/clock.ts';
import { codeOf } from '../access/core/app-error.ts';
import { addressesOf, type ChannelAddress } from '../chat/channel-audience.ts';
import type { Fitness, Platform, Surface } from '../chat/surface.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { Log } from '../observe/log.ts';
import type { Operators } from './operators.ts';

export type Surfaces = ReadonlyMap<Platform, Surface>;

/** Which channels may get messages now. What cannot be read is unfit. */
export interface Channels {
  approvers(entitlementId: string): readonly ChannelAddress[];
  security(): readonly ChannelAddress[];
  /** Asks the platform now; operators are told of a change. */
  check(address: ChannelAddress): Promise<Fitness>;
  /** As `check`, but those who ask within the same few seconds share one answer: a burst of requests is one question. */
  checkBeforePost(address: ChannelAddress): Promise<Fitness>;
  checkAll(): Promise<void>;
  /** As last seen, without asking. */
  isUnfit(address: ChannelAddress): boolean;
  /** As last seen, in sentences. */
  unfit(): readonly string[];
  /** Checks once a day, by the domain clock. Returns how to stop. */
  watch(): () => void;
}

export interface ChannelsOptions {
  readonly config: Pick<HallpassConfig, 'slack' | 'teams' | 'security' | 'entitlements' | 'unfitChannelsAllowed'>;
  readonly surfaces: Surfaces;
  readonly operators: Operators;
  readonly clock: Clock;
  readonly log: Log;
  /** A channel that was unfit can be used again. */
  readonly becameFit?: (address: ChannelAddress) => void;
}

const SHARED_MS = 3_000;
/** A platform that is down for a moment is not worth a message: what cannot be read is looked at again first. */
const LOOK_AGAIN_MS = 5_000;
const DAY_MS = 86_400_000;
/** How often somebody looks whether a day has passed: the domain clock may run ahead. */
const LOOK_EVERY_MS = 60_000;

export function createChannels(options: ChannelsOptions): Channels {
  const { config, surfaces, operators, clock, log } = options;
  const lastSeen = new Map<string, string>();
  const unreadable = new Set<string>();
  const shared = new Map<string, { readonly answer: Promise<Fitness>; readonly untilMs: number }>();
  const approversOf = new Map<string, readonly ChannelAddress[]>(
    config.entitlements.map((entitlement) => [entitlement.id, addressesOf(config, entitlement.approversChannel)]),
  );
  const security = addressesOf(config, config.security.channel);

  async function ask(address: ChannelAddress): Promise<Fitness> {
    if (config.unfitChannelsAllowed.includes(address.channelId)) return { fit: true };
    const surface = surfaces.get(address.platform);
    if (!surface) return { fit: false, code: 'unreadable', reason: 'this platform is not connected' };
    try {
      return await surface.fitness(address);
    } catch (error) {
      log.warn({ err: error, channelId: address.channelId }, 'a channel could not be read');
      return { fit: false, code: 'unreadable', reason: `it could not be read (${codeOf(error)})` };
    }
  }

  const channels: Channels = {
    approvers: (entitlementId) => approversOf.get(entitlementId) ?? [],
    security: () => security,
    async check(address) {
      const fitness = await ask(address);
      const key = keyOf(address);
      if (fitness.fit) {
        operators.clear(key);
        unreadable.delete(key);
        if (lastSeen.delete(key)) options.becameFit?.(address);
        return fitness;
      }
      const sentence = `Channel ${address.channelId} on ${PLATFORM_NAMES[address.platform]} gets no messages: ${fitness.reason} (${fitness.code}).`;
      shared.delete(key);
      lastSeen.set(key, sentence);
      if (fitness.code === 'unreadable' && !unreadable.has(key)) {
        unreadable.add(key);
        setTimeout(() => void channels.check(address), LOOK_AGAIN_MS).unref();
      } else operators.alert(key, sentence, { code: fitness.code });
      return fitness;
    },
    checkBeforePost(address) {
      const key = keyOf(address);
      const entry = shared.get(key);
      if (entry && entry.untilMs > performance.now()) return entry.answer;
      const answer = channels.check(address);
      shared.set(key, { answer, untilMs: performance.now() + SHARED_MS });
      // Only "fit" is worth sharing: what is not may be mended any moment.
      void answer.then(({ fit }) => (fit ? undefined : shared.delete(key)));
      return answer;
    },
    async checkAll() {
      const all = new Map(
        [...security, ...[...approversOf.values()].flat()].map((each) => [`${each.platform}/${each.channelId}`, each]),
      );
      for (const address of all.values()) await channels.check(address);
    },
    isUnfit: (address) => lastSeen.has(keyOf(address)),
    unfit: () => [...lastSeen.values()],
    watch() {
      let checkedAtMs = clock.now();
      const look = () => {
        if (clock.now() - checkedAtMs < DAY_MS) return;
        checkedAtMs = clock.now();
        void channels.checkAll();
      };
      const timer = setInterval(look, LOOK_EVERY_MS);
      timer.unref();
      const unsubscribe = clock.onMoved(look);
      return () => {
        clearInterval(timer);
        unsubscribe();
      };
    },
  };
  return channels;
}

const keyOf = ({ platform, channelId }: ChannelAddress) => `channel:${platform}/${channelId}`;
const PLATFORM_NAMES: Readonly<Record<Platform, string>> = { slack: 'Slack', teams: 'Teams' };
