import { AppError, codeOf } from '../access/core/app-error.ts';
import type { Fitness } from '../chat/surface.ts';
import type { Connector, Member } from './connector.ts';
import { type JoinCheck, whoMayJoin } from './who-may-join.ts';

/** 100 pages of 500: beyond that nobody knows who reads along. */
const PAGES_MAX = 100;

/**
 * Whether messages about access may stand in a channel: everybody who reads it belongs to the tenant, and not everybody of the tenant
 * can join it.
 */
export async function channelFitness(check: FitnessCheck, channelId: string): Promise<Fitness> {
  const [readers, joining] = await Promise.all([
    whoReads(check.connector, channelId, check.tenantId),
    whoMayJoin(check, channelId),
  ]);
  return readers.fit ? joining : readers;
}

export interface FitnessCheck extends JoinCheck {
  readonly connector: Connector;
  readonly tenantId: string;
}

/** The connector lists members with their tenant and role, so guests and people of shared channels are seen. */
async function whoReads(connector: Connector, channelId: string, tenantId: string): Promise<Fitness> {
  let next: string | undefined;
  let seen = 0;
  for (let page = 0; page < PAGES_MAX; page++) {
    const read = await readMembers(connector, channelId, next);
    if ('fit' in read) return read;
    for (const member of read.members) {
      const unfit = judged(member, tenantId);
      if (unfit !== undefined) return unfit;
    }
    seen += read.members.length;
    next = read.next;
    if (next === undefined) {
      return seen > 0 ? { fit: true } : unreadable('The member list of the channel is empty, which cannot be.');
    }
  }
  return unreadable('The channel has more members than can be checked.');
}

async function readMembers(connector: Connector, channelId: string, next: string | undefined) {
  try {
    return await connector.members(channelId, next);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'chat.not-installed' || code === 'chat.message-gone') {
      const reason = 'Hallpass is not installed in the team of this channel, or the channel does not exist.';
      return { fit: false, code: 'not-member', reason } as const;
    }
    return unreadable(`The members of the channel cannot be read (${code}).`, error);
  }
}

function judged(member: Member, tenantId: string): Fitness | undefined {
  if (member.role?.toLowerCase() === 'guest') return { fit: false, code: 'guests', reason: 'Guests are in this channel.' };
  if (member.tenantId === undefined) return unreadable('A member of the channel is listed without a tenant.');
  if (member.tenantId.toLowerCase() !== tenantId.toLowerCase()) {
    return { fit: false, code: 'shared', reason: 'People of another tenant are in this channel.' };
  }
  return undefined;
}

/** `cause` says how long Teams wants to be left alone. */
function unreadable(reason: string, cause?: unknown): Fitness {
  const wait = cause instanceof AppError ? cause.retryAfterMs : undefined;
  return { fit: false, code: 'unreadable', reason, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}
