import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { codeOf } from '../../src/access/core/app-error.ts';
import { transportClock } from '../../src/access/core/clock.ts';
import { createRootAssignmentsReader } from '../../src/azure/root-assignments-reader.ts';
import { createCredentialsReader } from '../../src/entra/credentials-reader.ts';
import { createDirectoryReader } from '../../src/entra/directory-reader.ts';
import type { GraphClient } from '../../src/entra/graph-client.ts';
import { createGroupReader } from '../../src/entra/group-reader.ts';
import { createMembershipReader, type MembershipReader } from '../../src/entra/membership-reader.ts';
import { createPimRoleWriter } from '../../src/entra/pim-role-writer.ts';
import { createPlainRoleWriter } from '../../src/entra/plain-role-writer.ts';
import { createPrincipalNames } from '../../src/entra/principal-names.ts';
import { createRoleAuditReader } from '../../src/entra/role-audit-reader.ts';
import type { DirectoryRole } from '../../src/access/core/target.ts';
import type { Order } from '../../src/perimeter/access-writer.ts';
import {
  APPROVERS_GROUP_ID,
  APPROVERS_TEAM_GROUP_ID,
  BOT_APP,
  ENGINEERS_GROUP_ID,
  RITA,
  ROLES,
  SAM,
} from '../../src/playground/cast.ts';
import type { ExchangeLog } from '../../src/playground/exchange-log.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';
import { codeFrom, type Deed } from './deed.ts';
import { pageDeeds } from './page-deeds.ts';
import { doctorDeeds } from './doctor-deeds.ts';
import { azureRoleDeeds, groupDeeds } from './writer-deeds.ts';
import { credentialOf, failing, graphAs, memberships, permitted, quiet } from './permitted.ts';

type RoleOrder = Order<DirectoryRole>;

const APPLICATION_ID = 'a9900000-0000-4000-8000-0000000000b1';
const ROLE = 'graph {} /roleManagement/directory';
const named = (method: string, rest: string) => `${ROLE.replace('{}', method)}/${rest}`;
const REQUESTS = 'roleAssignmentScheduleRequests';
const REQUEST = `${REQUESTS}/{unifiedRoleAssignmentScheduleRequest-id}`;

export interface MicrosoftScene {
  readonly microsoft: MicrosoftFarEnd;
  /** By identity and operation. */
  readonly deeds: Readonly<Record<string, Deed>>;
  close(): Promise<void>;
}

/**
 * Graph and ARM as our clients call them. Each Graph call is made by an identity that has exactly what manifest/permissions.json
 * lists for it, then by one that lacks it; so the list is shown to be enough and to be needed.
 */
