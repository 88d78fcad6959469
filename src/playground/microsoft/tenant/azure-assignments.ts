import { createHash, randomUUID } from 'node:crypto';
import { type Clock, instantOf } from '../../../access/core/clock.ts';
import { ABEL, BOT_APP, ENGINEERS_GROUP_ID, GINA, PERIMETER_APP, SAM, TENANT_ID } from '../../cast.ts';
import { type Actor, type Audit, type AuditEntry, SYSTEM } from './audit.ts';
import { key } from './directory.ts';
import { watchEnds } from './ends.ts';
import { HOME, type Place } from './place.ts';

/** Azure's built-in roles that occur here. Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const AZURE_ROLES = {
  owner: { id: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', name: 'Owner' },
  contributor: { id: 'b24988ac-6180-42a0-ab88-20f7382dd24c', name: 'Contributor' },
  reader: { id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', name: 'Reader' },
  userAccessAdministrator: { id: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', name: 'User Access Administrator' },
  accessControlAdministrator: { id: 'f58310d9-a9f6-439a-9e8d-f62e7b41a168', name: 'Role Based Access Control Administrator' },
} as const;
export type AzureRoleName = keyof typeof AZURE_ROLES;

/** Of a role's id, or of its whole ARM id. */
export function azureRoleOf(id: string): AzureRoleName | undefined {
  const names = Object.keys(AZURE_ROLES) as AzureRoleName[];
  return names.find((name) => AZURE_ROLES[name].id === key(id.slice(id.lastIndexOf('/') + 1)));
}

export const SUBSCRIPTION_ID = '5ab50000-0000-4000-8000-000000000001';
export const SUBSCRIPTION_SCOPE = `/subscriptions/${SUBSCRIPTION_ID}`;
export const ROOT_GROUP_SCOPE = `/providers/Microsoft.Management/managementGroups/${TENANT_ID}`;

export const SHOP_SCOPE = `${SUBSCRIPTION_SCOPE}/resourceGroups/shop`;

/**
 * The perimeter may give and take any role but those that give roles: Microsoft's own template, with a clause for each way.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
 */
const GIVES_ROLES = [AZURE_ROLES.owner, AZURE_ROLES.userAccessAdministrator, AZURE_ROLES.accessControlAdministrator];
const clause = (action: 'write' | 'delete', source: '@Request' | '@Resource') => `(
 (
  !(ActionMatches{'Microsoft.Authorization/roleAssignments/${action}'})
 )
 OR
 (
  ${source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAllValues:GuidNotEquals {${GIVES_ROLES.map(({ id }) => id).join(', ')}}
 )
)`;
export const PERIMETER_CONDITION = `${clause('write', '@Request')}
AND
${clause('delete', '@Resource')}`;

/** Microsoft promises none; a real one takes from seconds to minutes. */
const USUAL_INDEX_LAG_MS = 500;

export interface AzureAssignment {
  /** The name: a GUID. */
  readonly name: string;
  readonly scope: string;
  readonly roleId: string;
  readonly principalId: string;
  readonly principalType: 'User' | 'Group' | 'ServicePrincipal';
  readonly createdOn: string;
  readonly updatedOn: string;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly description: string | null;
  /** ABAC, version 2.0. */
  readonly condition: string | null;
  /** What PIM keeps of it; absent on what was made without. */
  readonly schedule?: AzureSchedule;
  /** Transport clock. */
  readonly bornAt: number;
  readonly goneAt?: number;
}

export interface AzureSchedule {
  readonly requestId: string;
  readonly scheduleId: string;
  readonly instanceId: string;
  /** Domain clock, milliseconds. */
  readonly startAt: number;
  readonly endAt?: number;
}

export interface NewAzureAssignment {
  readonly scope: string;
  readonly role: AzureRoleName;
  readonly principalId: string;
  readonly principalType: AzureAssignment['principalType'];
  readonly name?: string;
  readonly description?: string | null;
  readonly condition?: string | null;
  readonly schedule?: AzureSchedule;
}

export interface AzureAssignments {
  /** Names in the one subscription, in lower case. */
  readonly resourceGroups: ReadonlySet<string>;
  /** With everything that is about it. */
  removeResourceGroup(name: string, actor: Actor): void;
  /** What stands, or stood at that instant of the transport clock; the first day's stand since always. */
  all(asOf?: number): readonly AzureAssignment[];
  add(assignment: NewAzureAssignment, actor: Actor, via?: AuditEntry['via']): AzureAssignment;
  /** Description and condition are all that Azure lets change. */
  update(name: string, changes: Pick<NewAzureAssignment, 'description' | 'condition'>, actor: Actor): AzureAssignment | undefined;
  remove(name: string, actor: Actor, via?: AuditEntry['via']): AzureAssignment | undefined;
  /** PIM is gone: what it gave stays, and nobody keeps its end. */
  outliveEnds(): void;
  /** User Access Administrator at `/` for this principal. Asked again it only becomes newer. */
  elevate(principalId: string, principalType: AzureAssignment['principalType'], actor: Actor): AzureAssignment;
  unelevate(principalId: string, actor: Actor): void;
  /** How far Resource Graph's index runs behind; real milliseconds. */
  indexLagMs: number;
  reset(): void;
  close(): void;
}

