import type { SlackChannel, SlackMessage, SlackView } from './slack-objects.ts';
import type { Wire } from '../wire.ts';
import { fieldOf, initialState } from './view-state.ts';
import type { Workspace } from './workspace.ts';

/** Slack still sends its retired verification token; nobody may rely on it (the signature is what counts). */
const RETIRED_TOKEN = 'retired-verification-token';

/** Where the thing stands that a person pressed or searched in. */
export type Standing =
  | { readonly view: SlackView }
  | { readonly channel: SlackChannel; readonly message: SlackMessage; readonly ephemeral: boolean };

/** Payloads as Slack sends them (https://docs.slack.dev/reference/interaction-payloads), for one workspace. */
export function createPayloads(workspace: Workspace) {
  const { seed } = workspace;
  const team = { id: seed.teamId, domain: seed.teamDomain };

  function user(id: string): Wire {
    const name = workspace.users.get(id)?.name ?? id;
    return { id, username: name, name, team_id: workspace.users.get(id)?.foreignTeamId ?? seed.teamId };
  }

  const common = (userId: string) => ({
    user: user(userId),
    api_app_id: seed.appId,
    token: RETIRED_TOKEN,
    team,
    enterprise: null,
    is_enterprise_install: false,
  });

  function standing(where: Standing): Wire {
    if ('view' in where) return { container: { type: 'view', view_id: where.view.id }, view: where.view };
    const { channel, message, ephemeral } = where;
    return {
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: ephemeral,
        ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
      },
      channel: { id: channel.id, name: channelName(channel) },
      message,
    };
  }

  return {
    slashCommand: (userId: string, channel: SlackChannel, command: string, text: string, urls: InteractionUrls): Wire => ({
      token: RETIRED_TOKEN,
      team_id: seed.teamId,
      team_domain: seed.teamDomain,
      channel_id: channel.id,
      channel_name: channelName(channel),
      user_id: userId,
      user_name: workspace.users.get(userId)?.name ?? userId,
      command,
      text,
      api_app_id: seed.appId,
      is_enterprise_install: 'false',
      response_url: urls.responseUrl ?? '',
      trigger_id: urls.triggerId,
    }),
    blockActions: (userId: string, where: Standing, action: Wire, values: Wire, urls: InteractionUrls): Wire => ({
      type: 'block_actions',
      ...common(userId),
      ...standing(where),
      trigger_id: urls.triggerId,
      ...(urls.responseUrl === undefined ? {} : { response_url: urls.responseUrl }),
      ...('view' in where ? {} : { state: { values } }),
      actions: [action],
    }),
    blockSuggestion: (userId: string, where: Standing, blockId: string, actionId: string, query: string): Wire => ({
      type: 'block_suggestion',
      ...common(userId),
      ...standing(where),
      action_id: actionId,
      block_id: blockId,
      value: query,
    }),
    viewSubmission: (userId: string, view: SlackView, triggerId: string): Wire => ({
      type: 'view_submission',
      ...common(userId),
      trigger_id: triggerId,
      view,
      response_urls: [],
    }),
    viewClosed: (userId: string, view: SlackView, isCleared: boolean): Wire => ({
      type: 'view_closed',
      ...common(userId),
      view,
      is_cleared: isCleared,
    }),
    event: (event: Wire): Wire => ({
      token: RETIRED_TOKEN,
      team_id: seed.teamId,
      context_team_id: seed.teamId,
      context_enterprise_id: null,
      api_app_id: seed.appId,
      event,
      type: 'event_callback',
      event_id: workspace.newId('Ev'),
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: seed.teamId, user_id: seed.botUserId, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: false,
    }),
  };
}

export interface InteractionUrls {
  readonly triggerId: string;
  readonly responseUrl: string | undefined;
}

/** The entry of `actions` for an element that was pressed or in which `entry` was chosen. */
export function actionOf(element: Wire, blockId: string, entry: Wire | undefined, actionTs: string): Wire {
  const { type, action_id, text, value, style, placeholder } = element;
  const shown = Object.fromEntries(
    Object.entries(type === 'button' ? { text, value, style } : { placeholder }).filter(([, given]) => given !== undefined),
  );
  return { type, action_id, block_id: blockId, ...shown, ...entry, action_ts: actionTs };
}

/** The state of a message's own inputs, with what was chosen in it. */
export function messageState(message: SlackMessage, blockId: string, actionId: string, entry: Wire | undefined): Wire {
  const values = initialState(message.blocks ?? []);
  if (entry === undefined || fieldOf(entry['type']) === undefined) return values;
  return { ...values, [blockId]: { ...(values[blockId] as Wire | undefined), [actionId]: entry } };
}

function channelName(channel: SlackChannel): string {
  if (channel.kind === 'im') return 'directmessage';
  return channel.kind === 'private' ? 'privategroup' : channel.name;
}