export async function microsoftScene(log: ExchangeLog): Promise<MicrosoftScene> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-contracts-'));
  const microsoft = await startMicrosoft({ clock: transportClock, folder, log, limits: 'off' });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(microsoft.caFile, 'utf8')]);
  const { pim, groupSchedules, azurePim } = microsoft.tenant;
  for (const engine of [pim, groupSchedules.pim, azurePim]) engine.processingMs = 0;
  return {
    microsoft,
    deeds: {
      ...graphDeeds(microsoft),
      ...perimeterDeeds(microsoft),
      ...doctorDeeds(microsoft),
      ...groupDeeds(microsoft),
      ...armDeeds(microsoft),
      ...azureRoleDeeds(microsoft),
      ...pageDeeds(microsoft),
    },
    async close() {
      await microsoft.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function graphDeeds(far: MicrosoftFarEnd): Readonly<Record<string, Deed>> {
  const bot = (operation: string, work: (graph: GraphClient) => Promise<unknown>) => permitted(far, 'bot', operation, work);
  /** A name that cannot be read is no error: nothing is decided by it. */
  const nameless = (operation: string, principalId: string, kind: string): Readonly<Record<string, Deed>> => {
    const read = (graph: GraphClient) => createPrincipalNames(graph, quiet).nameOf(principalId, kind);
    return {
      [`bot: ${operation}`]: {
        works: () => graphAs(far, 'bot', operation, 'with', read),
        refused: async () => (await graphAs(far, 'bot', operation, 'without', read)) ?? 'no name',
        says: 'no name',
      },
    };
  };
  const credentials = (graph: GraphClient) => createCredentialsReader({ graph, wait: () => Promise.resolve() });
  const servicePrincipal = far.tenant.applications.byAppId(BOT_APP.clientId)?.servicePrincipalId ?? BOT_APP.principalId;
  return {
    ...bot('graph GET /users/{user-id}', (graph) => createDirectoryReader(graph).person(RITA.objectId)),
    ...memberships(far, 'bot', (graph) => createDirectoryReader(graph).memberships(RITA.objectId, [ENGINEERS_GROUP_ID])),
    ...bot('graph GET /groups/{group-id}/transitiveMembers', (graph) => createDirectoryReader(graph).members(APPROVERS_GROUP_ID)),
    ...bot('graph GET /groups/{group-id}', (graph) => createGroupReader(graph).visibilityOf(APPROVERS_TEAM_GROUP_ID)),
    ...nameless('graph GET /servicePrincipals/{servicePrincipal-id}', servicePrincipal, 'ServicePrincipal'),
    ...bot('graph GET /applications', (graph) => exhaust(credentials(graph).holders('application'))),
    ...bot('graph GET /servicePrincipals', (graph) => exhaust(credentials(graph).holders('servicePrincipal'))),
    ...bot('graph GET /applications/{application-id}/owners', (graph) =>
      credentials(graph).owners('application', APPLICATION_ID),
    ),
    ...bot('graph GET /servicePrincipals/{servicePrincipal-id}/owners', (graph) =>
      credentials(graph).owners('servicePrincipal', servicePrincipal),
    ),
  };
}

function perimeterDeeds(far: MicrosoftFarEnd): Readonly<Record<string, Deed>> {
  const perimeter = (operation: string, work: (graph: GraphClient) => Promise<unknown>) =>
    permitted(far, 'perimeter', operation, work);
  const facts = (graph: GraphClient) => createMembershipReader(graph).factsOf(RITA.objectId, [ENGINEERS_GROUP_ID]);
  const user = 'graph GET /users/{user-id}';
  const pim = (graph: GraphClient) => createPimRoleWriter(graph, transportClock);
  const plain = createPlainRoleWriter;
  const known = (order: RoleOrder, kind: 'pim' | 'plain', id: string): RoleOrder => ({ ...order, assignment: { kind, id } });
  const pimId = () => far.tenant.pim.requests().at(-1)?.id ?? '';
  const plainId = () =>
    far.tenant.holders().find(({ principalId, madeBy }) => principalId === RITA.objectId && madeBy === 'plain')?.assignmentId ??
    '';
  return {
    [`perimeter: ${user}`]: {
      works: () => graphAs(far, 'perimeter', user, 'with', facts),
      /** Nothing is known of a person then, which is a value: nobody is given anything. */
      refused: async () => {
        const answer = await graphAs(far, 'perimeter', user, 'without', facts);
        return answer.status === 'unknown' ? answer.code : answer.status;
      },
      says: 'directory.forbidden',
    },
    ...memberships(far, 'perimeter', facts),
    ...told(far, 'graph GET /groups/{group-id}', (people) => people.groupOf(APPROVERS_GROUP_ID)),
    ...told(far, 'graph POST /groups/{group-id}/checkMemberGroups', (people) =>
      people.groupsAround(ENGINEERS_GROUP_ID, [APPROVERS_GROUP_ID]),
    ),
    ...told(far, 'graph GET /users/{user-id}/manager', (people) => people.managerOf(RITA.objectId)),
    ...perimeter(named('POST', REQUESTS), (graph) => unlessSettling(pim(graph).give(orderOf(RITA.objectId, ROLES.globalReader)))),
    ...perimeter(named('GET', REQUESTS), (graph) => pim(graph).find(orderOf(RITA.objectId, ROLES.globalReader))),
    ...perimeter(named('GET', REQUEST), (graph) =>
      pim(graph).find(known(orderOf(RITA.objectId, ROLES.globalReader), 'pim', pimId())),
    ),
    ...perimeter(named('GET', 'roleAssignmentScheduleInstances'), (graph) =>
      pim(graph).held(orderOf(RITA.objectId, ROLES.globalReader)),
    ),
    ...cancelling(far),
    ...perimeter(named('GET', 'roleAssignments'), (graph) =>
      plain(graph).held(orderOf(RITA.objectId, ROLES.helpdeskAdministrator)),
    ),
    ...perimeter(named('POST', 'roleAssignments'), (graph) =>
      plain(graph).give(orderOf(RITA.objectId, ROLES.helpdeskAdministrator)),
    ),
    ...perimeter('graph GET /auditLogs/directoryAudits', (graph) =>
      createRoleAuditReader(graph).lastChange(orderOf(RITA.objectId, ROLES.helpdeskAdministrator)),
    ),
    ...perimeter(named('DELETE', 'roleAssignments/{unifiedRoleAssignment-id}'), (graph) =>
      plain(graph).take(known(orderOf(RITA.objectId, ROLES.helpdeskAdministrator), 'plain', plainId() || 'gone')),
    ),
  };
}

/** Nothing is known then, which is a value: nobody may receive or approve by it. */
function told(
  far: MicrosoftFarEnd,
  operation: string,
  ask: (people: MembershipReader) => Promise<{ readonly status: string; readonly code?: string }>,
): Readonly<Record<string, Deed>> {
  const work = (graph: GraphClient) => ask(createMembershipReader(graph));
  return {
    [`perimeter: ${operation}`]: {
      works: () => graphAs(far, 'perimeter', operation, 'with', work),
      refused: async () => (await graphAs(far, 'perimeter', operation, 'without', work)).code ?? 'known',
      says: 'directory.forbidden',
    },
  };
}

/** Calling off a request that waits for somebody. */
function cancelling(far: MicrosoftFarEnd): Readonly<Record<string, Deed>> {
  const operation = named('POST', `${REQUEST}/cancel`);
  const order = orderOf(SAM.objectId, ROLES.securityReader);
  const take = async (graph: GraphClient) => {
    far.tenant.pim.nextOutcome = 'PendingApproval';
    const writer = createPimRoleWriter(graph, transportClock);
    await unlessSettling(writer.give(order));
    await awaiting(far);
    return writer.take(order);
  };
  return {
    [`perimeter: ${operation}`]: {
      works: () => graphAs(far, 'perimeter', operation, 'with', take),
      refused: () => failing(far, /\/cancel$/, () => graphAs(far, 'perimeter', operation, 'with', take)),
      says: 'directory.unavailable',
    },
  };
}

/** Azure tells one who may not look that there is nothing, so its refusals here are of another kind. */
function armDeeds(far: MicrosoftFarEnd): Readonly<Record<string, Deed>> {
  const reader = () =>
    createRootAssignmentsReader({ armUrl: far.armUrl, credential: credentialOf(far, BOT_APP.clientId), maxRetries: 0 });
  const throttled = (work: () => Promise<unknown>): Deed => ({
    works: work,
    refused: () => {
      far.faults.add({ farEnds: ['arm'], rate: 1, kinds: ['throttled'], times: 1 });
      return codeFrom(work());
    },
    says: 'azure.unavailable',
  });
  return {
    'bot: arm POST /providers/Microsoft.ResourceGraph/resources': throttled(() => reader().byResourceGraph()),
    'bot: arm GET /{scope}/providers/Microsoft.Authorization/roleAssignments': throttled(() => reader().byList()),
  };
}

function orderOf(principalId: string, roleDefinitionId: string): RoleOrder {
  return {
    grantId: `contract-${principalId.at(-1)}`,
    principalId,
    target: { kind: 'directoryRole', roleDefinitionId, directoryScopeId: '/' },
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

/** The newest request has come to wait for somebody. */
function awaiting({ tenant }: MicrosoftFarEnd): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (tenant.pim.requests().at(-1)?.status === 'PendingApproval') return resolve();
      setImmediate(look);
    };
    look();
  });
}

async function exhaust(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items) continue;
}
