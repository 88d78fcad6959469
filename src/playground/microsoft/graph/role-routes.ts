import { ROLE_DEFINITIONS, roleDefinition } from '../tenant/role-definitions.ts';
import { tooYoung } from '../tenant/pim-rules.ts';
import type { RoleSchedule } from '../tenant/role-store.ts';
import { collectionBody, entityBody, type Expander } from './collection.ts';
import { directoryObject } from './directory-objects.ts';
import { roleDefinitionEntity } from './entities.ts';
import { ROLE_ASSIGNMENT, ROLE_DEFINITION } from './role-entity-types.ts';
import { badRequest, directoryBadRequest, GraphRefusal, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';
import type { Entity } from './odata-query.ts';
import { readRoleTriple } from './read-role-body.ts';

const DEFINITIONS = 'roleManagement/directory/roleDefinitions';
const ASSIGNMENTS = 'roleManagement/directory/roleAssignments';

/** What the objects of role management can be expanded by. */
export const expandRole =
  (call: GraphCall): Expander =>
  (object, name) => {
    if (name === 'principal') return directoryObject(call.tenant, String(object['principalId']));
    if (name === 'roleDefinition') {
      const role = roleDefinition(String(object['roleDefinitionId']));
      return role === undefined ? null : roleDefinitionEntity(role);
    }
    if (name === 'activatedUsing') return null;
    throw badRequest(`The playground does not expand '${name}' here.`);
  };

function assignmentEntity(schedule: RoleSchedule, tenantId: string): Entity {
  return {
    id: schedule.assignmentId,
    principalId: schedule.principalId,
    principalOrganizationId: tenantId,
    roleDefinitionId: schedule.roleDefinitionId,
    directoryScopeId: schedule.directoryScopeId,
    appScopeId: null,
    condition: null,
  };
}

/** What is in force: PIM's timed assignments stand here like plain ones, without their end. */
const inForce = (call: GraphCall): readonly Entity[] =>
  call.tenant.roles
    .asOf(call.readAsOf)
    .filter(call.tenant.roles.isLive)
    .map((schedule) => assignmentEntity(schedule, call.tenant.tenantId));

export const ROLE_ROUTES: readonly GraphRoute[] = [
  {
    method: 'GET',
    path: '/roleManagement/directory/roleDefinitions',
    permission: 'roleDefinitions',
    cost: 1,
    type: ROLE_DEFINITION,
    handle: (call) => ({
      status: 200,
      body: collectionBody(ROLE_DEFINITIONS.map(roleDefinitionEntity), {
        ...call,
        context: DEFINITIONS,
        type: ROLE_DEFINITION,
        expand: expandRole(call),
      }),
    }),
  },
  {
    method: 'GET',
    path: '/roleManagement/directory/roleDefinitions/{}',
    permission: 'roleDefinitions',
    cost: 1,
    type: ROLE_DEFINITION,
    handle(call) {
      const role = roleDefinition(call.ids[0] ?? '');
      if (role === undefined) throw notFound(call.ids[0] ?? '');
      const request = { ...call, context: DEFINITIONS, type: ROLE_DEFINITION, expand: expandRole(call) };
      return { status: 200, body: entityBody(roleDefinitionEntity(role), request) };
    },
  },
  {
    method: 'GET',
    path: '/roleManagement/directory/roleAssignments',
    permission: 'roleRead',
    cost: 1,
    type: ROLE_ASSIGNMENT,
    handle: (call) => ({
      status: 200,
      body: collectionBody(inForce(call), { ...call, context: ASSIGNMENTS, type: ROLE_ASSIGNMENT, expand: expandRole(call) }),
    }),
  },
  {
    method: 'GET',
    path: '/roleManagement/directory/roleAssignments/{}',
    permission: 'roleRead',
    cost: 1,
    type: ROLE_ASSIGNMENT,
    handle(call) {
      const found = inForce(call).find((entity) => entity['id'] === call.ids[0]);
      if (found === undefined) throw notFound(call.ids[0] ?? '');
      const request = { ...call, context: ASSIGNMENTS, type: ROLE_ASSIGNMENT, expand: expandRole(call) };
      return { status: 200, body: entityBody(found, request) };
    },
  },
  {
    method: 'POST',
    path: '/roleManagement/directory/roleAssignments',
    permission: 'roleWrite',
    cost: 1,
    type: ROLE_ASSIGNMENT,
    handle: assign,
  },
  {
    method: 'DELETE',
    path: '/roleManagement/directory/roleAssignments/{}',
    permission: 'roleWrite',
    cost: 1,
    type: ROLE_ASSIGNMENT,
    handle: unassign,
  },
];

function assign(call: GraphCall) {
  const { tenant, body } = call;
  const allowed = ['@odata.type', 'principalId', 'roleDefinitionId', 'directoryScopeId', 'condition'];
  const triple = readRoleTriple(body, allowed, 'unifiedRoleAssignment');
  if (roleDefinition(triple.roleDefinitionId) === undefined) throw notFound(triple.roleDefinitionId);
  if (directoryObject(tenant, triple.principalId) === null) throw notFound(triple.principalId);
  if (tenant.roles.find(triple) !== undefined)
    throw directoryBadRequest(
      'A conflicting object with one or more of the specified property values is present in the directory.',
    );
  const plain = { madeBy: 'plain', createdAt: tenant.time(), expiration: { type: 'noExpiration' } } as const;
  const added = tenant.roles.add({ ...triple, ...plain }, call.actor);
  const { condition: _, appScopeId: __, principalOrganizationId: ___, ...shown } = assignmentEntity(added, tenant.tenantId);
  return { status: 201, body: { '@odata.context': `${call.base}/v1.0/$metadata#${ASSIGNMENTS}/$entity`, ...shown } };
}

function unassign(call: GraphCall) {
  const id = call.ids[0] ?? '';
  const schedule = call.tenant.roles.byAssignmentId(id);
  if (schedule === undefined || !call.tenant.roles.isLive(schedule)) throw notFound(id);
  // Not known of the real service (docs/not-verified.md); refused here, so that nothing comes to rely on it.
  if (schedule.madeBy === 'pim' && tooYoung(schedule, call.tenant.time()))
    throw new GraphRefusal(400, 'ActiveDurationTooShort', 'The active duration is too short. Miniumum Required is 5 minutes');
  call.tenant.roles.remove(schedule, call.actor, 'plain');
  return { status: 204 };
}
