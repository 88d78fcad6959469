import { z } from 'zod';
import type { Answer } from '../far-end-server.ts';
import { AZURE_ROLES, type AzureAssignment, type AzureRoleName, azureRoleOf } from '../tenant/azure-assignments.ts';
import type { ArmCall } from './arm-server.ts';
import { demandLinked } from './auxiliary.ts';
import { actorOf, armBody } from './arm-body.ts';
import { ArmRefusal } from './arm-error.ts';
import { demand, same } from './rights.ts';
import { assignmentBody, onlyParameters } from './role-assignment-routes.ts';

const assignmentSchema = z.strictObject({
  properties: z.strictObject({
    roleDefinitionId: z.string(),
    principalId: z.guid(),
    principalType: z.enum(['User', 'Group', 'ServicePrincipal']).optional(),
    description: z.string().max(1_024).nullish(),
    condition: z.string().max(8_192).nullish(),
    conditionVersion: z.string().nullish(),
    delegatedManagedIdentityResourceId: z.string().nullish(),
  }),
});

/** Source: https://learn.microsoft.com/rest/api/authorization/role-assignments/create, and its troubleshooting page for the refusals */
export function putAssignment(call: ArmCall, scope: string, name: string): Answer {
  onlyParameters(call, ['api-version', 'tenantId']);
  if (!z.guid().safeParse(name).success)
    throw new ArmRefusal(
      400,
      'InvalidRoleAssignmentId',
      `The role assignment ID '${name.slice(0, 60)}' is not valid. It must be a GUID.`,
    );
  const { properties } = armBody(call, assignmentSchema);
  const { principalId, description = null, condition = null } = properties;
  const role = roleIn(properties.roleDefinitionId, scope);
  demand(call, 'Microsoft.Authorization/roleAssignments/write', scope, AZURE_ROLES[role].id);
  const { delegatedManagedIdentityResourceId: linked } = properties;
  if (linked) demandLinked(call, 'Microsoft.Authorization/roleAssignments/write', scope, linked);
  refuseCondition(condition, properties.conditionVersion);
  const actor = actorOf(call);
  const isSame = (row: AzureAssignment) =>
    row.roleId === AZURE_ROLES[role].id && same(row.principalId, principalId) && same(row.scope, scope);
  const named = call.tenant.azure.all().find((row) => same(row.name, name));
  if (named !== undefined && !isSame(named))
    throw new ArmRefusal(
      400,
      'RoleAssignmentUpdateNotPermitted',
      'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.',
    );
  if (named !== undefined) {
    const updated = call.tenant.azure.update(name, { description, condition }, actor);
    return { status: 200, body: assignmentBody(updated ?? named) };
  }
  const other = call.tenant.azure.all().find(isSame);
  if (other !== undefined)
    throw new ArmRefusal(
      409,
      'RoleAssignmentExists',
      `The role assignment already exists. The ID of the existing role assignment is ${other.name.replaceAll('-', '')}.`,
    );
  const principalType = principalTypeIn(call, principalId, properties.principalType);
  const made = call.tenant.azure.add({ scope, role, principalId, principalType, name, description, condition }, actor, 'plain');
  return { status: 201, body: assignmentBody(made) };
}

/** A role of the place, by its whole id. */
export function roleIn(roleDefinitionId: string, scope: string): AzureRoleName {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? '';
  const [, place = '', id = ''] =
    /^(.*)\/providers\/Microsoft\.Authorization\/roleDefinitions\/([^/]+)$/i.exec(roleDefinitionId) ?? [];
  if (id === '' || (place !== '' && !same(place, subscription)))
    throw new ArmRefusal(
      400,
      'InvalidRoleDefinitionId',
      `The role definition ID '${roleDefinitionId.slice(0, 120)}' is not valid.`,
    );
  const role = azureRoleOf(id);
  if (role !== undefined) return role;
  throw new ArmRefusal(
    400,
    'RoleDefinitionDoesNotExist',
    `The specified role definition with ID '${id.slice(0, 60)}' does not exist.`,
  );
}

export function refuseCondition(condition: string | null, version: string | null | undefined): void {
  if ((condition === null) !== (version === null || version === undefined) || (condition !== null && version !== '2.0'))
    throw new ArmRefusal(400, 'InvalidConditionOrVersion', "A condition needs conditionVersion, whose only value is '2.0'.");
}

/** Somebody as new as this is not known everywhere yet: only a type that the caller says is believed. */
const FRESH_MS = 2 * 60_000;

function principalTypeIn(call: ArmCall, id: string, said: AzureAssignment['principalType'] | undefined) {
  const { tenant } = call;
  const user = tenant.directory.user(id);
  const isFresh = user !== undefined && tenant.time() - Date.parse(user.createdDateTime) < FRESH_MS;
  const app = tenant.applications.byServicePrincipalId(id) === undefined ? undefined : 'ServicePrincipal';
  const found = user === undefined ? (tenant.directory.group(id) === undefined ? app : 'Group') : 'User';
  if (found === undefined || (said === undefined && isFresh))
    throw new ArmRefusal(400, 'PrincipalNotFound', `Principal ${id} does not exist in the directory ${tenant.tenantId}.`);
  if (said !== undefined && said !== found)
    throw new ArmRefusal(
      400,
      'UnmatchedPrincipalType',
      `The PrincipalId '${id}' has type '${found}', which is different from '${said}'.`,
    );
  return found;
}

/** Of what hangs above the named scope nothing is removed: the scope has to be the assignment's own. */
export function deleteAssignment(call: ArmCall, scope: string, name: string): Answer {
  onlyParameters(call, ['api-version', 'tenantId']);
  const row = call.tenant.azure.all().find((one) => same(one.name, name) && same(one.scope, scope));
  demand(call, 'Microsoft.Authorization/roleAssignments/delete', scope, row?.roleId);
  if (row === undefined) return { status: 204 };
  call.tenant.azure.remove(row.name, actorOf(call), 'plain');
  return { status: 200, body: assignmentBody(row) };
}
