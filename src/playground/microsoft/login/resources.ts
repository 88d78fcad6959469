import { GRAPH_RESOURCE } from '../tenant/app-permissions.ts';
import { ARM_RESOURCE, BOT_CONNECTOR_RESOURCE, EXCHANGE_AUDIENCE, EXCHANGE_RESOURCES, type Resource } from '../tokens.ts';
import type { LoginOptions } from './login-options.ts';
import { missing, printable, type Refused, refused } from './refusal.ts';

/** Clients name a resource by address; the audience in the token is not always the same text. */
const MICROSOFT_RESOURCES: Readonly<Record<string, string>> = {
  [GRAPH_RESOURCE]: GRAPH_RESOURCE,
  'https://graph.microsoft.com/': GRAPH_RESOURCE,
  '00000003-0000-0000-c000-000000000000': GRAPH_RESOURCE,
  [ARM_RESOURCE]: ARM_RESOURCE,
  'https://management.azure.com/': ARM_RESOURCE,
  'https://management.core.windows.net': ARM_RESOURCE,
  'https://management.core.windows.net/': ARM_RESOURCE,
  [BOT_CONNECTOR_RESOURCE]: BOT_CONNECTOR_RESOURCE,
};

/** The one resource that an application asks a token for. */
export function resourceOf(options: LoginOptions, scope: string | null): Resource | Refused {
  if (scope === null || scope.trim() === '') return missing('scope');
  // MSAL adds the OpenID scopes to whatever it asks; they mean nothing for an application.
  const scopes = scope.split(/\s+/).filter((one) => !['openid', 'profile', 'offline_access', ''].includes(one));
  const [only, ...others] = scopes;
  if (only === undefined || others.length > 0 || !only.endsWith('/.default'))
    return refused(
      400,
      'invalid_scope',
      1_002_012,
      `The provided value for scope ${printable(scope)} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  const name = only.slice(0, -'/.default'.length);
  return (
    knownResource(options, name) ??
    refused(
      400,
      'invalid_resource',
      500_011,
      `The resource principal named ${printable(name)} was not found in the tenant named Playground. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    )
  );
}

export function knownResource(options: LoginOptions, name: string): Resource | undefined {
  const microsofts = MICROSOFT_RESOURCES[name] ?? options.standIns()[name];
  if (microsofts !== undefined) return { audience: microsofts, name: microsofts, version: 1 };
  if (name === EXCHANGE_RESOURCES[options.cloud]) return { audience: EXCHANGE_AUDIENCE, name, version: 2 };
  const app = options.tenant.applications.byAudience(name);
  const uri = app?.identifierUris[0];
  if (app === undefined || uri === undefined) return undefined;
  // A version 2 token names the API by its client id, a version 1 token by the address that was asked for.
  const version = app.accessTokenVersion;
  const saysType = app.optionalClaims.accessToken.includes('idtyp');
  return { audience: version === 2 ? app.appId : name, name: uri, version, saysType };
}
