import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { transportClock } from '../../src/access/core/clock.ts';
import type { Desk } from '../../src/chat/desk.ts';
import { createLog } from '../../src/observe/log.ts';
import { ANNA, APPROVERS_TEAM_GROUP_ID, RITA, TEAMS, TEAMS_APP_ID, TENANT_ID } from '../../src/playground/cast.ts';
import { createExchangeLog } from '../../src/playground/exchange-log.ts';
import { startMicrosoft, type MicrosoftFarEnd } from '../../src/playground/microsoft/start.ts';
import { startTeams, type TeamsFarEnd } from '../../src/playground/teams/start.ts';
import { createTeamsSurface, type TeamsSurface } from '../../src/teams/surface.ts';
import { deskOf } from './support/desk-double.ts';
import { groupsOf } from './support/groups-of.ts';
import { textOf, verbsOf } from './support/validate-card.ts';
import { alertView, CASE_ID, DETAILS, HOME, OPTIONS, OUTCOME, requesterView, requestView } from './support/views.ts';
import { teamsSecret } from '../support/secret-credential.ts';

let folder: string;
let microsoft: MicrosoftFarEnd;
let teams: TeamsFarEnd;
let surface: TeamsSurface;
let server: Server;
const heard: unknown[][] = [];
const hear =
  <T>(name: string, answer: T) =>
  (...args: readonly unknown[]): Promise<T> => {
    heard.push([name, ...args]);
    return Promise.resolve(answer);
  };
const done = { done: true as const, sentence: 'Done.' };
const desk: Desk = deskOf({
  options: hear('options', { options: OPTIONS }),
  submit: hear('submit', { done: true as const, sentence: 'Asked.' }),
  decide: hear('decide', done),
  details: hear('details', DETAILS),
  home: hear('home', HOME),
  release: hear('release', done),
  acknowledge: hear('acknowledge', done),
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hallpass-teams-'));
  microsoft = await startMicrosoft({ clock: transportClock, folder });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), await readFile(microsoft.caFile, 'utf8')]);
  server = createServer((req, res) => void surface.handle(req, res));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  teams = await startTeams({
    appId: TEAMS_APP_ID,
    verifyToken: (bearer, audience) => microsoft.verifyToken(bearer, audience),
    messagesUrl: () => `http://127.0.0.1:${port}/api/messages`,
    exchanges: createExchangeLog(),
    limits: 'off',
  });
  surface = createTeamsSurface({
    settings: {
      appId: TEAMS_APP_ID,
      tenantId: TENANT_ID,
      tenantIds: [TENANT_ID],
      clientSecret: { env: 'UNUSED' },
      serviceUrl: teams.serviceUrl,
      openIdMetadata: teams.openIdMetadataUrl,
      login: microsoft.loginUrl,
    },
    credential: teamsSecret(microsoft.loginUrl, microsoft.tenant.clientSecretOf(TEAMS_APP_ID)),
    desk,
    log: createLog('bot', 'silent'),
    teamOf: (channelId) => (channelId === TEAMS.securityConversationId ? TEAMS.securityTeamId : TEAMS.approversTeamId),
    groups: groupsOf(microsoft),
  });
  await surface.start();
});
afterAll(async () => {
  await surface.stop();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await teams.close();
  await microsoft.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  heard.length = 0;
});

/** The newest message that this person sees from the bot in a conversation. */
function newestOf(conversationId: string, userId: string) {
  const conversation = teams.model.state().conversations.find(({ id }) => id === conversationId);
  const message = conversation?.messages.findLast(({ byBot }) => byBot);
  if (message === undefined) throw new Error('the bot wrote nothing');
  return { message, card: teams.model.cardsSeenBy(userId, message)[0] };
}
const channel = { platform: 'teams', workspaceId: TENANT_ID, channelId: TEAMS.approversConversationId } as const;

