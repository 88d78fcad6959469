import { addressesOf, type ChannelAddress } from '../../chat/channel-audience.ts';
import type { Fitness, Platform } from '../../chat/surface.ts';
import type { HallpassConfig } from '../../config/hallpass-config.ts';
import type { Check } from './check.ts';

export interface ChannelParts {
  readonly channels: readonly ChannelAddress[];
  readonly fitness: (address: ChannelAddress) => Promise<Fitness>;
}

/** Every channel that the file names on a platform, once, but for those that it allows as they are. */
export function channelsIn(config: HallpassConfig, platform: Platform): readonly ChannelAddress[] {
  const named = [...config.entitlements.map(({ approversChannel }) => approversChannel), config.security.channel];
  const all = named.flatMap((channel) => addressesOf(config, channel)).filter((address) => address.platform === platform);
  const wanted = all.filter(({ channelId }) => !config.unfitChannelsAllowed.includes(channelId));
  return [...new Map(wanted.map((address) => [address.channelId, address])).values()];
}

/** Whether messages about access may stand in the channels that the file names. `invite`: how the app gets into one. */
export function channelsCheck(id: string, invite: string): Check<ChannelParts> {
  return {
    id,
    title: 'Channels',
    async look({ channels, fitness }) {
      const problems: string[] = [];
      const codes = new Set<string>();
      for (const address of channels) {
        const seen = await fitness(address);
        if (seen.fit) continue;
        problems.push(`${address.channelId} gets no messages: ${seen.reason}`);
        codes.add(seen.code);
      }
      const inviteFirst = codes.has('not-member') ? { mend: invite } : {};
      return { problems, ...inviteFirst, fine: `${channels.length} channels, each private, without guests, with Hallpass in it` };
    },
    mend: () => 'Make the channels named above private, without guests and not shared; or name others in the file.',
    show: () => invite,
  };
}
