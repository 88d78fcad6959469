import type { ChannelAddress } from '../../../chat/channel-audience.ts';
import type { Fitness } from '../../../chat/surface.ts';
import type { HallpassConfig } from '../../../config/hallpass-config.ts';
import { createGraphClient } from '../../../entra/graph-client.ts';
import { createGroupReader } from '../../../entra/group-reader.ts';
import { createRegistrationReader, type RegistrationReader } from '../../../entra/registration-reader.ts';
import { addressesOf } from '../../../identity/cloud.ts';
import { createCredential } from '../../../identity/credential.ts';
import { createLog } from '../../../observe/log.ts';
import { createBotIdentity, type TeamsSettings } from '../../../teams/bot-identity.ts';
import { createConnector, type Connector } from '../../../teams/connector.ts';
import { channelFitness } from '../../../teams/fitness.ts';
import { teamOf } from '../../../teams/team-of.ts';
import { teamsCredential } from '../../teams-credential.ts';
import { channelsIn } from '../channels.ts';

export interface TeamsParts {
  readonly teams: TeamsSettings;
  readonly channels: readonly ChannelAddress[];
  /** Teams that the file names. */
  readonly teamIds: readonly string[];
  readonly connector: Connector;
  /** Of a group in Entra: whether everybody may join. @throws {AppError} `directory.*` */
  readonly visibilityOf: (groupId: string) => Promise<string | undefined>;
  /** Registrations of the tenant where the bot is registered; undefined where the file has no identity in it. */
  readonly registrations: RegistrationReader | undefined;
  /** Signs in to the Bot Framework. @throws whatever the sign-in says */
  readonly signIn: () => Promise<void>;
  readonly fitness: (address: ChannelAddress) => Promise<Fitness>;
}

/** @throws {AppError} `secret.*` */
export function openTeamsParts(config: HallpassConfig, teams: TeamsSettings): TeamsParts {
  const identity = createBotIdentity(teams, teamsCredential(teams, config.tenants));
  const connector = createConnector(teams, identity);
  const home = config.tenants.find(({ tenantId }) => tenantId.toLowerCase() === teams.tenantId.toLowerCase());
  const graph =
    home &&
    createGraphClient({
      graphUrl: addressesOf(home.cloud).graph,
      credential: createCredential(home),
      log: createLog('bot', 'silent'),
    });
  const groups = graph === undefined ? { visibilityOf: () => Promise.resolve(undefined) } : createGroupReader(graph);
  const named = [...config.entitlements.map(({ approversChannel }) => approversChannel), config.security.channel];
  return {
    teams,
    channels: channelsIn(config, 'teams'),
    teamIds: [...new Set(named.flatMap(({ teamsTeamId }) => teamsTeamId ?? []))],
    connector,
    visibilityOf: (groupId) => groups.visibilityOf(groupId),
    registrations: graph && createRegistrationReader(graph),
    signIn: async () => void (await identity.token()),
    fitness: ({ channelId }) =>
      channelFitness({ connector, teamOf: teamOf(config), groups, tenantId: teams.tenantId }, channelId),
  };
}