export function createAzureAssignments(clock: Clock, now: Clock, audit: Audit, here: Place = HOME): AzureAssignments {
  let rows: AzureAssignment[] = [];
  const resourceGroups = new Set<string>();
  const standing = () => rows.filter(({ goneAt }) => goneAt === undefined);
  const endOf = ({ schedule }: AzureAssignment) => schedule?.endAt ?? Number.POSITIVE_INFINITY;
  const sweep = () => {
    for (const row of standing()) if (endOf(row) <= clock.now()) azure.remove(row.name, SYSTEM, 'native');
  };
  const ends = watchEnds(clock, () => standing().map(endOf), sweep);
  const ids = (row: AzureAssignment) => ({
    principalId: row.principalId,
    roleDefinitionId: row.roleId,
    scope: row.scope,
    assignmentId: row.name,
  });

  const azure: AzureAssignments = {
    resourceGroups,
    removeResourceGroup(name, actor) {
      resourceGroups.delete(key(name));
      const place = `${SUBSCRIPTION_SCOPE}/resourceGroups/${name}`.toLowerCase();
      for (const row of standing()) if (`${row.scope.toLowerCase()}/`.startsWith(`${place}/`)) azure.remove(row.name, actor);
    },
    all(asOf) {
      sweep();
      return asOf === undefined
        ? standing()
        : rows.filter(({ bornAt, goneAt }) => bornAt <= asOf && (goneAt === undefined || goneAt > asOf));
    },
    add(wanted, actor, via = 'outside') {
      const row = madeRow(wanted, instantOf(clock.now()), actor.objectId, now.now());
      rows.push(row);
      audit.add({ actor, action: 'azure.given', via, ...ids(row) });
      ends.changed();
      return row;
    },
    update(name, changes, actor) {
      const row = standing().find((other) => other.name === key(name));
      if (row === undefined) return undefined;
      const changed = { ...row, ...changes, updatedOn: instantOf(clock.now()), updatedBy: actor.objectId };
      rows = rows.map((other) => (other === row ? changed : other));
      audit.add({ actor, action: 'azure.given', via: 'plain', ...ids(row), detail: 'changed' });
      return changed;
    },
    remove(name, actor, via = 'outside') {
      const row = standing().find((other) => other.name === key(name));
      if (row === undefined) return undefined;
      rows = rows.map((other) => (other === row ? { ...row, goneAt: now.now() } : other));
      audit.add({ actor, action: 'azure.taken', via, ...ids(row) });
      return row;
    },
    outliveEnds() {
      rows = rows.map((row) => {
        const { schedule, ...rest } = row;
        return schedule === undefined || row.goneAt !== undefined ? row : rest;
      });
    },
    elevate(principalId, principalType, actor) {
      const old = standing().find(isElevationOf(principalId));
      if (old === undefined)
        return azure.add({ scope: '/', role: 'userAccessAdministrator', principalId, principalType }, actor, 'elevate');
      const renewed = { ...old, updatedOn: instantOf(clock.now()), updatedBy: actor.objectId };
      rows = rows.map((other) => (other === old ? renewed : other));
      audit.add({ actor, action: 'azure.given', via: 'elevate', ...ids(renewed), detail: 'again' });
      return renewed;
    },
    unelevate(principalId, actor) {
      for (const row of standing().filter(isElevationOf(principalId))) azure.remove(row.name, actor);
    },
    indexLagMs: USUAL_INDEX_LAG_MS,
    reset() {
      azure.indexLagMs = USUAL_INDEX_LAG_MS;
      resourceGroups.clear();
      resourceGroups.add('shop');
      const since = instantOf(clock.now() - 400 * 24 * 60 * 60_000);
      const seed = here.isHome ? SEED : SEED.filter(({ principalType }) => principalType !== 'ServicePrincipal');
      rows = seed.map((wanted, index) =>
        madeRow(
          { ...wanted, principalId: here.idOf(wanted.principalId), name: seedName(index) },
          since,
          here.idOf(key(GINA.objectId)),
          0,
        ),
      );
    },
    close: () => ends.close(),
  };
  azure.reset();
  return azure;
}

const isElevationOf = (principalId: string) => (row: AzureAssignment) =>
  row.scope === '/' && row.roleId === AZURE_ROLES.userAccessAdministrator.id && row.principalId === key(principalId);

const SEED: readonly NewAzureAssignment[] = [
  { scope: '/', role: 'reader', principalId: BOT_APP.principalId, principalType: 'ServicePrincipal' },
  { scope: ROOT_GROUP_SCOPE, role: 'reader', principalId: SAM.objectId, principalType: 'User' },
  { scope: SUBSCRIPTION_SCOPE, role: 'owner', principalId: GINA.objectId, principalType: 'User' },
  { scope: SUBSCRIPTION_SCOPE, role: 'contributor', principalId: ENGINEERS_GROUP_ID, principalType: 'Group' },
  { scope: SHOP_SCOPE, role: 'userAccessAdministrator', principalId: ABEL.objectId, principalType: 'User' },
  {
    scope: SUBSCRIPTION_SCOPE,
    role: 'accessControlAdministrator',
    principalId: PERIMETER_APP.principalId,
    principalType: 'ServicePrincipal',
    condition: PERIMETER_CONDITION,
  },
];

function seedName(index: number): string {
  const hex = createHash('sha256').update(`seed ${index}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function madeRow(wanted: NewAzureAssignment, at: string, by: string, bornAt: number): AzureAssignment {
  return {
    name: key(wanted.name ?? randomUUID()),
    scope: wanted.scope,
    roleId: AZURE_ROLES[wanted.role].id,
    principalId: key(wanted.principalId),
    principalType: wanted.principalType,
    createdOn: at,
    updatedOn: at,
    createdBy: by,
    updatedBy: by,
    description: wanted.description ?? null,
    condition: wanted.condition ?? null,
    ...(wanted.schedule === undefined ? {} : { schedule: wanted.schedule }),
    bornAt,
  };
}
