import type { Clock } from '../../../access/core/clock.ts';
import { instantOf } from '../../../access/core/clock.ts';
import { GINA } from '../../cast.ts';
import { type Actor, type Audit, createAudit } from './audit.ts';
import { type AppPermissions, createAppPermissions } from './app-permissions.ts';
import { type Applications, createApplications } from './applications.ts';
import { type AuthenticationContexts, createAuthenticationContexts } from './authentication-contexts.ts';
import { type AzureAssignments, createAzureAssignments } from './azure-assignments.ts';
import { createDirectory, type Directory } from './directory.ts';
import { type AzurePim, createAzurePim } from './azure-pim.ts';
import { createGroupSchedules, type GroupSchedules } from './group-schedules.ts';
import { createPim, type Pim } from './pim.ts';
import { HOME, type Place } from './place.ts';
import { roleDefinition } from './role-definitions.ts';
import { createRoleStore, type RoleSchedule, type RoleStore } from './role-store.ts';

export type Licence = 'P2' | 'P1' | 'free';

/** A directory role that somebody holds right now. */
export interface Holder {
  readonly assignmentId: string;
  readonly principalId: string;
  readonly principalName: string;
  readonly roleDefinitionId: string;
  readonly roleName: string;
  readonly directoryScopeId: string;
  readonly startsAt?: string;
  /** Absent: it never ends by itself. */
  readonly endsAt?: string;
  readonly madeBy: RoleSchedule['madeBy'];
  /** PIM's ticket number: a request id when Hallpass gave it. */
  readonly ticketNumber?: string;
}

/** One Entra tenant with its Azure, in memory. The servers and the page work on the same one. */
export interface TenantModel {
  readonly tenantId: string;
  readonly isHome: boolean;
  readonly directory: Directory;
  readonly roles: RoleStore;
  readonly pim: Pim;
  readonly groupSchedules: GroupSchedules;
  readonly applications: Applications;
  readonly azure: AzureAssignments;
  readonly azurePim: AzurePim;
  /** What a sign-in can be asked to prove, and what Conditional Access makes of it. */
  readonly contexts: AuthenticationContexts;
  readonly permissions: AppPermissions;
  readonly audit: Audit;
  readonly licence: Licence;
  /** The domain clock, milliseconds. */
  time(): number;
  /** Losing P2 ends PIM: active assignments stay as plain ones, and no end of theirs is kept any more (docs/not-verified.md). */
  setLicence(licence: Licence): void;
  /** Who holds what right now; nothing that is only scheduled, nothing that has ended. */
  holders(): readonly Holder[];
  /** Every assignment on record, with what is scheduled for later. */
  readonly assignments: readonly RoleSchedule[];
  /** As an administrator outside Hallpass, by hand. `endsAt` in milliseconds of the domain clock. Returns the assignment's id. */
  grantRole(role: { principalId: string; roleDefinitionId: string; directoryScopeId?: string; endsAt?: number }): string;
  ungrantRole(assignmentId: string): boolean;
  /** A Global Administrator takes User Access Administrator at root scope. */
  elevate(personObjectId?: string): void;
  unelevate(personObjectId?: string): void;
  addSecret(appId: string, displayName: string, endsAt: number): { readonly keyId: string; readonly secretText: string };
  shortenSecret(keyId: string, endsAt: number): void;
  removeSecret(keyId: string): void;
  /** Makes the team of this Microsoft 365 group public, or private again. */
  openTeam(groupId: string, open: boolean): void;
  disableUser(objectId: string): void;
  enableUser(objectId: string): void;
  /** The client secret that the playground made for one of its own applications. */
  clientSecretOf(appId: string): string;
  /** After every write, whoever made it, and when the licence changes. */
  onChange(listener: () => void): () => void;
  /** Back to the first day, audit included. Hallpass's own secrets stay, since running processes hold them. */
  reset(): void;
  close(): void;
}

/**
 * @param clock domain clock: ends, ages
 * @param now transport clock: what was readable when
 * @param issuer of this tenant's tokens, version 2; what names it is written at every reset
 */
