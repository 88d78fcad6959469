import { dirname, resolve } from 'node:path';
import { exchangeAudience } from '../identity/client-assertion.ts';
import { addressesOf } from '../identity/cloud.ts';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';
import { assignAzureRoles } from './perimeter-setup-azure.ts';
import {
  grantPermissions,
  registerApi,
  registerApproval,
  type SetupFacts,
  setupFacts,
  word,
} from './perimeter-setup-commands.ts';
import { graphPermissionsFor } from './perimeter-setup-permissions.ts';

export interface SetupStep {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  /** To be run from the root of the repository. */
  readonly commands: readonly string[];
  /** The same by hand. */
  readonly portal: readonly string[];
}

export interface SetupPlan {
  readonly cloud: string;
  readonly tenantId: string;
  readonly steps: readonly SetupStep[];
}

/**
 * What an administrator does once, filled in from the file. Everything may be repeated. Holds no secret: there is none to hold.
 * @throws {AppError} `usage.cloud`
 */
export function setupPlan(config: PerimeterConfig, file: string, cloud?: string): SetupPlan {
  const facts = setupFacts(config, cloud);
  const steps = [
    signIn(facts),
    identity(config, facts),
    api(facts),
    ...(facts.approval === undefined ? [] : [approval(facts, facts.approval)]),
    permissions(config, facts),
    ...(config.entitlements.some(({ azureRole }) => azureRole !== undefined) ? [azureRoles(config)] : []),
    host(config, facts, file),
    check(file),
  ];
  return { cloud: facts.cloud, tenantId: facts.tenantId, steps };
}

const signIn = ({ cloud, tenantId }: SetupFacts): SetupStep => ({
  id: 'sign-in',
  title: 'Sign in to the Azure CLI',
  why: 'As Privileged Role Administrator and Cloud Application Administrator, and as Owner of the resource group.',
  commands: [`az cloud set --name ${cloud}`, `az login --tenant ${tenantId}`],
  portal: [],
});

const identity = ({ tenant }: PerimeterConfig, facts: SetupFacts): SetupStep => ({
  id: 'identity',
  title: 'The identity of the perimeter',
  why: whyThisIdentity(tenant.credential),
  commands: [
    'az group create --name hallpass-perimeter --location "$LOCATION"',
    'az identity create --resource-group hallpass-perimeter --name hallpass-perimeter',
    ...(facts.identity === undefined
      ? [
          'IDENTITY_CLIENT_ID=$(az identity show --resource-group hallpass-perimeter --name hallpass-perimeter --query clientId --output tsv)',
        ]
      : []),
    ...federate(tenant, facts),
  ],
  portal: [
    'Managed Identities → Create; note its Client ID and its Object (principal) ID.',
    ...('federated' in tenant.credential
      ? [`App registrations → ${tenant.clientId} → Certificates & secrets → Federated credentials → Managed identity.`]
      : []),
  ],
});

function whyThisIdentity(credential: PerimeterConfig['tenant']['credential']): string {
  if ('managedIdentity' in credential) return 'A user-assigned managed identity: no secret exists, and it outlives the host.';
  if ('federated' in credential)
    return 'An app registration that trusts a user-assigned managed identity of its own tenant: no secret exists, and it reaches other tenants.';
  const better = 'A managed identity would need none: credential: { managedIdentity: { clientId: … } }.';
  if ('workloadIdentity' in credential)
    return 'An app registration that trusts a token of the platform, which keeps it in a file: no secret exists.';
  return `The file names a ${'certificate' in credential ? 'certificate and its key' : 'client secret'}. ${better}`;
}

/** The principal is read again: the identity may have been there before. */
function federate({ credential, clientId, tenantId, cloud }: PerimeterConfig['tenant'], facts: SetupFacts): readonly string[] {
  if (!('federated' in credential)) return [];
  const setting = typeof cloud === 'string' ? facts.cloud : cloud;
  const issuer = `${addressesOf(setting).login}/${tenantId}/v2.0`;
  return [
    identityPrincipal,
    `az ad app federated-credential create --id ${clientId} --parameters "{\\"name\\":\\"hallpass-perimeter\\",\\"issuer\\":\\"${issuer}\\",\\"subject\\":\\"$PRINCIPAL_ID\\",\\"audiences\\":[\\"${exchangeAudience(setting)}\\"]}"`,
  ];
}

const identityPrincipal =
  'PRINCIPAL_ID=$(az identity show --resource-group hallpass-perimeter --name hallpass-perimeter --query principalId --output tsv)';

const api = (facts: SetupFacts): SetupStep => ({
  id: 'api',
  title: 'The registration of the API',
  why: 'Tokens of version 2 that say whose they are, and one role that the bot alone has.',
  commands: [registerApi(facts)],
  portal: [
    'App registrations → New registration, accounts in this directory only, no redirect address.',
    `Expose an API → Application ID URI: ${facts.audience}. No scope is needed: only the bot calls.`,
    'Manifest → api.requestedAccessTokenVersion: 2.',
    'Token configuration → Add optional claim → Access → idtyp.',
    `App roles → Create: value ${facts.role}, for applications, enabled.`,
    'Enterprise applications → the same name → Properties → Assignment required: Yes.',
    `The bot's registration (${facts.botClientId}) → API permissions → Add → ${facts.role}, then grant admin consent.`,
  ],
});

