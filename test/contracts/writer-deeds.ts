import { codeOf } from '../../src/access/core/app-error.ts';
import { transportClock } from '../../src/access/core/clock.ts';
import type { AzureRole, GroupMembership, Target } from '../../src/access/core/target.ts';
import { createArmClient } from '../../src/azure/arm-client.ts';
import { createPimAzureRoleWriter } from '../../src/azure/pim-azure-role-writer.ts';
import { createPlainAzureRoleWriter } from '../../src/azure/plain-azure-role-writer.ts';
import type { GraphClient } from '../../src/entra/graph-client.ts';
import { createPimGroupWriter } from '../../src/entra/pim-group-writer.ts';
import { createPlainGroupWriter } from '../../src/entra/plain-group-writer.ts';
import type { AccessWriter, Order } from '../../src/perimeter/access-writer.ts';
import { ABEL, ENGINEERS_GROUP_ID, GINA, PERIMETER_APP, RITA, SAM } from '../../src/playground/cast.ts';
import type { MicrosoftFarEnd } from '../../src/playground/microsoft/start.ts';
import { AZURE_ROLES, SHOP_SCOPE } from '../../src/playground/microsoft/tenant/azure-assignments.ts';
import type { PimEngine } from '../../src/playground/microsoft/tenant/pim-engine.ts';
import { codeFrom, type Deed } from './deed.ts';
import { credentialOf, failing, graphAs, permitted, quiet } from './permitted.ts';

const PIM = '/identityGovernance/privilegedAccess/group';
const REQUESTS = `${PIM}/assignmentScheduleRequests`;
const MEMBERS = '/groups/{group-id}/members';
const ENGINEERS: GroupMembership = { kind: 'group', groupId: ENGINEERS_GROUP_ID };

/** Membership of groups, by PIM and plainly, by an identity with what the list names and without. */
export function groupDeeds(far: MicrosoftFarEnd): Readonly<Record<string, Deed>> {
  const perimeter = (operation: string, work: (graph: GraphClient) => Promise<unknown>) =>
    permitted(far, 'perimeter', `graph ${operation}`, work);
  const pim = (graph: GraphClient) => createPimGroupWriter(graph, transportClock);
  const joining = orderOf(SAM.objectId, ENGINEERS);
  const plain = orderOf(GINA.objectId, ENGINEERS);
  const known: Order<GroupMembership> = { ...plain, assignment: { kind: 'plain', id: GINA.objectId } };
  return {
    ...perimeter(`POST ${REQUESTS}`, (graph) => unlessSettling(pim(graph).give(joining))),
    ...perimeter(`GET ${REQUESTS}`, (graph) => unlessSettling(pim(graph).find(joining))),
    ...perimeter(`GET ${PIM}/assignmentScheduleInstances`, (graph) => pim(graph).held(joining)),
    ...cancelling(far),
    ...perimeter(`GET ${MEMBERS}`, (graph) => createPlainGroupWriter(graph).held(plain)),
    ...perimeter(`POST ${MEMBERS}/$ref`, (graph) => createPlainGroupWriter(graph).give(plain)),
    ...perimeter(`DELETE ${MEMBERS}/{directoryObject-id}/$ref`, (graph) => createPlainGroupWriter(graph).take(known)),
  };
}

function cancelling(far: MicrosoftFarEnd): Readonly<Record<string, Deed>> {
  const operation = `graph POST ${REQUESTS}/{privilegedAccessGroupAssignmentScheduleRequest-id}/cancel`;
  const order = orderOf(ABEL.objectId, ENGINEERS);
  const take = async (graph: GraphClient) =>
    takeWaiting(createPimGroupWriter(graph, transportClock), order, far.tenant.groupSchedules.pim);
  const asked = () => graphAs(far, 'perimeter', operation, 'with', take);
  const deed: Deed = {
    works: asked,
    refused: () => failing(far, /\/privilegedAccess\/.*\/cancel$/, asked),
    says: 'directory.unavailable',
  };
  return { [`perimeter: ${operation}`]: deed };
}

