import { BLOCK_KIT_LIMITS } from './block-kit-limits.ts';
import { type Call, echoOf, type Method, no, type Result, TIER } from './method.ts';
import { composeMessage } from './message-content.ts';
import type { SlackChannel, SlackMessage } from './slack-objects.ts';

const chatWrite = () => ['chat:write'];

/** A channel as this app may see it: a private one without the app does not exist for it. */
export function visibleChannel(call: Call, id: string | undefined): SlackChannel | undefined {
  const channel = id === undefined ? undefined : call.workspace.channels.get(id);
  if (!channel || channel.kind === 'public') return channel;
  return channel.members.includes(call.workspace.seed.botUserId) ? channel : undefined;
}

/** Where a message may go, or Slack's refusal. A user id means the direct conversation with that person. */
function target(call: Call): { readonly channel: SlackChannel } | { readonly refusal: Result } {
  const { workspace, args } = call;
  const id = args.text('channel');
  const person = id === undefined ? undefined : workspace.users.get(id);
  const channel = person && !person.isBot ? workspace.openIm(person.id).channel : visibleChannel(call, id);
  if (!channel) return { refusal: no('channel_not_found') };
  if (channel.archived) return { refusal: no('is_archived') };
  if (!channel.members.includes(workspace.seed.botUserId)) return { refusal: no('not_in_channel') };
  if (channel.kind === 'im' && !workspace.seed.app.messagesTab) return { refusal: no('messages_tab_disabled') };
  return { channel };
}

export function authorOf({ workspace }: Pick<Call, 'workspace'>) {
  const { seed } = workspace;
  return {
    user: seed.botUserId,
    bot_id: seed.botId,
    app_id: seed.appId,
    team: seed.teamId,
    bot_profile: { id: seed.botId, app_id: seed.appId, name: 'Hallpass', deleted: false, updated: 0, team_id: seed.teamId },
  };
}

function postMessage(call: Call): Result {
  const place = target(call);
  if ('refusal' in place) return place.refusal;
  const content = composeMessage(call.args, { maxChars: undefined });
  if (!content.ok) return content.refusal;
  const threadTs = call.args.text('thread_ts');
  if (threadTs !== undefined && !call.workspace.messageOf(place.channel.id, threadTs)) return no('thread_not_found');
  const message: SlackMessage = {
    type: 'message',
    ts: call.workspace.nextTs(),
    ...authorOf(call),
    ...content.content,
    text: content.content.text ?? '',
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  };
  call.workspace.addMessage(place.channel.id, message);
  return { ok: true, channel: place.channel.id, ts: message.ts, message: echoOf(message) };
}

function postEphemeral(call: Call): Result {
  const place = target(call);
  if ('refusal' in place) return place.refusal;
  const userId = call.args.text('user');
  if (userId === undefined || !place.channel.members.includes(userId)) return no('user_not_in_channel');
  const content = composeMessage(call.args, { maxChars: undefined });
  if (!content.ok) return content.refusal;
  const ts = call.workspace.nextTs();
  const message: SlackMessage = { type: 'message', ts, ...authorOf(call), ...content.content, text: content.content.text ?? '' };
  call.workspace.addEphemeral(place.channel.id, userId, message);
  return { ok: true, message_ts: ts };
}

function ownMessage(call: Call, otherwise: string): { readonly channelId: string; readonly message: SlackMessage } | Result {
  const channel = visibleChannel(call, call.args.text('channel'));
  if (!channel) return no('channel_not_found');
  const message = call.workspace.messageOf(channel.id, call.args.text('ts') ?? '');
  if (!message) return no('message_not_found');
  if (message.bot_id !== call.workspace.seed.botId) return no(otherwise);
  return { channelId: channel.id, message };
}

function update(call: Call): Result {
  const found = ownMessage(call, 'cant_update_message');
  if ('ok' in found) return found;
  const content = composeMessage(call.args, { maxChars: BLOCK_KIT_LIMITS.updateTextChars });
  if (!content.ok) return content.refusal;
  // Blocks that are not sent again stay; an empty list takes them away (https://docs.slack.dev/reference/methods/chat.update).
  const message: SlackMessage = {
    ...found.message,
    ...content.content,
    text: content.content.text ?? (content.content.blocks ? '' : found.message.text),
    edited: { user: call.workspace.seed.botUserId, ts: call.workspace.nextTs() },
  };
  call.workspace.replaceMessage(found.channelId, message);
  return { ok: true, channel: found.channelId, ts: message.ts, text: message.text, message: echoOf(message) };
}

function remove(call: Call): Result {
  const found = ownMessage(call, 'cant_delete_message');
  if ('ok' in found) return found;
  call.workspace.removeMessage(found.channelId, found.message.ts);
  return { ok: true, channel: found.channelId, ts: found.message.ts };
}

function getPermalink(call: Call): Result {
  const channel = visibleChannel(call, call.args.text('channel'));
  if (!channel) return no('channel_not_found');
  const ts = call.args.text('message_ts') ?? '';
  if (!call.workspace.messageOf(channel.id, ts)) return no('message_not_found');
  const domain = call.workspace.seed.teamDomain;
  return {
    ok: true,
    channel: channel.id,
    permalink: `https://${domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}`,
  };
}

export const CHAT_METHODS: Readonly<Record<string, Method>> = {
  'chat.postMessage': { token: 'bot', scopes: chatWrite, perMinute: TIER.special, perChannel: true, run: postMessage },
  'chat.postEphemeral': { token: 'bot', scopes: chatWrite, perMinute: TIER.four, run: postEphemeral },
  'chat.update': { token: 'bot', scopes: chatWrite, perMinute: TIER.three, run: update },
  'chat.delete': { token: 'bot', scopes: chatWrite, perMinute: TIER.three, run: remove },
  'chat.getPermalink': { token: 'bot', scopes: () => [], perMinute: TIER.special, run: getPermalink },
};
