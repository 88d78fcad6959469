import type { webApi } from '@slack/bolt';
import type { Clock } from '../access/core/clock.ts';
import { AppError } from '../access/core/app-error.ts';
import type { Address, Fitness } from '../chat/surface.ts';
import type { SlackClient } from './slack-client.ts';

/** A person's kind (member, guest) changes rarely; who is in the channel is read afresh each time. */
const KIND_KEPT_MS = 10 * 60_000;
/** Channels of more people than this are not read: nobody would oversee them, and Slack would throttle us. */
const MEMBERS_MAX = 500;
const LOOKUPS_AT_ONCE = 4;
const PAGE_SIZE = 200;

const INVITE = 'Invite it there: /invite @Hallpass';

/**
 * May messages about access stand here? Only in private channels of this one workspace, without guests, that we are in.
 * What cannot be read is unfit. Needs the scopes channels:read, groups:read and users:read.
 */
export function createFitnessCheck(
  client: SlackClient,
  workspaceId: string,
  clock: Clock,
): (address: Address) => Promise<Fitness> {
  const kinds = new Map<string, { readonly isGuest: boolean; readonly until: number }>();

  async function isGuest(userId: string): Promise<boolean> {
    const known = kinds.get(userId);
    if (known !== undefined && known.until > clock.now()) return known.isGuest;
    const { user } = await client.call(`read user ${userId}`, (web) => web.users.info({ user: userId }));
    if (user === undefined) throw new AppError('chat.unreadable', `read user ${userId}: no user in the answer`);
    const elsewhere = user.team_id !== undefined && user.team_id !== workspaceId && user.enterprise_user === undefined;
    const guest = user.is_restricted === true || user.is_ultra_restricted === true || isStranger(user) || elsewhere;
    kinds.set(userId, { isGuest: guest, until: clock.now() + KIND_KEPT_MS });
    return guest;
  }

  async function membersOf(channelId: string): Promise<readonly string[]> {
    const members: string[] = [];
    let cursor = '';
    do {
      const page: webApi.ConversationsMembersResponse = await client.call(`read the members of ${channelId}`, (web) =>
        web.conversations.members({ channel: channelId, limit: PAGE_SIZE, ...(cursor === '' ? {} : { cursor }) }),
      );
      members.push(...(page.members ?? []));
      if (members.length > MEMBERS_MAX)
        throw new AppError('chat.too-many-members', `${channelId} has more than ${MEMBERS_MAX} members`);
      cursor = page.response_metadata?.next_cursor ?? '';
    } while (cursor !== '');
    return members;
  }

  async function guestIn(channelId: string): Promise<string | undefined> {
    const waiting = [...(await membersOf(channelId))];
    while (waiting.length > 0) {
      const batch = waiting.splice(0, LOOKUPS_AT_ONCE);
      const guests = await Promise.all(batch.map(async (userId) => ((await isGuest(userId)) ? userId : undefined)));
      const found = guests.find((userId) => userId !== undefined);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async function channelFitness(channelId: string): Promise<Fitness> {
    const { channel } = await client.call(`read channel ${channelId}`, (web) => web.conversations.info({ channel: channelId }));
    if (channel === undefined) return unfit('unreadable', `Slack told nothing about channel ${channelId}.`);
    if (channel.is_archived === true) return unfit('unreadable', `Channel ${channelId} is archived.`);
    if (channel.is_private !== true)
      return unfit('public', `Channel ${channelId} is public: everybody in the workspace could read along.`);
    const pending = (channel.pending_shared?.length ?? 0) > 0 || channel.is_pending_ext_shared === true;
    if (channel.is_ext_shared === true || channel.is_shared === true || channel.is_org_shared === true || pending) {
      return unfit('shared', `Channel ${channelId} is shared outside this workspace, or about to be.`);
    }
    if (channel.is_member !== true) return unfit('not-member', `Hallpass is not in channel ${channelId}. ${INVITE}`);
    const guest = await guestIn(channelId);
    return guest === undefined ? { fit: true } : unfit('guests', `A guest (${guest}) is in channel ${channelId}.`);
  }

  return async (address) => {
    if (address.platform !== 'slack' || address.workspaceId !== workspaceId) {
      return unfit('unreadable', 'This address is not in the configured Slack workspace.');
    }
    try {
      if ('channelId' in address) return await channelFitness(address.channelId);
      return (await isGuest(address.userId)) ? unfit('guests', `${address.userId} is a guest.`) : { fit: true };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Slack does not show private channels to those who are not in them: it says that there is none.
      if (error.code === 'chat.no-such-place' && 'channelId' in address) {
        return unfit('not-member', `Channel ${address.channelId} does not exist, or Hallpass is not in it. ${INVITE}`);
      }
      return unfit('unreadable', [`It could not be checked: ${error.message}.`, error.hint ?? ''].join(' ').trim(), error);
    }
  };
}

type UnfitCode = Extract<Fitness, { readonly fit: false }>['code'];

function unfit(code: UnfitCode, reason: string, cause?: AppError): Fitness {
  return { fit: false, code, reason, ...(cause?.retryAfterMs === undefined ? {} : { retryAfterMs: cause.retryAfterMs }) };
}

/** Slack's types leave it out; it marks people of other organisations. */
function isStranger(user: object): boolean {
  return Reflect.get(user, 'is_stranger') === true;
}
