import { randomBytes } from 'node:crypto';
import type { Answer } from '../far-end-server.ts';
import { GRAPH_RESOURCE } from '../tenant/app-permissions.ts';
import { mayEnter } from './browser-sessions.ts';
import type { LoginOptions, Registration } from './login-options.ts';
import type { ReplyTo } from './authorize-request.ts';
import { consentPage, errorPage, signInPage } from './pages.ts';
import { missing, printable, type Refused, refused, unknownApplication } from './refusal.ts';
import { reply, replyRefused } from './reply.ts';

/** Where the pages' buttons lead, after the tenant's id. */
export const CONSENT_PATHS = { login: 'adminconsent/login', accept: 'adminconsent/Set' } as const;
export const CONSENT_PATH = 'v2.0/adminconsent';

export interface AdminConsent {
  begin(fields: URLSearchParams, browserId: string): Answer;
  /** A button of one of its pages. */
  answered(path: string, fields: URLSearchParams, browserId: string): Answer;
}

interface Asked extends ReplyTo {
  readonly registration: Registration;
  readonly scope: string;
}
interface Pending {
  readonly asked: Asked;
  readonly browserId: string;
  readonly personId?: string;
}

const PENDING_AT_MOST = 1_000;
/** Who may consent to application permissions of Microsoft Graph: https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent */
const MAY_CONSENT = ['62e90394-69f5-4237-9190-012177145e10', 'e8611ab8-c189-46e8-94e1-60213ab1f814'];
const OPENID_SCOPES = ['openid', 'profile', 'email', 'offline_access'];
/** The refusal carries `admin_consent=True` as well: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent#error-response */
const CONSENT_FLOW = { admin_consent: 'True' };
const declined = refused(400, 'consent_required', 65_004, 'The resource owner or authorization server denied the request.');
const onlyAdmins = refused(
  400,
  'invalid_request',
  90_094,
  'An administrator of the tenant has set a policy that prevents you from granting the requested permissions. Contact an administrator.',
);
const stale = refused(400, 'invalid_request', 165_000, 'Invalid Request: The request tokens do not match the user context.');

/** An administrator of this tenant consents to an application for everybody: it becomes known here, with what its registration asks for. */
export function adminConsent(options: LoginOptions): AdminConsent {
  const { tenant } = options;
  const pendings = new Map<string, Pending>();
  const at = () => options.now.now();
  const keep = (pending: Pending): string => {
    if (pendings.size >= PENDING_AT_MOST) pendings.clear();
    const context = randomBytes(24).toString('base64url');
    pendings.set(context, pending);
    return context;
  };
  const place = (path: string, context: string) => ({ action: `/${tenant.tenantId}/${path}`, context });
  const nameOf = ({ registration }: Asked) => registration.app.displayName;
  /** What a registration asks for, as it was granted where it is registered. */
  const wanted = ({ registration }: Asked) => registration.tenant.permissions.granted(registration.app.appId, GRAPH_RESOURCE);
  const choiceOf = ({ id, displayName, userPrincipalName }: ReturnType<typeof tenant.directory.users>[number]) => ({
    objectId: id,
    name: displayName,
    address: userPrincipalName,
    isSignedIn: false,
  });

  function chosen({ asked, browserId }: Pending, personId: string): Answer {
    const user = tenant.directory.user(personId);
    if (user?.id !== personId || !mayEnter(user)) return errorPage(stale, at());
    const isAdmin = tenant.holders().some((one) => one.principalId === user.id && MAY_CONSENT.includes(one.roleDefinitionId));
    if (!isAdmin) return errorPage(onlyAdmins, at());
    const context = keep({ asked, browserId, personId });
    return consentPage(place(CONSENT_PATHS.accept, context), nameOf(asked), choiceOf(user), wanted(asked));
  }

  function accepted({ asked, personId }: Pending): Answer {
    if (personId === undefined) return errorPage(stale, at());
    const { appId, displayName } = asked.registration.app;
    tenant.applications.consent({ appId, displayName });
    tenant.permissions.set(appId, GRAPH_RESOURCE, wanted(asked));
    return reply(asked, { ...CONSENT_FLOW, tenant: tenant.tenantId, scope: asked.scope });
  }

  return {
    begin(fields, browserId) {
      const parsed = askedFor(options, fields);
      if ('error' in parsed) return errorPage(parsed, at());
      const { asked, why } = parsed;
      if (why !== undefined) return replyRefused(asked, why, at(), CONSENT_FLOW);
      const context = keep({ asked, browserId });
      return signInPage(place(CONSENT_PATHS.login, context), nameOf(asked), tenant.directory.users().map(choiceOf));
    },
    answered(path, fields, browserId) {
      const context = fields.get('ctx') ?? '';
      const pending = pendings.get(context);
      if (pending === undefined || pending.browserId !== browserId) return errorPage(stale, at());
      pendings.delete(context);
      if (fields.has('cancel')) return replyRefused(pending.asked, declined, at(), CONSENT_FLOW);
      return path === CONSENT_PATHS.login ? chosen(pending, fields.get('person') ?? '') : accepted(pending);
    },
  };
}

/** What is wrong before it is known where to send somebody is a page; everything after is told to the application. */
function askedFor(
  options: LoginOptions,
  fields: URLSearchParams,
): Refused | { readonly asked: Asked; readonly why: Refused | undefined } {
  const names = [...fields.keys()];
  if (new Set(names).size !== names.length)
    return refused(400, 'invalid_request', 9_002_313, 'Invalid request. Request is malformed or invalid.');
  const clientId = fields.get('client_id');
  if (clientId === null || clientId === '') return missing('client_id');
  const registration = options.registered(clientId);
  const isElsewhere = registration !== undefined && registration.tenant.tenantId !== options.tenant.tenantId;
  if (registration === undefined || (isElsewhere && registration.app.signInAudience === 'AzureADMyOrg'))
    return unknownApplication(clientId);
  const redirectUri = fields.get('redirect_uri');
  if (redirectUri === null || redirectUri === '') return refused(400, 'invalid_request', 900_971, 'No reply address provided.');
  if (!registration.app.redirectUris.includes(redirectUri))
    return refused(
      400,
      'invalid_request',
      50_011,
      `The redirect URI '${printable(redirectUri)}' specified in the request does not match the redirect URIs configured for the application '${clientId}'.`,
    );
  const scope = fields.get('scope') ?? '';
  const asked: Asked = { registration, scope, redirectUri, responseMode: 'query', state: fields.get('state') ?? undefined };
  return { asked, why: wrongScope(options, scope) };
}

/** Application permissions come with `.default` alone. Delegated ones are nobody's here. */
function wrongScope(options: LoginOptions, scope: string): Refused | undefined {
  const scopes = scope.split(/\s+/).filter((one) => one !== '' && !OPENID_SCOPES.includes(one));
  if (scope.trim() === '') return missing('scope');
  const [only = '', ...others] = scopes;
  const name = only.endsWith('/.default') ? only.slice(0, -'/.default'.length) : '';
  const isGraph = name === GRAPH_RESOURCE || options.standIns()[name] === GRAPH_RESOURCE;
  if (isGraph && others.length === 0) return undefined;
  return refused(
    400,
    'invalid_scope',
    70_011,
    `The provided value for the input parameter 'scope' is not valid. The scope '${printable(scope)}' is not valid.`,
  );
}
