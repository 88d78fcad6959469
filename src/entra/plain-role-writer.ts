import { z } from 'zod';
import { AnsweredError } from '../access/core/answered-error.ts';
import { AppError } from '../access/core/app-error.ts';
import { point } from '../access/core/point.ts';
import type { Assignment } from '../../flows/grant.ts';
import type { DirectoryRole } from '../access/core/target.ts';
import type { AccessWriter, Order, Taken } from '../perimeter/access-writer.ts';
import type { GraphClient } from './graph-client.ts';
import { quoted, segment } from './odata.ts';
import { answerOf, roleAssignmentSchema, sameWord } from './pim-schema.ts';
import { createRoleAuditReader } from './role-audit-reader.ts';

const ASSIGNMENTS = '/roleManagement/directory/roleAssignments';
/** The only application permission that can; it can give Global Administrator too, which is why PIM is preferred. */
const PERMISSION = 'RoleManagement.ReadWrite.Directory';
const LOOK_AGAIN_AFTER_MS = 1_000;
/** The audit lags by seconds at best, and may be asked five times in ten seconds by all of an application together. */
const ASK_AGAIN_AFTER_MS = 5_000;

type RoleOrder = Order<DirectoryRole>;

/**
 * Directory roles in a tenant without PIM. The assignment has no end and no name of ours. Ours is what the answer to our own write named;
 * where no answer came, what appeared after the absence that was read and committed as intent, and that Microsoft's audit says we made.
 * @see https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignments
 */
export function createPlainRoleWriter(graph: GraphClient): AccessWriter<DirectoryRole> {
  const audit = createRoleAuditReader(graph);

  async function present({ principalId, target: role }: RoleOrder): Promise<readonly string[]> {
    const ids: string[] = [];
    const query = { $filter: `principalId eq ${quoted(principalId)} and roleDefinitionId eq ${quoted(role.roleDefinitionId)}` };
    for await (const item of graph.list(ASSIGNMENTS, { query, permission: PERMISSION })) {
      const assignment = answerOf(roleAssignmentSchema, item, `GET ${ASSIGNMENTS}`);
      if (sameWord(assignment.principalId, principalId) && sameWord(assignment.directoryScopeId, role.directoryScopeId))
        ids.push(assignment.id);
    }
    return ids;
  }

  async function find(order: RoleOrder): Promise<Assignment | undefined> {
    const [id] = await present(order);
    return id === undefined ? undefined : { kind: 'plain', id, seen: 'found' };
  }

  async function give(order: RoleOrder): Promise<Assignment> {
    const { roleDefinitionId, directoryScopeId } = order.target;
    const body = {
      '@odata.type': '#microsoft.graph.unifiedRoleAssignment',
      principalId: order.principalId,
      roleDefinitionId,
      directoryScopeId,
    };
    try {
      const answer = await graph.post(ASSIGNMENTS, body, { permission: PERMISSION });
      return { kind: 'plain', id: answerOf(z.object({ id: z.string() }), answer, `POST ${ASSIGNMENTS}`).id };
    } catch (error) {
      // Graph says "a conflicting object" with a code that means many things; what is there now tells which.
      if (isRejection(error) && (await present(order)).length > 0) {
        throw new AnsweredError('directory.exists', `${error.message}; the principal holds it`, error.answer, {
          cause: error,
          hint: 'The principal holds this role already.',
        });
      }
      throw error;
    }
  }

  async function take(order: RoleOrder): Promise<Taken> {
    const { assignment } = order;
    if (assignment !== undefined && assignment.seen !== 'found') return remove(order, assignment.id);
    const listed = await present(order);
    const id = assignment?.id ?? listed[0];
    if (id === undefined || !listed.includes(id)) return { found: false };
    const change = await audit.lastChange(order);
    if (change?.what === 'given' && change.by === 'us') return remove(order, id);
    if (change?.what === 'given' && change.by === 'others') return { found: true, theirs: true };
    throw new AppError('directory.settling', `roleAssignments: the audit does not say yet who made ${id}`, {
      retryable: true,
      retryAfterMs: ASK_AGAIN_AFTER_MS,
    });
  }

  async function remove(order: RoleOrder, id: string): Promise<Taken> {
    let found = true;
    point('take.before-write');
    try {
      await graph.delete(`${ASSIGNMENTS}/${segment(id)}`, { permission: PERMISSION });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'directory.not-found') throw error;
      // Gone before, or so new that whoever answered does not know of it yet: nothing but time tells which.
      found = false;
    } finally {
      point('take.after-write');
    }
    if (!(await present(order)).includes(id)) return { found };
    throw new AppError('directory.settling', `roleAssignments: ${id} is still listed after its removal`, {
      retryable: true,
      retryAfterMs: LOOK_AGAIN_AFTER_MS,
    });
  }

  return {
    kind: 'plain',
    held: present,
    find,
    give,
    take,
    look: async (order) => ({ isThere: (await present(order)).some((id) => id === order.assignment?.id) }),
    byHand,
  };
}

function byHand({ assignment }: RoleOrder): string {
  const command = `az rest --method DELETE --url https://graph.microsoft.com/v1.0${ASSIGNMENTS}/${assignment?.id ?? '<id of the assignment>'}`;
  if (assignment !== undefined && assignment.seen !== 'found') return command;
  return `Only if Entra's audit log says that Hallpass added it (Hallpass reads that by itself, with AuditLog.Read.All): ${command}`;
}

function isRejection(error: unknown): error is AnsweredError {
  return error instanceof AnsweredError && ['directory.rejected', 'directory.exists'].includes(error.code);
}
