import { instantOf } from '../../../access/core/clock.ts';
import {
  ABEL,
  APPROVAL_APP,
  BOT_APP,
  BOT_IDENTITY,
  CONSOLE_APP,
  GINA,
  PERIMETER_APP,
  PERIMETER_AUDIENCE,
  PERIMETER_IDENTITY,
  SAM,
  TEAMS_APP_ID,
} from '../../cast.ts';
import { GRAPH_APP_ID } from './app-permissions.ts';
import { GRAPH_PERMISSIONS } from '../graph/graph-permissions.ts';
import type { AppRegistration, AppRole, Credential, FederatedCredential } from './applications.ts';
import type { Place } from './place.ts';

type Seed = Partial<AppRegistration> & { readonly appId: string; readonly displayName: string };

const DAY = 24 * 60 * 60_000;
/** Far enough that nothing about it is worth a word, even when the clock is moved by months. */
const QUIET_DAYS = 700;

/**
 * Applications of a tenant that has been lived in: Hallpass's own, some to worry about, and some with nothing to say.
 * @param secretOf the text of the secret with this key id: the same each time, since running processes hold it
 * @param issuer of the tenant's tokens, version 2
 */
export function seedApplications(now: number, secretOf: (keyId: string) => string, issuer: string): readonly Seed[] {
  const id = (digit: number, kind: 'a' | 'b' | 'c') => `a9900000-0000-4000-8000-0000000000${kind}${digit}`;
  const credential = (kind: Credential['kind'], keyDigit: number, displayName: string, days: number): Credential => {
    const keyId = `c4ed0000-0000-4000-8000-0000000000${String(keyDigit).padStart(2, '0')}`;
    const secretText = kind === 'secret' ? secretOf(keyId) : undefined;
    return {
      kind,
      keyId,
      displayName,
      startDateTime: instantOf(now - 200 * DAY),
      endDateTime: instantOf(now + days * DAY),
      hint: secretText?.slice(0, 3) ?? null,
      ...(secretText === undefined ? {} : { secretText }),
    };
  };
  const app = (digit: number, displayName: string, more: Partial<AppRegistration>): Seed => ({
    appId: id(digit, 'a'),
    objectId: id(digit, 'b'),
    servicePrincipalId: id(digit, 'c'),
    displayName,
    createdDateTime: '2022-05-10T09:00:00Z',
    ...more,
  });
  const own = (appId: string, displayName: string, objectDigit: number, servicePrincipalId: string): Seed => ({
    appId,
    displayName,
    objectId: id(objectDigit, 'b'),
    servicePrincipalId,
    createdDateTime: '2024-02-01T09:00:00Z',
    ownerIds: [GINA.objectId],
    credentials: [credential('secret', 90 + objectDigit, 'playground', QUIET_DAYS)],
  });

  return [
    {
      ...own(BOT_APP.clientId, BOT_APP.name, 7, BOT_APP.principalId),
      federatedCredentials: [trusting({ ...BOT_IDENTITY, name: 'bot' }, issuer)],
    },
    {
      ...own(PERIMETER_APP.clientId, PERIMETER_APP.name, 8, PERIMETER_APP.principalId),
      federatedCredentials: [trusting({ ...PERIMETER_IDENTITY, name: 'perimeter' }, issuer)],
      identifierUris: [PERIMETER_AUDIENCE],
      optionalClaims: { idToken: [], accessToken: ['idtyp'] },
      appRoles: [appRole('Access.Give', 1)],
    },
    MICROSOFT_GRAPH,
    peopleSignIn(APPROVAL_APP, { ...PERIMETER_IDENTITY, name: 'perimeter' }, issuer, id(0, 'b')),
    userAssigned(PERIMETER_IDENTITY),
    {
      ...peopleSignIn(CONSOLE_APP, { ...BOT_IDENTITY, name: 'bot' }, issuer, 'a9900000-0000-4000-8000-000000000010'),
      optionalClaims: { idToken: ['acct'], accessToken: [] },
      groupMembershipClaims: 'SecurityGroup',
    },
    userAssigned(BOT_IDENTITY),
    {
      ...own(TEAMS_APP_ID, 'Hallpass for Teams', 9, id(9, 'c')),
      federatedCredentials: [trusting({ ...BOT_IDENTITY, name: 'bot' }, issuer)],
    },
    app(1, 'Payroll export', { ownerIds: [SAM.objectId], credentials: [credential('secret', 1, 'nightly job', 20)] }),
    app(2, 'Build pipeline', {
      ownerIds: [ABEL.objectId],
      credentials: [credential('secret', 2, 'release', 80), credential('certificate', 3, 'CN=build', QUIET_DAYS)],
    }),
    app(3, 'Old intranet search', { ownerIds: [], credentials: [credential('secret', 4, 'indexer', -12)] }),
    app(4, 'Visitor badges', {
      objectId: undefined,
      ownerIds: [],
      servicePrincipalOwnerIds: [GINA.objectId],
      servicePrincipalCredentials: [credential('certificate', 5, 'CN=Microsoft Azure Federated SSO Certificate', 45)],
    }),
    app(5, 'Status page', { ownerIds: [ABEL.objectId], credentials: [credential('secret', 6, 'publisher', QUIET_DAYS)] }),
    app(6, 'Device inventory', { ownerIds: [GINA.objectId] }),
  ];
}

