import type { Address, PostedMessage } from '../../src/chat/surface.ts';
import { createLog } from '../../src/observe/log.ts';
import { ABEL, RITA, TEAMS, TEAMS_APP_ID, TENANT_ID } from '../../src/playground/cast.ts';
import type { ExchangeLog } from '../../src/playground/exchange-log.ts';
import type { MicrosoftFarEnd } from '../../src/playground/microsoft/start.ts';
import { startTeams } from '../../src/playground/teams/start.ts';
import { createBotIdentity } from '../../src/teams/bot-identity.ts';
import { createConnector } from '../../src/teams/connector.ts';
import { createTeamsSurface } from '../../src/teams/surface.ts';
import { deskOf } from '../teams/support/desk-double.ts';
import { groupsOf } from '../teams/support/groups-of.ts';
import { codeFrom, type Deed } from './deed.ts';
import { teamsSecret } from '../support/secret-credential.ts';

const NOTE = { kind: 'note', text: 'words' } as const;
const NOWHERE = '19:nowhere@thread.tacv2';
const place = (channelId: string): Address => ({ platform: 'teams', workspaceId: TENANT_ID, channelId });
const person = (userId: string): Address => ({ platform: 'teams', workspaceId: TENANT_ID, userId });
const CHANNEL = place(TEAMS.approversConversationId);
const named = (operation: string, deed: Deed) => ({ [`teams-bot: bot ${operation}`]: deed });

export interface TeamsScene {
  readonly deeds: Readonly<Record<string, Deed>>;
  close(): Promise<void>;
}

/** The surface in the playground's Teams, signed in by the playground's Entra. */
export async function teamsScene(microsoft: MicrosoftFarEnd, exchanges: ExchangeLog): Promise<TeamsScene> {
  const teams = await startTeams({
    appId: TEAMS_APP_ID,
    tenantId: TENANT_ID,
    verifyToken: (bearer, audience) => microsoft.verifyToken(bearer, audience),
    exchanges,
    limits: 'off',
  });
  const settings = {
    appId: TEAMS_APP_ID,
    tenantId: TENANT_ID,
    tenantIds: [TENANT_ID],
    clientSecret: { env: 'UNUSED' },
    serviceUrl: teams.serviceUrl,
    openIdMetadata: teams.openIdMetadataUrl,
    login: microsoft.loginUrl,
  };
  const credential = teamsSecret(microsoft.loginUrl, microsoft.tenant.clientSecretOf(TEAMS_APP_ID));
  let team: string = TEAMS.approversTeamId;
  const surface = createTeamsSurface({
    settings,
    credential,
    desk: deskOf({}),
    log: createLog('bot', 'silent'),
    teamOf: () => team,
    groups: groupsOf(microsoft),
  });
  await surface.start();
  const unknown = (channelId: string): PostedMessage => ({
    platform: 'teams',
    workspaceId: TENANT_ID,
    channelId,
    messageId: '1',
    serviceUrl: teams.serviceUrl,
  });
  const deeds = {
    ...named('POST /v3/conversations', {
      works: async () => [await surface.post(CHANNEL, NOTE), await surface.post(person(RITA.objectId), NOTE)],
      async refused() {
        await teams.people.uninstall(ABEL.key);
        return codeFrom(surface.post(person(ABEL.objectId), NOTE));
      },
      says: 'chat.not-installed',
    }),
    ...named('POST /v3/conversations/{conversationId}/activities', {
      works: async () => surface.post(CHANNEL, NOTE, await surface.post(CHANNEL, NOTE)),
      refused: () => codeFrom(surface.post(CHANNEL, NOTE, unknown(NOWHERE))),
      says: 'chat.message-gone',
    }),
    ...named('PUT /v3/conversations/{conversationId}/activities/{activityId}', {
      works: async () => surface.update(await surface.post(CHANNEL, NOTE), NOTE),
      refused: () => codeFrom(surface.update(unknown(TEAMS.approversConversationId), NOTE)),
      says: 'chat.message-gone',
    }),
    ...named('GET /v3/conversations/{conversationId}/pagedmembers', {
      works: () => surface.fitness(CHANNEL),
      async refused() {
        const fitness = await surface.fitness(place(NOWHERE));
        return fitness.fit ? 'fit' : fitness.code;
      },
      says: 'not-member',
    }),
    ...named('GET /v3/teams/{teamId}', {
      works: () => surface.fitness(CHANNEL),
      // The surface asks this only of a team that has just listed its channels.
      refused: () => codeFrom(createConnector(settings, createBotIdentity(settings, credential)).groupOf(NOWHERE)),
      says: 'chat.message-gone',
    }),
    ...named('GET /v3/teams/{teamId}/conversations', {
      works: () => surface.fitness(CHANNEL),
      async refused() {
        team = NOWHERE;
        const fitness = await surface.fitness(CHANNEL);
        team = TEAMS.approversTeamId;
        return fitness.fit ? 'fit' : fitness.code;
      },
      says: 'unreadable',
    }),
  };
  return {
    deeds,
    async close() {
      await surface.stop();
      await teams.close();
    },
  };
}
