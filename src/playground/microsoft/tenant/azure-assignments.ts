import { createHash, randomUUID } from 'node:crypto';
import { type Clock, instantOf } from '../../../access/core/clock.ts';
import { ABEL, BOT_APP, ENGINEERS_GROUP_ID, GINA, SAM, TENANT_ID } from '../../cast.ts';
import type { Actor, Audit } from './audit.ts';
import { key } from './directory.ts';

/** Azure's built-in roles that occur here. Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const AZURE_ROLES = {
  owner: { id: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', name: 'Owner' },
  contributor: { id: 'b24988ac-6180-42a0-ab88-20f7382dd24c', name: 'Contributor' },
  reader: { id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', name: 'Reader' },
  userAccessAdministrator: { id: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', name: 'User Access Administrator' },
  accessControlAdministrator: { id: 'f58310d9-a9f6-439a-9e8d-f62e7b41a168', name: 'Role Based Access Control Administrator' },
} as const;
export type AzureRoleName = keyof typeof AZURE_ROLES;

export const SUBSCRIPTION_ID = '5ab50000-0000-4000-8000-000000000001';
export const SUBSCRIPTION_SCOPE = `/subscriptions/${SUBSCRIPTION_ID}`;
export const ROOT_GROUP_SCOPE = `/providers/Microsoft.Management/managementGroups/${TENANT_ID}`;

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
  /** Transport clock. */
  readonly bornAt: number;
  readonly goneAt?: number;
}

export interface NewAzureAssignment {
  readonly scope: string;
  readonly role: AzureRoleName;
  readonly principalId: string;
  readonly principalType: AzureAssignment['principalType'];
  readonly name?: string;
}

export interface AzureAssignments {
  /** What stands, or stood at that instant of the transport clock; the first day's stand since always. */
  all(asOf?: number): readonly AzureAssignment[];
  add(assignment: NewAzureAssignment, actor: Actor, via?: 'elevate' | 'outside'): AzureAssignment;
  remove(name: string, actor: Actor): AzureAssignment | undefined;
  /** User Access Administrator at `/` for this principal. Asked again it only becomes newer. */
  elevate(principalId: string, principalType: AzureAssignment['principalType'], actor: Actor): AzureAssignment;
  unelevate(principalId: string, actor: Actor): void;
  /** How far Resource Graph's index runs behind; real milliseconds. */
  indexLagMs: number;
  reset(): void;
}

export function createAzureAssignments(clock: Clock, now: Clock, audit: Audit): AzureAssignments {
  let rows: AzureAssignment[] = [];
  const standing = () => rows.filter(({ goneAt }) => goneAt === undefined);
  const ids = (row: AzureAssignment) => ({
    principalId: row.principalId,
    roleDefinitionId: row.roleId,
    scope: row.scope,
    assignmentId: row.name,
  });

  const azure: AzureAssignments = {
    all: (asOf) =>
      asOf === undefined
        ? standing()
        : rows.filter(({ bornAt, goneAt }) => bornAt <= asOf && (goneAt === undefined || goneAt > asOf)),
    add(wanted, actor, via = 'outside') {
      const row = madeRow(wanted, instantOf(clock.now()), actor.objectId, now.now());
      rows.push(row);
      audit.add({ actor, action: 'azure.given', via, ...ids(row) });
      return row;
    },
    remove(name, actor) {
      const row = standing().find((other) => other.name === key(name));
      if (row === undefined) return undefined;
      rows = rows.map((other) => (other === row ? { ...row, goneAt: now.now() } : other));
      audit.add({ actor, action: 'azure.taken', via: 'outside', ...ids(row) });
      return row;
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
      const since = instantOf(clock.now() - 400 * 24 * 60 * 60_000);
      rows = SEED.map((wanted, index) => madeRow({ ...wanted, name: seedName(index) }, since, key(GINA.objectId), 0));
    },
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
  {
    scope: `${SUBSCRIPTION_SCOPE}/resourceGroups/shop`,
    role: 'userAccessAdministrator',
    principalId: ABEL.objectId,
    principalType: 'User',
  },
];

function seedName(index: number): string {
  const hex = createHash('sha256').update(`seed ${index}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function madeRow(wanted: NewAzureAssignment, at: string, by: string, bornAt: number): AzureAssignment {
  return {
    name: wanted.name ?? randomUUID(),
    scope: wanted.scope,
    roleId: AZURE_ROLES[wanted.role].id,
    principalId: key(wanted.principalId),
    principalType: wanted.principalType,
    createdOn: at,
    updatedOn: at,
    createdBy: by,
    updatedBy: by,
    description: null,
    bornAt,
  };
}
