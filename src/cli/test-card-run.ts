import { AppError } from '../access/core/app-error.ts';
import type { Address, Fitness, Message, Surface } from '../chat/surface.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import { readHallpassConfig } from '../config/read-hallpass-config.ts';
import { readSecret } from '../identity/secret-source.ts';
import { createLog } from '../observe/log.ts';
import { createPoster as createSlackPoster } from '../slack/poster.ts';
import { createSlackClient } from '../slack/slack-client.ts';
import { createBotIdentity } from '../teams/bot-identity.ts';
import { rememberChats } from '../teams/chats.ts';
import { createConnector } from '../teams/connector.ts';
import { createPoster as createTeamsPoster } from '../teams/poster.ts';
import { openSlackParts } from './doctor/slack/slack-parts.ts';
import { openTeamsParts } from './doctor/teams/teams-parts.ts';
import { placesIn } from './test-card-places.ts';
import { teamsCredential } from './teams-credential.ts';

export interface TestCardSaid {
  readonly lines: readonly string[];
  /** False where the sample stands, and a real card would not. */
  readonly fit: boolean;
}

/** On every platform where the place is. @throws {AppError} `config.*`, `usage.place`, `secret.*`, `chat.*` */
export async function testCard(file: string, wanted: string): Promise<TestCardSaid> {
  const config = readHallpassConfig(file);
  const lines: string[] = [];
  let fit = true;
  for (const address of placesIn(config, wanted)) {
    const platform = platformOf(config, address);
    await platform.post(address, sampleCard());
    lines.push(`Posted a sample card ${placeWords(address)}.`);
    const seen = await platform.fitness(address);
    if (seen.fit) continue;
    fit = false;
    lines.push(`No real card would be posted there: ${seen.reason}`);
  }
  return { lines, fit };
}

interface Platform extends Pick<Surface, 'post'> {
  fitness(address: Address): Promise<Fitness>;
}

function platformOf(config: HallpassConfig, { platform }: Address): Platform {
  const { slack, teams } = config;
  const ofChannels =
    (check: { fitness(address: Extract<Address, { channelId: string }>): Promise<Fitness> }) =>
    (address: Address): Promise<Fitness> =>
      'channelId' in address ? check.fitness(address) : Promise.resolve({ fit: true });
  if (platform === 'slack' && slack !== undefined) {
    const client = createSlackClient(slack.apiUrl, readSecret(slack.botToken), createLog('bot', 'silent'));
    return { ...createSlackPoster(client, slack.workspaceId), fitness: ofChannels(openSlackParts(config, slack)) };
  }
  if (platform === 'teams' && teams !== undefined) {
    const settings = { ...teams, tenantIds: config.tenants.map(({ tenantId }) => tenantId) };
    const connector = createConnector(settings, createBotIdentity(settings, teamsCredential(teams, config.tenants)));
    return {
      ...createTeamsPoster(settings, connector, rememberChats(connector)),
      fitness: ofChannels(openTeamsParts(config, settings)),
    };
  }
  throw new AppError('usage.place', `hallpass.yaml has no "${platform}"`, { hint: `Add "${platform}", or name another place.` });
}

/** Says in every line that it is none: nobody was asked for anything, and there is nothing to press. */
function sampleCard(): Message {
  const now = new Date().toISOString();
  return {
    kind: 'request',
    view: {
      caseId: 'sample',
      inert: true,
      status: 'ended',
      requester: { name: 'nobody: this is a sample' },
      entitlement: {
        name: 'Sample card, no access',
        describes: 'A sample of how a request looks. Nobody asked, nothing can be approved, nothing is given.',
        privileged: false,
        scope: 'nothing',
      },
      durationMinutes: 60,
      justification: 'Sent by “hallpass test-card” to see whether cards arrive here.',
      requestedAt: now,
      lapsesAt: now,
      unusual: [],
      history: { timesIn90Days: 0 },
      progress: [],
      outcome: { sentence: 'A sample: nothing to do.', at: now },
    },
  };
}

function placeWords(address: Address): string {
  const where = address.platform === 'slack' ? 'in Slack' : 'in Teams';
  return 'channelId' in address ? `${where}, channel ${address.channelId}` : `${where}, to ${address.userId}`;
}
