import { randomUUID } from 'node:crypto';
import { answerCodeOf } from '../access/core/answered-error.ts';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { AzureRole } from '../access/core/target.ts';
import { sameWord } from '../entra/pim-schema.ts';
import { createPimWriter, isTicketOf, type PimInstance, type PimRequest, type PimService } from '../entra/pim-writer.ts';
import type { AccessWriter } from '../perimeter/access-writer.ts';
import type { ArmClient, ArmInstance, ArmRequest } from './arm-client.ts';
import { type AzureOrder, azureNameOf, lastPart, roleDefinitionIn } from './azure-target.ts';
import { byHand as byHandPlain, createPlainAzureRoleWriter } from './plain-azure-role-writer.ts';

/**
 * Azure roles by PIM: an active assignment that Azure itself ends. The request has a name, and ours is made of the grant.
 * @see https://learn.microsoft.com/rest/api/authorization/privileged-role-assignment-rest-sample
 */
export function createPimAzureRoleWriter(arm: ArmClient, clock: Clock): AccessWriter<AzureRole> {
  return createPimWriter(pimForAzure(arm), createPlainAzureRoleWriter(arm), clock);
}

function pimForAzure(arm: ArmClient): PimService<AzureRole> {
  const instances = async (order: AzureOrder) => (await arm.instances(order)).map(instanceOf);
  const about = (order: AzureOrder) => ({ principalId: order.principalId, roleDefinitionId: roleDefinitionIn(order) });

  async function findRequest(order: AzureOrder): Promise<PimRequest | undefined> {
    const name = azureNameOf('roleAssignmentScheduleRequest', order);
    const request = await arm.request(order, name).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'directory.not-found') throw error;
      return undefined;
    });
    const isOurs = sameWord(request?.requestType, 'AdminAssign') && isTicketOf(order.grantId, request?.ticketInfo);
    return request !== undefined && isOurs ? requestOf(request) : undefined;
  }

  return {
    hasUniqueOrigins: true,
    instances,
    held: async (order) => (await instances(order)).map(({ originId }) => originId),
    findRequest,
    request: async (order, id) => requestOf(await arm.request(order, id)),
    async assign(order, words, startsAt) {
      const { condition } = order.target;
      const asked = arm.putRequest(order, azureNameOf('roleAssignmentScheduleRequest', order), {
        ...about(order),
        ...words,
        requestType: 'AdminAssign',
        scheduleInfo: {
          startDateTime: new Date(startsAt),
          expiration: { type: 'AfterDateTime', endDateTime: new Date(order.endsAt) },
        },
        ...(condition === undefined ? {} : { condition, conditionVersion: '2.0' }),
      });
      return asked.then(requestOf, async (error: unknown) => {
        // An earlier try of ours arrived. What became of it, the request says.
        if (answerCodeOf(error) !== 'RoleAssignmentRequestExists') throw error;
        const known = await findRequest(order);
        if (known !== undefined) return known;
        throw new AppError('directory.settling', 'PIM has our request, and does not show it yet', {
          cause: error,
          retryable: true,
        });
      });
    },
    // A name of its own each time: a removal that failed is known by its name for ever.
    remove: (order, words) => arm.putRequest(order, randomUUID(), { ...about(order), ...words, requestType: 'AdminRemove' }),
    cancel: (order, id) => arm.cancelRequest(order, id),
    byHand(order) {
      const properties = { ...about(order), requestType: 'AdminRemove' };
      // Without a host it goes to Azure Resource Manager of whichever cloud `az` is signed in to.
      const url = `${order.target.scope}/providers/Microsoft.Authorization/roleAssignmentScheduleRequests/${randomUUID()}?api-version=2020-10-01`;
      return `az rest --method PUT --url '${url}' --body '${JSON.stringify({ properties })}'`;
    },
    byHandWithoutPim,
  };
}

function requestOf({ name, status, targetRoleAssignmentScheduleId, createdOn }: ArmRequest): PimRequest {
  return {
    id: name.toLowerCase(),
    status,
    scheduleId: lastPart(targetRoleAssignmentScheduleId ?? name),
    createdAt: createdOn?.toISOString(),
  };
}

function instanceOf(instance: ArmInstance): PimInstance {
  return {
    scheduleId: lastPart(instance.roleAssignmentScheduleId ?? instance.name),
    originId: lastPart(instance.originRoleAssignmentId ?? instance.name),
    isDirect: sameWord(instance.memberType, 'Direct') && sameWord(instance.assignmentType, 'Assigned'),
    startedAt: instance.startDateTime?.toISOString(),
    endsAt: instance.endDateTime?.toISOString(),
  };
}

function byHandWithoutPim(order: AzureOrder): string {
  const id = order.assignment?.roleAssignmentId;
  if (id !== undefined) return byHandPlain(order, id);
  const { principalId, target } = order;
  return [
    `az role assignment list --assignee ${principalId} --role ${lastPart(target.roleDefinitionId)} --scope '${target.scope}'`,
    'and, if nobody else gave it:',
    byHandPlain(order, '<its name>'),
  ].join(' ');
}
