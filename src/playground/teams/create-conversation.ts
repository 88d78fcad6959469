import { type ConnectorAnswer, refused } from './connector-answer.ts';
import { addBotMessage, type ConnectorContext } from './connector-context.ts';
import { readMessage } from './message-activity.ts';
import { isWire, type Wire } from '../wire.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const bad = (message: string) => refused(400, 'BadSyntax', message);
const at = (value: unknown, ...keys: readonly string[]) =>
  keys.reduce<unknown>((inner, key) => (isWire(inner) ? inner[key] : undefined), value);

/**
 * `POST /v3/conversations`: the chat of one person with the bot (`members[0].id` is their Teams id or object id, where the app is
 * installed), or a new thread in a channel (`channelData.channel.id`, with its first message).
 * @see https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
 */
export function createConversation(context: ConnectorContext, body: unknown): ConnectorAnswer {
  if (!isWire(body)) return bad('Conversation parameters are required.');
  const tenantId = at(body, 'channelData', 'tenant', 'id') ?? body['tenantId'];
  if (typeof tenantId !== 'string' || tenantId === '') return bad('Tenant id is required.');
  if (tenantId.toLowerCase() !== context.model.seed.tenantId) {
    return refused(403, 'TenantNotAllowed', 'The bot is not installed in this tenant.');
  }
  const channelId = at(body, 'channelData', 'channel', 'id');
  return typeof channelId === 'string' ? newThread(context, body, channelId) : personalChat(context, body);
}

function newThread(context: ConnectorContext, body: Wire, channelId: string): ConnectorAnswer {
  const channel = context.model.conversations.get(channelId);
  if (channel?.kind !== 'channel') return refused(404, 'ConversationNotFound', 'Conversation not found.');
  if (!channel.botInstalled) return refused(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
  if (!context.limits.allow('create', channelId)) return refused(429, 'Throttled', 'Too many requests.');
  const read = readMessage(body['activity']);
  if (!read.ok) return read.refusal;
  const message = addBotMessage(context.model, channelId, read.content);
  return {
    status: 201,
    body: { id: `${channelId};messageid=${message.id}`, activityId: message.id, serviceUrl: context.serviceUrl() },
  };
}

function personalChat({ model, limits, serviceUrl }: ConnectorContext, body: Wire): ConnectorAnswer {
  const members = body['members'];
  if (!Array.isArray(members) || members.length !== 1 || !isWire(members[0])) return bad('Exactly one member is required.');
  const { id, aadObjectId } = members[0];
  // Seen in practice: the object id is taken in `id`, and refused in `aadObjectId`.
  if (typeof id !== 'string' || id === '' || aadObjectId !== undefined) return bad('Bad format of members: an id is required.');
  if (body['isGroup'] === true) return bad('Group chats cannot be created.');
  const user = GUID.test(id) ? model.userByObjectId(id) : model.users.get(id);
  if (!user) return bad('Invalid user identity in provided tenant.');
  if (!user.installed) return refused(403, 'MessageWritesBlocked', 'The app is blocked by or not installed for this user.');
  if (!limits.allow('create', user.id)) return refused(429, 'Throttled', 'Too many requests.');
  const chat = model.openPersonal(user.id);
  const first = body['activity'];
  if (first === undefined || first === null) return { status: 201, body: { id: chat.id, serviceUrl: serviceUrl() } };
  const read = readMessage(first);
  if (!read.ok) return read.refusal;
  const message = addBotMessage(model, chat.id, read.content);
  return { status: 201, body: { id: chat.id, activityId: message.id, serviceUrl: serviceUrl() } };
}
