import { AuthenticationConstants, ClaimsIdentity, type ConnectorClient, TeamsConnectorClient } from 'botframework-connector';
import type { Activity } from 'botbuilder';
import type { Person } from '../access/core/person.ts';
import { AppError } from '../access/core/app-error.ts';
import type { BotIdentity, TeamsSettings } from './bot-identity.ts';
import type { Card } from './card-parts.ts';
import { connectorError } from './connector-error.ts';

/** One member of a conversation, as far as the connector says. */
export interface Member {
  readonly tenantId: string | undefined;
  /** `guest`, `user`, or whatever else Teams sends. */
  readonly role: string | undefined;
  readonly objectId: string | undefined;
}
export interface MembersPage {
  readonly members: readonly Member[];
  readonly next: string | undefined;
}

/** One channel of a team, as far as the connector says. */
export interface TeamChannel {
  readonly id: string;
  /** `standard`, `private`, `shared`, or whatever else Teams sends. */
  readonly type: string | undefined;
}

/**
 * The few calls of the Bot Connector that we make, with its errors translated (connector-error.ts). None is retried here: a repeated
 * POST would be a second card, and the runtime repeats commands by itself.
 * @see https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
 */
export interface Connector {
  /** A new message at the root of a channel. */
  postInChannel(channelId: string, card: Card): Promise<string>;
  /** A message in a chat, or in a channel's thread when the id ends in `;messageid=…`. */
  postInConversation(conversationId: string, card: Card): Promise<string>;
  /** The chat of one person with the bot, by their tenant and Entra object id; the same one each time. Needs the app installed for them. */
  openChat(person: Person): Promise<string>;
  update(conversationId: string, activityId: string, card: Card): Promise<void>;
  members(conversationId: string, token: string | undefined): Promise<MembersPage>;
  /** Every channel of a team that the app is installed in. */
  channelsOf(teamId: string): Promise<readonly TeamChannel[]>;
  /** The object id of the group in Entra that a team is, undefined when Teams does not say. */
  groupOf(teamId: string): Promise<string | undefined>;
}

type PagedMembersOptions = NonNullable<Parameters<ConnectorClient['conversations']['getConversationPagedMembers']>[1]> & {
  readonly pageSize: number;
};

/** Teams itself counts more than this as no answer. */
const TIMEOUT_MS = 15_000;
const MEMBERS_PER_PAGE = 500;

export function createConnector(settings: TeamsSettings, identity: BotIdentity): Connector {
  let clients: Promise<Clients> | undefined;
  const callWith = async <T>(doing: string, work: (clients: Clients) => Promise<T>): Promise<T> => {
    try {
      clients ??= connectorClients(settings, identity);
      return await work(await clients);
    } catch (error) {
      throw connectorError(doing, error);
    }
  };
  const call = <T>(doing: string, work: (conversations: Clients['conversations']) => Promise<T>) =>
    callWith(doing, ({ conversations }) => work(conversations));
  const bot = { id: `28:${settings.appId}`, name: 'Hallpass' };
  const channelData = { tenant: { id: settings.tenantId } };
  // A signal and not the client's own timeout, whose timer outlives a connection that breaks.
  const patience = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });

  return {
    postInChannel: (channelId, card) =>
      call('post to a channel', async (conversations) => {
        const made = await conversations.createConversation(
          {
            isGroup: true,
            bot,
            tenantId: settings.tenantId,
            channelData: { ...channelData, channel: { id: channelId } },
            activity: activityOf(card) as Activity,
          },
          patience(),
        );
        return idOf('post to a channel', made.activityId);
      }),
    postInConversation: (conversationId, card) =>
      call('post', async (conversations) => {
        const made = await conversations.sendToConversation(conversationId, activityOf(card), patience());
        return idOf('post', made.id);
      }),
    openChat: ({ tenantId, objectId }) =>
      call('open a chat', async (conversations) => {
        // The object id goes into `id`: in `aadObjectId` Teams answers 400.
        const made = await conversations.createConversation(
          { isGroup: false, bot, members: [{ id: objectId, name: '' }], tenantId, channelData: { tenant: { id: tenantId } } },
          patience(),
        );
        return idOf('open a chat', made.id);
      }),
    update: (conversationId, activityId, card) =>
      call('edit', async (conversations) => {
        await conversations.updateActivity(conversationId, activityId, { ...activityOf(card), id: activityId }, patience());
      }),
    members: (conversationId, token) =>
      call('read the members', async (conversations) => {
        // Its type asks for a token on the first page too, where there is none.
        const options = {
          pageSize: MEMBERS_PER_PAGE,
          ...(token === undefined ? {} : { continuationToken: token }),
          ...patience(),
        };
        const page = await conversations.getConversationPagedMembers(conversationId, options as PagedMembersOptions);
        if (!Array.isArray(page.members)) throw new AppError('chat.rejected', 'read the members: an answer without members');
        return { members: page.members.map(memberOf), next: page.continuationToken || undefined };
      }),
    channelsOf: (teamId) =>
      callWith('list the channels of a team', async ({ teams }) => {
        const { conversations: channels } = await teams.fetchChannelList(teamId, patience());
        if (!Array.isArray(channels))
          throw new AppError('chat.rejected', 'list the channels of a team: an answer without channels');
        return channels.map((channel) => ({ id: textIn(channel, 'id') ?? '', type: textIn(channel, 'type') }));
      }),
    groupOf: (teamId) =>
      callWith('read a team', async ({ teams }) => textIn(await teams.fetchTeamDetails(teamId, patience()), 'aadGroupId')),
  };
}

type Clients = Pick<ConnectorClient, 'conversations'> & Pick<TeamsConnectorClient, 'teams'>;

async function connectorClients(settings: TeamsSettings, identity: BotIdentity): Promise<Clients> {
  const us = new ClaimsIdentity([
    { type: AuthenticationConstants.AudienceClaim, value: settings.appId },
    { type: AuthenticationConstants.AppIdClaim, value: settings.appId },
  ]);
  const client = await identity.authentication.createConnectorFactory(us).create(settings.serviceUrl);
  const ofTeams = new TeamsConnectorClient(client.credentials, { baseUri: settings.serviceUrl });
  for (const each of [client, ofTeams]) withoutRetries(each);
  return { conversations: client.conversations, teams: ofTeams.teams };
}

function withoutRetries(client: object): void {
  const pipeline: unknown = Reflect.get(Object(Reflect.get(client, 'client')), 'pipeline');
  const removePolicy: unknown = Reflect.get(Object(pipeline), 'removePolicy');
  if (typeof removePolicy !== 'function') throw new AppError('chat.rejected', 'this Bot Connector client retries by itself');
  // It repeats a POST after 5xx answers and resets, which may have arrived.
  Reflect.apply(removePolicy, pipeline, [{ name: 'defaultRetryPolicy' }]);
}

function activityOf(card: Card): Partial<Activity> {
  return {
    type: 'message',
    summary: card.fallbackText,
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
  };
}

function idOf(doing: string, id: string | undefined): string {
  if (typeof id === 'string' && id !== '') return id;
  throw new AppError('chat.rejected', `${doing}: the Bot Connector answered without an id`);
}

function memberOf(raw: unknown): Member {
  const text = (key: string) => textIn(raw, key);
  return { tenantId: text('tenantId'), role: text('userRole'), objectId: text('aadObjectId') ?? text('objectId') };
}

function textIn(raw: unknown, key: string): string | undefined {
  const value: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, key) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
