import { AppError } from '../access/core/app-error.ts';
import { exchangeAudience } from '../identity/client-assertion.ts';
import { addressesOf } from '../identity/cloud.ts';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';

/** Clouds that deploy/ is written for. */
export const CLOUDS = ['AzureCloud', 'AzureUSGovernment'] as const;
export type DeployCloud = (typeof CLOUDS)[number];

/** What the commands of deploy/ are filled in with. */
export interface SetupFacts {
  readonly cloud: DeployCloud;
  readonly tenantId: string;
  readonly botClientId: string;
  readonly role: string;
  /** The registration of the API, as far as the audience names it. */
  readonly apiAppId: string | undefined;
  readonly audience: string;
  /** Client id of the managed identity that holds the permissions; undefined with a client secret, or with the host's own identity. */
  readonly identity: string | undefined;
  readonly approval:
    | {
        readonly appId: string;
        /** Undefined where the page has a certificate or a token of its platform: the script is for managed identities. */
        readonly identity: string | undefined;
        readonly redirectUri: string;
        readonly issuer: string;
        readonly exchange: string;
      }
    | undefined;
}

const BARE = /^(?:api:\/\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** @throws {AppError} `usage.cloud` for a cloud that deploy/ is not written for */
export function setupFacts(config: PerimeterConfig, wished?: string): SetupFacts {
  const { tenant, caller, approve } = config;
  const cloud = CLOUDS.find((known) => known === (wished ?? (typeof tenant.cloud === 'string' ? tenant.cloud : 'AzureCloud')));
  if (cloud === undefined)
    throw new AppError('usage.cloud', `deploy/ knows the clouds ${CLOUDS.join(' and ')}`, {
      hint: 'Name one by --cloud; elsewhere, do by hand what it prints for AzureCloud, with the addresses of your cloud.',
    });
  const { credential } = tenant;
  // With addresses of one's own nothing but those is true; the commands are for a published cloud all the same.
  const setting = typeof tenant.cloud === 'string' ? cloud : tenant.cloud;
  return {
    cloud,
    tenantId: tenant.tenantId,
    botClientId: caller.clientId,
    role: caller.appRole,
    apiAppId: BARE.exec(caller.audience)?.[1],
    audience: caller.audience,
    identity: 'managedIdentity' in credential ? credential.managedIdentity.clientId : tenant.clientId,
    approval:
      approve === undefined
        ? undefined
        : {
            appId: approve.clientId,
            identity: approve.managedIdentity?.clientId,
            redirectUri: `${new URL(approve.publicUrl).origin}/approve/callback`,
            issuer: `${addressesOf(setting).login}/${tenant.tenantId}/v2.0`,
            exchange: exchangeAudience(setting),
          },
  };
}

/** A word of a shell's line, whatever a file says. */
export function word(text: string): string {
  return /^[\w.:/@=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const shared = ({ cloud, tenantId }: Pick<SetupFacts, 'cloud' | 'tenantId'>) => `--cloud ${cloud} --tenant ${tenantId}`;

export const registerApi = (facts: SetupFacts): string =>
  `deploy/register.sh api ${shared(facts)} ${facts.apiAppId === undefined ? '--name hallpass-perimeter' : `--app-id ${facts.apiAppId}`} --role ${word(facts.role)} --caller ${facts.botClientId}`;

/** Empty where it is set up by hand. */
export const registerApproval = (facts: SetupFacts): string =>
  facts.approval?.identity === undefined
    ? ''
    : `deploy/register.sh approval ${shared(facts)} --app-id ${facts.approval.appId} --redirect-uri ${word(facts.approval.redirectUri)} --identity ${facts.approval.identity}`;

/** @param identity where the file does not say it, the place to fill in */
export const grantPermissions = (
  facts: Pick<SetupFacts, 'cloud' | 'tenantId' | 'identity'>,
  names: readonly string[],
  identity = facts.identity ?? '"$IDENTITY_CLIENT_ID"',
) => `deploy/register.sh permissions ${shared(facts)} --identity ${identity} ${names.join(' ')}`;

/** Reads a registration with the Azure CLI, for whoever may; the id is the client id or the address. */
export const showRegistration = (id: string, query: string): string => `az ad app show --id ${word(id)} --query "${query}"`;