export function createTenant(clock: Clock, now: Clock, issuer: () => string = () => '', place: Place = HOME): TenantModel {
  const audit = createAudit(clock, now);
  const directory = createDirectory(audit, () => clock.now(), place);
  const roles = createRoleStore(clock, now, audit);
  const pim = createPim(clock, now, directory, roles, audit);
  const groupSchedules = createGroupSchedules(clock, now, directory, audit);
  const applications = createApplications(clock, audit, issuer, place);
  const azure = createAzureAssignments(clock, now, audit, place);
  const azurePim = createAzurePim(clock, now, azure, directory, audit);
  const permissions = createAppPermissions(place.isHome);
  const contexts = createAuthenticationContexts();
  const listeners = new Set<() => void>();
  const ginaId = place.idOf(GINA.objectId);
  const gina: Actor = { kind: 'user', id: ginaId, objectId: ginaId, name: GINA.name };
  const tell = () => {
    for (const listener of listeners) listener();
  };
  audit.onAdded(tell);
  let licence: Licence = 'P2';
  const seedRoles = () => {
    const standing = { madeBy: 'outside', createdAt: clock.now() - 300 * 24 * 60 * 60_000 } as const;
    const globalAdministrator = '62e90394-69f5-4237-9190-012177145e10';
    const triple = { principalId: ginaId, roleDefinitionId: globalAdministrator, directoryScopeId: '/' };
    roles.add({ ...triple, ...standing, expiration: { type: 'noExpiration' } }, gina);
    audit.reset();
  };
  seedRoles();

  return {
    tenantId: place.tenantId,
    isHome: place.isHome,
    directory,
    roles,
    pim,
    groupSchedules,
    applications,
    azure,
    azurePim,
    contexts,
    permissions,
    audit,
    get licence() {
      return licence;
    },
    time: () => clock.now(),
    setLicence(next) {
      if (licence === 'P2' && next !== 'P2') for (const lapsing of [pim, groupSchedules.pim, azurePim]) lapsing.lapse();
      licence = next;
      audit.add({ actor: gina, action: 'licence.changed', via: 'outside', detail: next });
    },
    holders: () =>
      roles
        .all()
        .filter(roles.isLive)
        .map((schedule) => holderOf(schedule, directory, applications)),
    get assignments() {
      return roles.all();
    },
    grantRole({ endsAt, directoryScopeId = '/', ...ids }) {
      const at = clock.now();
      const added = roles.add(
        {
          ...ids,
          directoryScopeId,
          madeBy: 'outside',
          createdAt: at,
          ...(endsAt === undefined
            ? { expiration: { type: 'noExpiration' } }
            : { startAt: at, endAt: endsAt, expiration: { type: 'afterDateTime' } }),
        },
        gina,
      );
      return added.assignmentId;
    },
    ungrantRole(assignmentId) {
      const schedule = roles.byAssignmentId(assignmentId);
      return schedule !== undefined && roles.remove(schedule, gina, 'outside');
    },
    elevate(objectId = ginaId) {
      azure.elevate(objectId, 'User', personActor(directory, objectId));
    },
    unelevate(objectId = ginaId) {
      azure.unelevate(objectId, personActor(directory, objectId));
    },
    addSecret: (appId, displayName, endsAt) => applications.addSecret(appId, { displayName, endsAt }, gina),
    shortenSecret: (keyId, endsAt) => applications.changeEnd(keyId, endsAt, gina),
    removeSecret: (keyId) => applications.removeCredential(keyId, gina),
    openTeam: (groupId, open) => directory.setVisibility(groupId, open ? 'Public' : 'Private', gina),
    disableUser: (objectId) => directory.setEnabled(objectId, false, gina),
    enableUser: (objectId) => directory.setEnabled(objectId, true, gina),
    clientSecretOf(appId) {
      const secret = applications.byAppId(appId)?.credentials.find(({ secretText }) => secretText !== undefined)?.secretText;
      if (secret === undefined) throw new RangeError(`no secret of ${appId}`);
      return secret;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reset() {
      pim.reset();
      groupSchedules.reset();
      roles.reset();
      directory.reset();
      applications.reset();
      azurePim.reset();
      azure.reset();
      permissions.reset();
      contexts.reset();
      licence = 'P2';
      seedRoles();
      tell();
    },
    close() {
      pim.close();
      groupSchedules.close();
      azurePim.close();
      azure.close();
      roles.close();
      listeners.clear();
    },
  };
}

function personActor(directory: Directory, objectId: string): Actor {
  const user = directory.user(objectId);
  return { kind: 'user', id: objectId, objectId, name: user?.displayName ?? 'somebody' };
}

/** Of a user, a group or a service principal. */
export function nameOf(principalId: string, directory: Directory, applications: Applications): string {
  return (
    directory.user(principalId)?.displayName ??
    directory.group(principalId)?.displayName ??
    applications.byServicePrincipalId(principalId)?.displayName ??
    principalId
  );
}

function holderOf(schedule: RoleSchedule, directory: Directory, applications: Applications): Holder {
  const { assignmentId, principalId, roleDefinitionId, directoryScopeId, madeBy, ticketNumber } = schedule;
  return {
    assignmentId,
    principalId,
    principalName: nameOf(principalId, directory, applications),
    roleDefinitionId,
    roleName: roleDefinition(roleDefinitionId)?.displayName ?? roleDefinitionId,
    directoryScopeId,
    madeBy,
    ...(schedule.startAt === undefined ? {} : { startsAt: instantOf(schedule.startAt) }),
    ...(schedule.endAt === undefined ? {} : { endsAt: instantOf(schedule.endAt) }),
    ...(ticketNumber === undefined ? {} : { ticketNumber }),
  };
}
