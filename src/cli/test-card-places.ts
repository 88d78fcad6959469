import { AppError } from '../access/core/app-error.ts';
import { addressesOf, type ChannelAddress } from '../chat/channel-audience.ts';
import type { Address } from '../chat/surface.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';

/**
 * Where that is: only what the file names, so that a slip of the pen reaches nobody.
 * @throws {AppError} `usage.place`
 */
export function placesIn(config: HallpassConfig, wanted: string): readonly Address[] {
  const word = wanted.toLowerCase();
  const named = [
    { name: 'security', channels: addressesOf(config, config.security.channel) },
    ...config.entitlements.map(({ id, approversChannel }) => ({ name: id, channels: addressesOf(config, approversChannel) })),
  ];
  const byName = named.find(({ name }) => name === word)?.channels ?? [];
  const byChannel = named.flatMap(({ channels }) => channels).filter(({ channelId }) => channelId.toLowerCase() === word);
  const found = [...onceEach([...byName, ...byChannel]), ...peopleIn(config, word)];
  if (found.length > 0) return found;
  throw new AppError('usage.place', `hallpass.yaml names no channel and no person "${wanted}"`, {
    hint: `Name one of: ${named
      .filter(({ channels }) => channels.length > 0)
      .map(({ name }) => name)
      .join(', ')}; the id of a channel; or a person by Slack user id or object id.`,
  });
}

function onceEach(channels: readonly ChannelAddress[]): readonly ChannelAddress[] {
  return [...new Map(channels.map((channel) => [channel.channelId, channel])).values()];
}

/** By Slack user id in Slack, by object id wherever they are known. */
function peopleIn({ people, slack, teams, entitlements, roles }: HallpassConfig, word: string): readonly Address[] {
  const inSlack = people.flatMap(({ person, slack: accounts }) =>
    accounts
      .filter(
        ({ userId, workspaceId }) =>
          workspaceId === slack?.workspaceId && [userId, person.objectId].some((id) => id.toLowerCase() === word),
      )
      .map(({ userId, workspaceId }): Address => ({ platform: 'slack', workspaceId, userId })),
  );
  const audiences = [...entitlements.flatMap(({ mayRequest, approvers }) => [mayRequest, approvers]), ...Object.values(roles)];
  const persons = [...people.map(({ person }) => person), ...audiences.flatMap((audience) => audience.people)];
  const person = persons.find(({ objectId }) => objectId.toLowerCase() === word);
  if (teams === undefined || person === undefined) return inSlack;
  return [...inSlack, { platform: 'teams', workspaceId: person.tenantId, userId: person.objectId }];
}