function appRole(value: string, digit: number): AppRole {
  return {
    id: `a4401e00-0000-4000-8000-${String(digit).padStart(12, '0')}`,
    value,
    displayName: value,
    description: value,
    allowedMemberTypes: ['Application'],
    isEnabled: true,
  };
}

/** Of a tenant in which nothing of ours is registered. */
export const seedElsewhere = ({ idOf }: Place): readonly Seed[] => [
  { ...MICROSOFT_GRAPH, servicePrincipalId: idOf('a9900000-0000-4000-8000-000000000003') },
];

/** Microsoft's own, in every tenant: what it offers are the permissions that its calls name. The ids of its roles are ours. */
const MICROSOFT_GRAPH: Seed = {
  appId: GRAPH_APP_ID,
  displayName: 'Microsoft Graph',
  objectId: undefined,
  servicePrincipalId: 'a9900000-0000-4000-8000-000000000003',
  createdDateTime: '2020-01-01T00:00:00Z',
  appRoles: [...new Set<string>(Object.values(GRAPH_PERMISSIONS).flat())].toSorted().map((name, at) => appRole(name, 1_000 + at)),
};

/** As `deploy/` makes it: people of one tenant, one redirect address, a managed identity in place of a secret. */
function peopleSignIn(
  { clientId, principalId, name }: typeof APPROVAL_APP,
  trusted: { readonly name: string; readonly principalId: string },
  issuer: string,
  objectId: string,
): Seed {
  return {
    appId: clientId,
    displayName: name,
    objectId,
    servicePrincipalId: principalId,
    createdDateTime: '2024-02-01T09:00:00Z',
    ownerIds: [GINA.objectId],
    optionalClaims: { idToken: ['acct', 'auth_time', 'acrs'], accessToken: [] },
    federatedCredentials: [trusting(trusted, issuer)],
  };
}

/** A user-assigned managed identity in place of a secret. */
const trusting = (identity: { readonly name: string; readonly principalId: string }, issuer: string): FederatedCredential => ({
  name: identity.name,
  issuer,
  subject: identity.principalId,
  audiences: ['api://AzureADTokenExchange'],
});

const userAssigned = ({ clientId, principalId, name }: typeof PERIMETER_IDENTITY): Seed => ({
  appId: clientId,
  displayName: name,
  objectId: undefined,
  servicePrincipalId: principalId,
  servicePrincipalType: 'ManagedIdentity',
  isUserAssigned: true,
  createdDateTime: '2024-02-01T09:00:00Z',
});
