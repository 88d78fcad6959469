import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { DirectoryRole } from '../access/core/target.ts';
import type { Order, Taken } from '../perimeter/access-writer.ts';
import type { GraphClient } from './graph-client.ts';
import { segment } from './odata.ts';
import { createPlainRoleWriter } from './plain-role-writer.ts';

const ASSIGNMENTS = 'https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments';

type RoleOrder = Order<DirectoryRole>;

/**
 * The way out when PIM's licence lapses while a grant is held: PIM answers nothing any more, and what it gave stands there as a plain
 * role assignment whose end nobody but us keeps.
 * @see https://learn.microsoft.com/entra/id-governance/licensing-fundamentals (what happens when a licence expires)
 */
export interface LapsedPim {
  /**
   * Takes away what is ours by the id that was remembered when it was given. Without one, only "nothing is there" is believed, and that
   * only when a reader can no longer be behind: who made what is there, nobody can tell.
   * @throws {AppError} `refusal` when it is not known to be ours, and what a plain taking throws
   */
  take(order: RoleOrder, refusal: AppError): Promise<Taken>;
  byHand(order: RoleOrder): string;
}

export function createLapsedPim(graph: GraphClient, clock: Clock): LapsedPim {
  const plain = createPlainRoleWriter(graph);
  return {
    async take(order, refusal) {
      const id = order.assignment?.roleAssignmentId;
      if (id !== undefined) return plain.take({ ...order, assignment: { kind: 'plain', id } });
      const isAbsent = (await plain.held(order)).length === 0;
      const given = order.assignment !== undefined;
      if (isAbsent && (!given || clock.now() >= Date.parse(order.endsAt))) return { found: given };
      throw new AppError(refusal.code, `${refusal.message}; what is there is not known to be ours`, {
        cause: refusal,
        hint: 'The licence that Privileged Identity Management needs is gone, and Hallpass cannot tell whether what is there now is its own. An administrator can look and remove it by hand.',
      });
    },
    byHand({ assignment, principalId, target: role }) {
      const id = assignment?.roleAssignmentId;
      if (id !== undefined) return `az rest --method DELETE --url '${ASSIGNMENTS}/${segment(id)}'`;
      const which = segment(`principalId eq '${principalId}' and roleDefinitionId eq '${role.roleDefinitionId}'`).replaceAll(
        "'",
        '%27',
      );
      // %24 and %27: no shell of any kind finds something of its own in it.
      return [
        `az rest --method GET --url '${ASSIGNMENTS}?%24filter=${which}'`,
        `and, if nobody else gave the one at the scope ${role.directoryScopeId}:`,
        `az rest --method DELETE --url '${ASSIGNMENTS}/<its id>'`,
      ].join(' ');
    },
  };
}
