import type { Clock } from '../access/core/clock.ts';
import { codeOf } from '../access/core/app-error.ts';
import { addressesOf, type ChannelAddress } from '../chat/channel-audience.ts';
import type { Fitness, Platform, Surface } from '../chat/surface.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { Log } from '../observe/log.ts';
import { createChannelLooks, type Unfit } from './channel-looks.ts';
import type { Operators } from './operators.ts';

export type Surfaces = ReadonlyMap<Platform, Surface>;

/** Which channels may get messages now. What cannot be read is unfit. */
export interface Channels {
  approvers(entitlementId: string): readonly ChannelAddress[];
  security(): readonly ChannelAddress[];
  /** Asks the platform now; operators are told of a change. */
  check(address: ChannelAddress): Promise<Fitness>;
  /** As `check`, but those who ask within the same few seconds share one answer: a burst of requests or edits is one question. */
  checkBeforePost(address: ChannelAddress): Promise<Fitness>;
  checkAll(): Promise<void>;
  /** As last seen, without asking. What could not be read just now is in doubt, and not unfit yet. */
  isUnfit(address: ChannelAddress): boolean;
  /** As last seen, in sentences. */
  unfit(): readonly string[];
  /** Checks once a day, by the domain clock, besides what is unfit and looked at more often. Returns how to stop both. */
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

const DAY_MS = 86_400_000;
/** How often somebody looks whether a day has passed: the domain clock may run ahead. */
const LOOK_EVERY_MS = 60_000;

export function createChannels(options: ChannelsOptions): Channels {
  const { config, surfaces, operators, clock, log } = options;
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

  const looks = createChannelLooks({
    ask,
    isUnfitNow: (address, fitness) => operators.alert(keyOf(address), sentenceOf(address, fitness), { code: fitness.code }),
    isFitNow(address, was) {
      operators.clear(keyOf(address));
      if (was) options.becameFit?.(address);
    },
  });

  const channels: Channels = {
    approvers: (entitlementId) => approversOf.get(entitlementId) ?? [],
    security: () => security,
    check: (address) => looks.look(address),
    checkBeforePost: (address) => looks.recent(address),
    async checkAll() {
      const all = new Map(
        [...security, ...[...approversOf.values()].flat()].map((each) => [`${each.platform}/${each.channelId}`, each]),
      );
      for (const address of all.values()) await channels.check(address);
    },
    isUnfit: (address) => looks.isUnfit(address),
    unfit: () => looks.unfit().map(({ address, fitness }) => sentenceOf(address, fitness)),
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
        looks.stop();
      };
    },
  };
  return channels;
}

const sentenceOf = ({ platform, channelId }: ChannelAddress, { reason, code }: Unfit) =>
  `Channel ${channelId} on ${PLATFORM_NAMES[platform]} gets no messages: ${reason} (${code}).`;
const keyOf = ({ platform, channelId }: ChannelAddress) => `channel:${platform}/${channelId}`;
const PLATFORM_NAMES: Readonly<Record<Platform, string>> = { slack: 'Slack', teams: 'Teams' };
