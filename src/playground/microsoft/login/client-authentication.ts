import { timingSafeEqual } from 'node:crypto';
import type { AppRegistration } from '../tenant/applications.ts';
import { federated } from './federated-assertion.ts';
import type { LoginOptions, Registration } from './login-options.ts';
import { missing, printable, type Refused, refused, unknownApplication } from './refusal.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The application that asks, once it has shown that it is the one: by a secret, or by a token that its registration trusts. */
export async function authenticated(
  options: LoginOptions,
  fields: URLSearchParams,
  authorization: string | undefined,
): Promise<AppRegistration | Refused> {
  const basic = basicOf(authorization);
  const clientId = fields.get('client_id') ?? basic?.id ?? null;
  if (clientId === null) return missing('client_id');
  const app = options.tenant.applications.byAppId(clientId);
  // A managed identity is a service principal without an application: it gets its tokens where it lives.
  if (app === undefined || app.servicePrincipalType === 'ManagedIdentity') return unknownApplication(clientId);
  // Its credentials lie with its registration; what is here may be only the service principal.
  const registration = options.registrationOf(app);
  const proof = await shown(options, registration, fields, basic?.secret);
  if ('error' in proof) return proof;
  if (!app.accountEnabled)
    return refused(401, 'unauthorized_client', 7_000_112, `Application '${app.appId}'(${app.displayName}) is disabled.`);
  return app;
}

async function shown(
  options: LoginOptions,
  registration: Registration,
  fields: URLSearchParams,
  basicSecret: string | undefined,
): Promise<AppRegistration | Refused> {
  const assertion = fields.get('client_assertion');
  if (assertion !== null) {
    const type = fields.get('client_assertion_type');
    if (type === null) return missing('client_assertion_type');
    if (type !== JWT_BEARER)
      return refused(400, 'invalid_request', 90_023, `Unsupported 'client_assertion_type' value '${printable(type)}'.`);
    return federated(options, registration, assertion);
  }
  const secret = fields.get('client_secret') ?? basicSecret ?? null;
  if (secret === null)
    return refused(
      401,
      'invalid_client',
      7_000_218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  return rightSecret(registration.app, secret, options.now.now());
}

function rightSecret(app: AppRegistration, secret: string, at: number): AppRegistration | Refused {
  const match = app.credentials.find(({ secretText }) => secretText !== undefined && sameText(secretText, secret));
  if (match === undefined)
    return refused(
      401,
      'invalid_client',
      7_000_215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.appId}'.`,
    );
  if (Date.parse(match.endDateTime) <= at)
    return refused(
      401,
      'invalid_client',
      7_000_222,
      `The provided client secret keys for app '${app.appId}' are expired. Visit the Azure portal to create new keys for your app.`,
    );
  return app;
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function basicOf(authorization: string | undefined): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { id: decodeURIComponent(id ?? ''), secret: decodeURIComponent(secret.join(':')) };
}