const approval = (
  facts: SetupFacts,
  { redirectUri, identity: clientId, issuer, exchange }: NonNullable<SetupFacts['approval']>,
): SetupStep => ({
  id: 'approval',
  title: 'The registration of the approval sign-in',
  why: 'One way back, no implicit flow, no secret: a managed identity, a certificate or the platform’s token stands in its place.',
  commands: [registerApproval(facts)].filter((command) => command !== ''),
  portal: [
    `App registrations → New registration, accounts in this directory only; Web, redirect address ${redirectUri}.`,
    'Authentication → Implicit grant: both boxes empty. Allow public client flows: No.',
    'Token configuration → Add optional claim → ID → acct, auth_time, acrs.',
    clientId === undefined
      ? 'Certificates & secrets → the certificate, or a federated credential for the token of the platform. No client secrets.'
      : `Certificates & secrets → Federated credentials → Managed identity: ${clientId}. Issuer ${issuer}, audience ${exchange}. No client secrets.`,
    'API permissions → Microsoft Graph, delegated: openid, profile; then grant admin consent.',
  ],
});

const permissions = (config: PerimeterConfig, facts: SetupFacts): SetupStep => {
  const { needed } = graphPermissionsFor(config);
  return {
    id: 'permissions',
    title: 'Permissions in Microsoft Graph',
    why: 'Exactly what the entitlements of the file need, and nothing for later.',
    commands: [grantPermissions(facts, needed)],
    portal: [
      'The portal cannot grant application permissions to a managed identity: use the command.',
      `Permissions: ${needed.join(', ')}.`,
    ],
  };
};

const azureRoles = (config: PerimeterConfig): SetupStep => ({
  id: 'azure',
  title: 'The right to give Azure roles',
  why: 'Bound by a condition to the roles of the file. Whether the condition holds for PIM too is not documented: the guardrails hold either way.',
  commands: [
    'managedIdentity' in config.tenant.credential
      ? identityPrincipal
      : `PRINCIPAL_ID=$(az ad sp show --id ${config.tenant.clientId} --query id --output tsv)`,
    ...assignAzureRoles(config, '"$PRINCIPAL_ID"'),
  ],
  portal: [
    'Access control (IAM) → Add → Role Based Access Control Administrator → Conditions → only the roles of the file, for adding and removing.',
  ],
});

function host(config: PerimeterConfig, facts: SetupFacts, file: string): SetupStep {
  if (!('postgres' in config.store))
    return {
      id: 'host',
      title: 'The host: one machine, the store on its own disk',
      why: 'A store in a folder belongs to one process. For Azure Functions name a database instead: store: { postgres: … }.',
      commands: [
        'docker build -f deploy/perimeter.Dockerfile -t hallpass-perimeter .',
        `docker run --read-only --cap-drop ALL --security-opt no-new-privileges -v hallpass-perimeter:/var/lib/hallpass-perimeter -v ${word(`${resolve(file)}:/etc/hallpass/perimeter.yaml:ro`)} -p 8443:8443 hallpass-perimeter`,
      ],
      portal: [],
    };
  const bicep = [
    `caller=${facts.botClientId}`,
    `api=${facts.apiAppId ?? '"$API_CLIENT_ID"'}`,
    `identityName=hallpass-perimeter`,
    `withApprovals=${facts.approval !== undefined}`,
  ];
  const cookieKey = facts.approval === undefined ? '' : ' cookieKeySecretName="$COOKIE_KEY_SECRET"';
  return {
    id: 'host',
    title: 'The host: Azure Functions in a container of its own',
    why: 'One instance at a time holds the ledger; the platform lets through the bot alone, and the perimeter verifies that again.',
    commands: [
      'docker build -f deploy/functions.Dockerfile -t "$REGISTRY/hallpass-perimeter-functions" .',
      `docker build -f deploy/guardrails.Dockerfile --build-arg BASE="$REGISTRY/hallpass-perimeter-functions" -t "$REGISTRY/hallpass-perimeter" ${word(dirname(file))}`,
      'docker push "$REGISTRY/hallpass-perimeter"',
      `az deployment group create --resource-group hallpass-perimeter --template-file deploy/perimeter.bicep --parameters deploy/parameters.${facts.cloud}.json --parameters image="$REGISTRY/hallpass-perimeter@$DIGEST" ${bicep.join(' ')} keyVaultName="$KEY_VAULT" postgresSecretName="$POSTGRES_SECRET"${cookieKey}`,
    ],
    portal: [],
  };
}

const check = (file: string): SetupStep => ({
  id: 'check',
  title: 'Look again',
  why: 'Reads back each of the steps above.',
  commands: [`hallpass doctor --perimeter ${word(file)}`],
  portal: [],
});
