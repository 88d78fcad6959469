import type { TenantModel } from '../microsoft/tenant/tenant-model.ts';
import { AZURE_ROLES } from '../microsoft/tenant/azure-assignments.ts';
import type { MicrosoftFarEnd } from '../microsoft/start.ts';
import { APPROVERS_TEAM_GROUP_ID, BOT_APP, PERIMETER_APP, TEAMS_APP_ID } from '../cast.ts';
import type { ApplicationState, RoleHeld, TenantState } from './page-state.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Hallpass's own registrations: their secrets are running, and not for playing with. */
const OWN = new Set<string>([BOT_APP.clientId, PERIMETER_APP.clientId, TEAMS_APP_ID]);

export function tenantState({ tenant, faults }: MicrosoftFarEnd, now: number): TenantState {
  const azure = rootAssignments(tenant);
  return {
    roles: directoryRoles(tenant),
    azure,
    elevated: azure.length > 0,
    teamIsPublic: tenant.directory.group(APPROVERS_TEAM_GROUP_ID)?.visibility === 'Public',
    applications: applicationsOf(tenant, now),
    faults: faults.switches,
  };
}

/** Hallpass is known by the request id in PIM's ticket number, or as the plain writer. */
function directoryRoles(tenant: TenantModel): readonly RoleHeld[] {
  return tenant
    .holders()
    .map((holder): RoleHeld & { readonly byHallpass: boolean } => ({
      id: holder.assignmentId,
      role: holder.roleName,
      holder: holder.principalName,
      scope: holder.directoryScopeId,
      ...(holder.startsAt === undefined ? {} : { startsAt: holder.startsAt }),
      ...(holder.endsAt === undefined ? {} : { endsAt: holder.endsAt }),
      byHallpass: holder.madeBy !== 'outside',
    }))
    .toSorted((a, b) => Number(b.byHallpass) - Number(a.byHallpass) || a.role.localeCompare(b.role));
}

function rootAssignments({ azure, directory }: TenantModel): readonly RoleHeld[] {
  return azure
    .all()
    .filter((row) => row.scope === '/' && row.roleId === AZURE_ROLES.userAccessAdministrator.id)
    .map((row) => ({
      id: row.name,
      role: AZURE_ROLES.userAccessAdministrator.name,
      holder: directory.user(row.principalId)?.displayName ?? row.principalId,
      scope: row.scope,
      startsAt: row.createdOn,
      byHallpass: false,
    }));
}

function applicationsOf({ applications, directory }: TenantModel, now: number): readonly ApplicationState[] {
  return applications
    .all()
    .filter((app) => !OWN.has(app.appId))
    .map((app): ApplicationState => {
      const owner = [...app.ownerIds, ...app.servicePrincipalOwnerIds].map((id) => directory.user(id)?.displayName).find(Boolean);
      return {
        id: app.appId,
        name: app.displayName,
        ...(owner === undefined ? {} : { owner }),
        credentials: [...app.credentials, ...app.servicePrincipalCredentials]
          .map((credential) => ({
            keyId: credential.keyId,
            kind: credential.kind,
            name: credential.displayName ?? 'without a name',
            endsAt: credential.endDateTime,
            daysLeft: Math.ceil((Date.parse(credential.endDateTime) - now) / DAY_MS),
          }))
          .toSorted((a, b) => a.daysLeft - b.daysLeft),
      };
    })
    .filter((app) => app.credentials.length > 0)
    .toSorted((a, b) => (a.credentials[0]?.daysLeft ?? 0) - (b.credentials[0]?.daysLeft ?? 0));
}

/** Gives a secret a week to live. */
export function shortenSecret(tenant: TenantModel, keyId: string, now: number): void {
  tenant.shortenSecret(keyId, now + 7 * DAY_MS);
}

/** What an owner does about the alert: a new secret for a year, the old one gone. */
export function replaceSecret(tenant: TenantModel, appId: string, keyId: string, now: number): void {
  tenant.addSecret(appId, 'rotated', now + 365 * DAY_MS);
  tenant.removeSecret(keyId);
}
