import { anchorDescriptionOf } from '../access/core/anchor-text.ts';
import { AppError } from '../access/core/app-error.ts';
import { point } from '../access/core/point.ts';
import type { AzureRole } from '../access/core/target.ts';
import type { AccessWriter, Taken } from '../perimeter/access-writer.ts';
import type { ArmClient } from './arm-client.ts';
import { type AzureOrder, azureNameOf, lastPart, roleDefinitionIn } from './azure-target.ts';

const LOOK_AGAIN_AFTER_MS = 2_000;

/**
 * Azure roles without PIM: an assignment has no end, but a name, and ours is made of the grant: what bears it is ours, and nothing else is
 * touched. What it gives and takes is felt within ten minutes, says Microsoft; what is read back here is Azure's own list.
 * @see https://learn.microsoft.com/azure/role-based-access-control/role-assignments-rest
 */
export function createPlainAzureRoleWriter(arm: ArmClient): AccessWriter<AzureRole> {
  const names = async (order: AzureOrder) => (await arm.assignments(order)).map(({ name }) => name.toLowerCase());
  /** PIM's assignments have a name of Azure's, which is known when PIM's licence has lapsed. */
  const nameIn = (order: AzureOrder) => lastPart(order.assignment?.id ?? azureNameOf('roleAssignment', order));

  async function take(order: AzureOrder): Promise<Taken> {
    const name = nameIn(order);
    point('take.before-write');
    const found = await arm.deleteAssignment(order, name).finally(() => {
      point('take.after-write');
    });
    const left = await names(order);
    if (!left.includes(name)) return left.length > 0 && !found ? { found: true, theirs: true } : { found };
    throw new AppError('directory.settling', `roleAssignments: ${name} is still listed after its removal`, {
      retryable: true,
      retryAfterMs: LOOK_AGAIN_AFTER_MS,
    });
  }

  return {
    kind: 'plain',
    held: names,
    find: async (order) => {
      const name = azureNameOf('roleAssignment', order);
      return (await names(order)).includes(name) ? { kind: 'plain', id: name } : undefined;
    },
    async give(order) {
      const name = azureNameOf('roleAssignment', order);
      const { grantId, evidenceDigest, principalId, target } = order;
      await arm.putAssignment(order, name, {
        roleDefinitionId: roleDefinitionIn(order),
        principalId,
        // Said, it is not looked up: a look-up misses whoever is new (PrincipalNotFound).
        principalType: 'User',
        description: evidenceDigest === undefined ? `hallpass:${grantId}` : anchorDescriptionOf(grantId, evidenceDigest),
        ...(target.condition === undefined ? {} : { condition: target.condition, conditionVersion: '2.0' }),
      });
      return { kind: 'plain', id: name };
    },
    take,
    look: async (order) => ({ isThere: (await names(order)).includes(nameIn(order)) }),
    byHand: (order) => byHand(order, nameIn(order)),
  };
}

export function byHand({ target }: AzureOrder, name: string): string {
  return `az role assignment delete --ids '${target.scope}/providers/Microsoft.Authorization/roleAssignments/${name}'`;
}
