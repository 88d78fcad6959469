import { AnsweredError } from '../access/core/answered-error.ts';
import { AppError } from '../access/core/app-error.ts';
import { point } from '../access/core/point.ts';
import type { GroupMembership } from '../access/core/target.ts';
import type { Assignment } from '../../flows/grant.ts';
import type { AccessWriter, Order, Taken } from '../perimeter/access-writer.ts';
import type { GraphClient } from './graph-client.ts';
import { isDirectMember, memberRefPath, membersPath } from './group-members.ts';
import { createRoleAuditReader } from './role-audit-reader.ts';

const PERMISSION = 'GroupMember.ReadWrite.All, and for role-assignable groups RoleManagement.ReadWrite.Directory too';
const LOOK_AGAIN_AFTER_MS = 1_000;
/** The audit lags by seconds at best, and may be asked five times in ten seconds by all of an application together. */
const ASK_AGAIN_AFTER_MS = 5_000;

type GroupOrder = Order<GroupMembership>;

/**
 * Group membership without PIM. It has no end, no name of ours and no id but the member's own: ours is what our own write was told it had
 * added; where no answer came, what appeared after the absence that was read and committed as intent, and that Microsoft's audit says
 * we made.
 * @see https://learn.microsoft.com/graph/api/group-post-members
 */
export function createPlainGroupWriter(graph: GraphClient): AccessWriter<GroupMembership> {
  const audit = createRoleAuditReader(graph);
  const held = async (order: GroupOrder) => ((await isDirectMember(graph, order)) ? [order.principalId.toLowerCase()] : []);

  async function give(order: GroupOrder): Promise<Assignment> {
    try {
      const id = order.principalId.toLowerCase();
      const reference = { '@odata.id': `${graph.origin}/v1.0/directoryObjects/${id}` };
      await graph.post(`${membersPath(order.target.groupId)}/$ref`, reference, { permission: PERMISSION });
      return { kind: 'plain', id };
    } catch (error) {
      if (!(error instanceof AnsweredError) || error.code !== 'directory.rejected') throw error;
      // One code for "already a member" and for groups that take nobody: what is there now tells which.
      const isThere = await isDirectMember(graph, order);
      throw new AnsweredError(
        isThere ? 'directory.exists' : error.code,
        `${error.message}; ${isThere ? 'a member already' : 'no member'}`,
        error.answer,
        {
          cause: error,
          hint: isThere
            ? 'The principal is a member already.'
            : 'Entra refused this. Members of a group with a rule, or of one that is synchronised from on-premises, are decided elsewhere.',
        },
      );
    }
  }

  async function take(order: GroupOrder): Promise<Taken> {
    if (order.assignment !== undefined && order.assignment.seen !== 'found') return remove(order);
    if ((await held(order)).length === 0) return { found: false };
    const change = await audit.lastChange(order);
    if (change?.what === 'given' && change.by === 'us') return remove(order);
    if (change?.what === 'given' && change.by === 'others') return { found: true, theirs: true };
    throw new AppError('directory.settling', 'members: the audit does not say yet who added this one', {
      retryable: true,
      retryAfterMs: ASK_AGAIN_AFTER_MS,
    });
  }

  async function remove(order: GroupOrder): Promise<Taken> {
    let found = true;
    point('take.before-write');
    try {
      await graph.delete(memberRefPath(order), { permission: PERMISSION });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'directory.not-found') throw error;
      // Gone before, or so new that whoever answered does not know of it yet: nothing but time tells which.
      found = false;
    } finally {
      point('take.after-write');
    }
    if (!(await isDirectMember(graph, order))) return { found };
    throw new AppError('directory.settling', 'members: still listed after the removal', {
      retryable: true,
      retryAfterMs: LOOK_AGAIN_AFTER_MS,
    });
  }

  return {
    kind: 'plain',
    held,
    find: async (order) => {
      const [id] = await held(order);
      return id === undefined ? undefined : { kind: 'plain', id, seen: 'found' };
    },
    give,
    take,
    look: async (order) => ({ isThere: await isDirectMember(graph, order) }),
    byHand,
  };
}

/** Not by `az rest`: who forgets the end of that address deletes the person. */
export function byHand({ assignment, principalId, target }: GroupOrder): string {
  const command = `az ad group member remove --group ${target.groupId} --member-id ${principalId}`;
  if (assignment !== undefined && assignment.seen !== 'found') return command;
  return `Only if Entra's audit log says that Hallpass added the member (Hallpass reads that by itself, with AuditLog.Read.All): ${command}`;
}