/** Azure's rights are a role at a scope, so its refusals here are of another kind: it has enough of us. */
export function azureRoleDeeds(far: MicrosoftFarEnd): Readonly<Record<string, Deed>> {
  const arm = createArmClient({ armUrl: far.armUrl, credential: credentialOf(far, PERIMETER_APP.clientId), log: quiet });
  const pim = createPimAzureRoleWriter(arm, transportClock);
  const plain = createPlainAzureRoleWriter(arm);
  const reader: AzureRole = { kind: 'azureRole', scope: SHOP_SCOPE, roleDefinitionId: AZURE_ROLES.reader.id };
  const [ritas, sams, abels, ginas] = [RITA, SAM, ABEL, GINA].map(({ objectId }) => orderOf(objectId, reader)) as [
    Azure,
    Azure,
    Azure,
    Azure,
  ];
  const throttled = (
    method: string,
    rest: string,
    path: RegExp,
    work: () => Promise<unknown>,
  ): Readonly<Record<string, Deed>> => ({
    [`perimeter: arm ${method} /{scope}/providers/Microsoft.Authorization/${rest}`]: {
      works: work,
      async refused() {
        const stop = far.faults.add({ farEnds: ['arm'], method, path, rate: 1, kinds: ['throttled'] });
        return codeFrom(work()).finally(stop);
      },
      says: 'directory.unavailable',
    },
  });
  const [assignments, requests] = [/\/roleAssignments(\/|\?)/, /\/roleAssignmentScheduleRequests\//];
  return {
    ...throttled('GET', 'roleAssignments', assignments, () => plain.held(ritas)),
    ...throttled('PUT', 'roleAssignments/{roleAssignmentName}', assignments, () => plain.give(ritas)),
    ...throttled('DELETE', 'roleAssignments/{roleAssignmentName}', assignments, () => plain.take(ritas)),
    ...throttled('GET', 'roleAssignmentScheduleInstances', /\/roleAssignmentScheduleInstances\?/, () => pim.held(sams)),
    ...throttled('GET', 'roleAssignmentScheduleRequests/{roleAssignmentScheduleRequestName}', requests, async () => {
      await unlessSettling(pim.give(sams));
      await unlessSettling(pim.find(sams));
    }),
    ...throttled('GET', 'roleAssignmentScheduleRequests', /\/roleAssignmentScheduleRequests\?/, () => arm.everything(SHOP_SCOPE)),
    ...throttled('PUT', 'roleAssignmentScheduleRequests/{roleAssignmentScheduleRequestName}', requests, () =>
      unlessSettling(pim.give(abels)),
    ),
    ...throttled('POST', 'roleAssignmentScheduleRequests/{roleAssignmentScheduleRequestName}/cancel', /\/cancel\?/, () =>
      takeWaiting(pim, { ...ginas, grantId: `contract-${far.tenant.azurePim.requests().length}` }, far.tenant.azurePim),
    ),
  };
}
type Azure = Order<AzureRole>;

function orderOf<T extends Target>(principalId: string, target: T): Order<T> {
  return {
    grantId: `contract-${principalId.at(-1)}`,
    principalId,
    target,
    endsAt: new Date(Date.now() + 60 * 60_000).toISOString(),
    justification: 'INC-4211',
  };
}

/** PIM works after its answer: "not active yet" is what success looks like at first. */
async function unlessSettling(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (codeOf(error) !== 'directory.settling') throw error;
  });
}

/** Asks for what comes to wait for somebody, and takes it back. */
async function takeWaiting<T extends Target, P>(
  writer: AccessWriter<T>,
  order: Order<T>,
  engine: PimEngine<P>,
): Promise<unknown> {
  engine.nextOutcome = 'PendingApproval';
  await unlessSettling(writer.give(order));
  while (engine.requests().at(-1)?.status !== 'PendingApproval') await new Promise(setImmediate);
  return writer.take(order);
}
