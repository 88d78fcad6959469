import { type ConnectorAnswer, refused } from './connector-answer.ts';
import { addBotMessage, type ConnectorContext } from './connector-context.ts';
import { createConversation } from './create-conversation.ts';
import { readMessage } from './message-activity.ts';
import { answerTeam } from './team-api.ts';
import type { TeamsModel } from './teams-model.ts';
import type { TeamsConversation, TeamsUser } from './teams-objects.ts';
import type { Wire } from '../wire.ts';

export interface ConnectorCall {
  readonly method: string;
  /** Decoded parts of the path behind `/v3/`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

const NOT_FOUND = refused(404, 'ConversationNotFound', 'Conversation not found.');
const THROTTLED = refused(429, 'Throttled', 'Too many requests.');

/** One call of an authenticated bot (https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference). */
export function answerConnector(context: ConnectorContext, call: ConnectorCall): ConnectorAnswer {
  const [area, id = '', what, which] = call.path;
  if (area === 'teams') return answerTeam(context, call.method, call.path);
  if (area !== 'conversations') return refused(404, 'ServiceError', 'No such resource.');
  if (call.path.length === 1) {
    return call.method === 'POST' ? createConversation(context, call.body) : refused(405, 'BadSyntax', 'Method not allowed.');
  }
  const place = placeOf(context.model, id);
  if ('status' in place) return place;
  if (what === 'activities') return answerActivities(context, call, place, which);
  if (what === 'members' || what === 'pagedmembers') return answerMembers(context, call, place, what, which);
  return refused(404, 'ServiceError', 'No such resource.');
}

interface Place {
  readonly conversation: TeamsConversation;
  /** The root of the thread that a channel's id names behind `;messageid=`. */
  readonly threadId: string | undefined;
}

/** The conversation of an id, or why the bot may not write there. */
function placeOf(model: TeamsModel, id: string): Place | ConnectorAnswer {
  const [base = '', suffix] = id.split(';');
  const threadId = /^messageid=(\d+)$/.exec(suffix ?? '')?.[1];
  const conversation = model.conversations.get(base);
  if (!conversation || (suffix !== undefined && threadId === undefined)) return NOT_FOUND;
  if (threadId !== undefined && !model.messageOf(base, threadId)) return NOT_FOUND;
  if (conversation.kind === 'personal') {
    const user = model.users.get(conversation.members[0] ?? '');
    if (!user?.installed) return refused(403, 'MessageWritesBlocked', 'The app is blocked by or not installed for this user.');
  } else if (!conversation.botInstalled) {
    return refused(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
  }
  return { conversation, threadId };
}

function answerActivities(
  context: ConnectorContext,
  call: ConnectorCall,
  place: Place,
  activityId: string | undefined,
): ConnectorAnswer {
  const { model, limits } = context;
  if (!limits.allow('send', `${place.conversation.id};${place.threadId ?? ''}`)) return THROTTLED;
  if (call.method === 'POST') return post(model, place, call.body, activityId);
  const known = activityId === undefined ? undefined : model.messageOf(place.conversation.id, activityId);
  if (!known) return refused(404, 'ActivityNotFoundInConversation', 'The activity was not found in this conversation.');
  if (!known.byBot) return refused(403, 'NotEnoughPermissions', 'The bot did not send this activity.');
  if (call.method === 'DELETE') {
    model.removeMessage(place.conversation.id, known.id);
    return { status: 200 };
  }
  if (call.method !== 'PUT') return refused(405, 'BadSyntax', 'Method not allowed.');
  const read = readMessage(call.body);
  if (!read.ok) return read.refusal;
  model.putMessage({ ...known, ...read.content, edited: true, ownCards: {} });
  return { status: 200, body: { id: known.id } };
}

/**
 * A new message; in a channel it starts a thread unless it names one, by the conversation's id or by what it answers. What it
 * answers need not exist: botbuilder's proactive messages answer an id that it made up, and Teams takes them.
 */
function post(model: TeamsModel, place: Place, body: unknown, replyToId: string | undefined): ConnectorAnswer {
  const read = readMessage(body);
  if (!read.ok) return read.refusal;
  const answered = replyToId === undefined ? undefined : model.messageOf(place.conversation.id, replyToId);
  const root = place.threadId ?? (place.conversation.kind === 'channel' ? (answered?.replyToId ?? answered?.id) : undefined);
  return { status: 201, body: { id: addBotMessage(model, place.conversation.id, read.content, root).id } };
}

function answerMembers(
  { model, limits }: ConnectorContext,
  call: ConnectorCall,
  { conversation }: Place,
  what: 'members' | 'pagedmembers',
  memberId: string | undefined,
): ConnectorAnswer {
  if (call.method !== 'GET') return refused(405, 'BadSyntax', 'Method not allowed.');
  if (!limits.allow('members', conversation.id)) return THROTTLED;
  const members = conversation.members.flatMap((id) => model.users.get(id) ?? []);
  if (memberId !== undefined) {
    const member = members.find((one) => one.id === memberId || one.objectId === memberId.toLowerCase());
    return member
      ? { status: 200, body: memberObject(member) }
      : refused(404, 'MemberNotFoundInConversation', 'Member not found.');
  }
  if (what === 'members') return { status: 200, body: members.map(memberObject) };
  return page(members, call.query);
}

/** Pages hold 50 to 500 members (…/bots/how-to/get-teams-context); without a size Teams chooses 200. */
function page(members: readonly TeamsUser[], query: URLSearchParams): ConnectorAnswer {
  const asked = query.get('pageSize');
  const size = asked === null ? 200 : Number(asked);
  if (!Number.isInteger(size) || size < 50 || size > 500) return refused(400, 'BadArgument', 'pageSize must be 50 to 500.');
  const token = query.get('continuationToken');
  const start = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0 || start > members.length)
    return refused(400, 'BadArgument', 'Invalid continuationToken.');
  const end = start + size;
  const next = end < members.length ? { continuationToken: Buffer.from(String(end)).toString('base64url') } : {};
  return { status: 200, body: { ...next, members: members.slice(start, end).map(memberObject) } };
}

function memberObject(user: TeamsUser): Wire {
  const [givenName, ...surname] = user.name.split(' ');
  return {
    id: user.id,
    name: user.name,
    aadObjectId: user.objectId,
    objectId: user.objectId,
    givenName,
    surname: surname.join(' '),
    email: user.userPrincipalName,
    userPrincipalName: user.userPrincipalName,
    tenantId: user.tenantId,
    userRole: user.role,
  };
}