describe('in Teams as strict as it is documented', () => {
  it('a person asks: form, request, answer', async () => {
    await expect(teams.people.say('rita', 'request')).resolves.toMatchObject({ outcome: 'answered' });
    const chat = teams.model.openPersonal(RITA.teamsUserId);
    const form = newestOf(chat.id, RITA.teamsUserId);
    expect(verbsOf(form.card)).toEqual(['submit']);
    await teams.people.pressAction('rita', chat.id, form.message.id, 'submit', {
      entitlement: 'global-reader',
      duration: '60',
      justification: 'INC-4211',
    });
    expect(heard.at(-1)).toMatchObject([
      'submit',
      { objectId: RITA.objectId, tenantId: TENANT_ID },
      { entitlementId: 'global-reader', durationMinutes: 60, justification: 'INC-4211' },
    ]);
    expect(textOf(newestOf(chat.id, RITA.teamsUserId).card)).toBe('Asked.');
  });

  it('an approver decides on the card in the channel, which is then brought up to date for everybody', async () => {
    const posted = await surface.post(channel, { kind: 'request', view: requestView() });
    await teams.people.pressAction('anna', TEAMS.approversConversationId, posted.messageId, 'why', {});
    const mine = newestOf(TEAMS.approversConversationId, ANNA.teamsUserId);
    expect(verbsOf(mine.card)).toEqual(['approve', 'deny']);
    await teams.people.pressAction('anna', TEAMS.approversConversationId, posted.messageId, 'approve', {});
    expect(heard.at(-1)).toEqual([
      'decide',
      expect.objectContaining({ objectId: ANNA.objectId }),
      CASE_ID,
      'approve',
      undefined,
      posted,
    ]);
    await surface.update(posted, { kind: 'request', view: requestView({ status: 'active', outcome: OUTCOME }) });
    expect(textOf(newestOf(TEAMS.approversConversationId, ANNA.teamsUserId).card)).toContain('Approved by Anna Approver');
  });

  it('an approver cannot deny without a note, and with one can', async () => {
    const posted = await surface.post(channel, { kind: 'request', view: requestView() });
    await expect(
      teams.people.pressAction('anna', TEAMS.approversConversationId, posted.messageId, 'deny', { note: '' }),
    ).resolves.toMatchObject({ outcome: 'not-sent' });
    await teams.people.pressAction('anna', TEAMS.approversConversationId, posted.messageId, 'deny', { note: 'not now' });
    expect(heard).toEqual([['decide', expect.anything(), CASE_ID, 'deny', 'not now', posted]]);
  });

  it('a requester’s message is written, edited and answered in their chat', async () => {
    const posted = await surface.post(
      { platform: 'teams', workspaceId: TENANT_ID, userId: RITA.objectId },
      { kind: 'requester', view: requesterView() },
    );
    await surface.update(posted, {
      kind: 'requester',
      view: requesterView({ status: 'active', outcome: OUTCOME, canWithdraw: false, canRelease: true }),
    });
    await surface.post(
      { platform: 'teams', workspaceId: TENANT_ID, userId: RITA.objectId },
      { kind: 'note', text: 'A receipt.' },
      posted,
    );
    await expect(teams.people.pressAction('rita', posted.channelId, posted.messageId, 'release', {})).resolves.toMatchObject({
      outcome: 'answered',
    });
    expect(heard.at(-1)).toMatchObject(['release', { objectId: RITA.objectId }, CASE_ID]);
  });

  it('an alert is handled where it stands, with a reply in its thread', async () => {
    const security = { ...channel, channelId: TEAMS.securityConversationId };
    const posted = await surface.post(security, { kind: 'alert', view: alertView() });
    await surface.post(security, { kind: 'note', text: 'This got more urgent.' }, posted);
    await teams.people.pressAction('sam', TEAMS.securityConversationId, posted.messageId, 'acknowledge', {});
    expect(heard.at(-1)).toMatchObject(['acknowledge', { userId: expect.any(String) }, CASE_ID, posted]);
  });

  it('the channels of the playground are fit', async () => {
    await expect(surface.fitness(channel)).resolves.toEqual({ fit: true });
    await expect(surface.fitness({ ...channel, channelId: TEAMS.securityConversationId })).resolves.toEqual({ fit: true });
  });

  it.each(['private', 'standard', 'shared'] as const)('a %s channel of a team that becomes public', async (channelType) => {
    const before = teams.model.conversations.get(TEAMS.approversConversationId);
    if (before === undefined) throw new Error('no channel');
    teams.model.putConversation({ ...before, channelType });
    microsoft.tenant.openTeam(APPROVERS_TEAM_GROUP_ID, true);
    const expected = { private: { fit: true }, standard: { code: 'public' }, shared: { code: 'shared' } }[channelType];
    await expect(surface.fitness(channel)).resolves.toMatchObject(expected);
    await expect(surface.fitness({ ...channel, channelId: TEAMS.securityConversationId })).resolves.toEqual({ fit: true });
    microsoft.tenant.openTeam(APPROVERS_TEAM_GROUP_ID, false);
    teams.model.putConversation(before);
  });

  it('a channel of another team than configured is not judged by that team', async () => {
    const before = teams.model.conversations.get(TEAMS.approversConversationId);
    if (before === undefined) throw new Error('no channel');
    teams.model.putConversation({ ...before, teamId: TEAMS.securityTeamId });
    await expect(surface.fitness(channel)).resolves.toMatchObject({ fit: false, code: 'unreadable' });
    teams.model.putConversation(before);
  });

  it('what is gone, not installed or throttled is told as what it is', async () => {
    await expect(surface.update({ ...channel, messageId: '1' }, { kind: 'note', text: 'x' })).rejects.toMatchObject({
      code: 'chat.message-gone',
    });
    await teams.people.uninstall('abel');
    const abel = teams.model.state().users.find(({ key }) => key === 'abel');
    await expect(
      surface.post({ platform: 'teams', workspaceId: TENANT_ID, userId: abel?.objectId ?? '' }, { kind: 'note', text: 'x' }),
    ).rejects.toMatchObject({ code: 'chat.not-installed' });
    teams.fail(429, 1);
    await expect(surface.post(channel, { kind: 'note', text: 'x' })).rejects.toMatchObject({
      code: 'chat.throttled',
      retryable: true,
    });
  });
});
