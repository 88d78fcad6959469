import { visibleChannel } from './chat-methods.ts';
import { type Call, type Method, no, type Result, TIER } from './method.ts';
import type { SlackChannel, SlackUser } from './slack-objects.ts';
import type { Wire } from '../wire.ts';
import { zoneNow } from '../zones.ts';

const READ_SCOPE = { public: 'channels:read', private: 'groups:read', im: 'im:read' } as const;
const LIST_TYPE = { public_channel: 'public', private_channel: 'private', im: 'im' } as const;

/** The scope that reading this channel takes; for one that is not there, any reader is told so. */
function readScopes(call: Call): readonly string[] {
  const channel = visibleChannel(call, call.args.text('channel'));
  return channel ? [READ_SCOPE[channel.kind]] : [];
}

function channelObject(call: Call, channel: SlackChannel): Wire {
  const { seed } = call.workspace;
  const shared = channel.externallyShared === true;
  if (channel.kind === 'im') {
    const user = channel.members.find((member) => member !== seed.botUserId) ?? '';
    return { id: channel.id, created: 0, is_im: true, is_archived: false, is_org_shared: false, user, is_user_deleted: false };
  }
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    created: 0,
    creator: call.workspace.seed.users[0]?.id ?? '',
    is_archived: channel.archived === true,
    is_general: false,
    unlinked: 0,
    is_shared: shared,
    is_ext_shared: shared,
    is_org_shared: false,
    is_pending_ext_shared: false,
    pending_shared: [],
    pending_connected_team_ids: [],
    shared_team_ids: shared ? [seed.teamId, 'T0STRANGER'] : [seed.teamId],
    is_member: channel.members.includes(seed.botUserId),
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
    context_team_id: seed.teamId,
    updated: 0,
  };
}

function info(call: Call): Result {
  const channel = visibleChannel(call, call.args.text('channel'));
  if (!channel) return no('channel_not_found');
  const count = call.args.flag('include_num_members') ? { num_members: channel.members.length } : {};
  return { ok: true, channel: { ...channelObject(call, channel), ...count } };
}

/** A page of a list; the cursor is opaque to clients. */
function page<Item>(
  call: Call,
  items: readonly Item[],
  most: number,
): { readonly items: readonly Item[]; readonly next: string } | Result {
  const limit = Number(call.args.text('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) return no('invalid_limit');
  const cursor = call.args.text('cursor') ?? '';
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('next:', ''));
  if (!Number.isInteger(start) || start > items.length) return no('invalid_cursor');
  const end = start + limit;
  return { items: items.slice(start, end), next: end < items.length ? Buffer.from(`next:${end}`).toString('base64') : '' };
}

function members(call: Call): Result {
  const channel = visibleChannel(call, call.args.text('channel'));
  if (!channel) return no('channel_not_found');
  const part = page(call, channel.members, 1000);
  if ('ok' in part) return part;
  return { ok: true, members: part.items, response_metadata: { next_cursor: part.next } };
}

function listTypes(call: Call): readonly ('public' | 'private' | 'im' | undefined)[] {
  const names = (call.args.text('types') ?? 'public_channel').split(',');
  return names.map((name) => Object.entries(LIST_TYPE).find(([known]) => known === name.trim())?.[1]);
}

function list(call: Call): Result {
  const kinds = listTypes(call);
  if (kinds.includes(undefined)) return no('invalid_types');
  const visible = [...call.workspace.channels.values()].filter(
    (channel) => kinds.includes(channel.kind) && visibleChannel(call, channel.id) !== undefined,
  );
  const part = page(call, visible, 1000);
  if ('ok' in part) return part;
  return {
    ok: true,
    channels: part.items.map((channel) => channelObject(call, channel)),
    response_metadata: { next_cursor: part.next },
  };
}

const askedUsers = (call: Call) => (call.args.text('users') ?? '').split(',').filter((id) => id !== '');

function open(call: Call): Result {
  const asked = askedUsers(call);
  if (asked.length !== 1) return no(asked.length === 0 ? 'users_list_not_supplied' : 'not_enough_users');
  const user = call.workspace.users.get(asked[0] ?? '');
  if (!user) return no('user_not_found');
  if (user.isBot) return no('cannot_dm_bot');
  if (user.deactivated) return no('user_disabled');
  const { channel, alreadyOpen } = call.workspace.openIm(user.id);
  const found = alreadyOpen ? { no_op: true, already_open: true } : {};
  return { ok: true, ...found, channel: call.args.flag('return_im') ? channelObject(call, channel) : { id: channel.id } };
}

function userObject(call: Call, user: SlackUser): Wire {
  const teamId = user.foreignTeamId ?? call.workspace.seed.teamId;
  return {
    id: user.id,
    team_id: teamId,
    name: user.name,
    deleted: user.deactivated === true,
    profile: { title: user.title, real_name: user.realName, display_name: user.name, team: teamId },
    is_bot: user.isBot,
    is_app_user: false,
    updated: 0,
    ...(user.deactivated === true ? {} : activeFields(user)),
  };
}

/** Measured by others: of people who left, Slack tells none of these (github.com/brekkylab/backlot/issues/258). */
function activeFields(user: SlackUser): Wire {
  return {
    color: '9f69e7',
    real_name: user.realName,
    ...(user.zone === undefined ? {} : zoneFields(user.zone)),
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.guest !== undefined,
    is_ultra_restricted: user.guest === 'single',
    is_stranger: user.foreignTeamId !== undefined,
  };
}

function zoneFields(zone: string): Wire {
  const { label, offsetSeconds } = zoneNow(zone, Date.now());
  return { tz: zone, tz_label: label, tz_offset: offsetSeconds };
}

function userInfo(call: Call): Result {
  const user = call.workspace.users.get(call.args.text('user') ?? '');
  return user ? { ok: true, user: userObject(call, user) } : no('user_not_found');
}

function teamInfo(call: Call): Result {
  const { seed } = call.workspace;
  const asked = call.args.text('team');
  if (asked !== undefined && asked !== seed.teamId) return no('team_not_found');
  return {
    ok: true,
    team: {
      id: seed.teamId,
      name: seed.teamName,
      domain: seed.teamDomain,
      url: `https://${seed.teamDomain}.slack.com/`,
      email_domain: '',
      icon: {},
    },
  };
}

export const CONVERSATION_METHODS: Readonly<Record<string, Method>> = {
  'conversations.info': { token: 'bot', scopes: readScopes, perMinute: TIER.three, run: info },
  'conversations.members': { token: 'bot', scopes: readScopes, perMinute: TIER.four, run: members },
  'conversations.list': {
    token: 'bot',
    scopes: (call) => listTypes(call).flatMap((kind) => (kind ? [READ_SCOPE[kind]] : [])),
    perMinute: TIER.two,
    run: list,
  },
  'conversations.open': {
    token: 'bot',
    scopes: (call) => [askedUsers(call).length > 1 ? 'mpim:write' : 'im:write'],
    perMinute: TIER.three,
    run: open,
  },
  'users.info': { token: 'bot', scopes: () => ['users:read'], perMinute: TIER.four, run: userInfo },
  'team.info': { token: 'bot', scopes: () => ['team:read'], perMinute: TIER.three, run: teamInfo },
};
