import { randomBytes } from 'node:crypto';
import type { Answer, Call } from '../far-end-server.ts';
import type { DirectoryUser } from '../tenant/directory.ts';
import { adminConsent, CONSENT_PATH, CONSENT_PATHS } from './admin-consent.ts';
import type { AuthorizationCodes } from './authorization-codes.ts';
import { type AuthorizeRequest, parseAuthorize } from './authorize-request.ts';
import { createBrowserSessions, mayEnter, type SignedIn } from './browser-sessions.ts';
import { type Demand, demandOf, satisfied } from './conditional-access.ts';
import type { LoginOptions } from './login-options.ts';
import { type Choice, confirmPage, consentPage, errorPage, type FormPlace, signedOutPage, signInPage } from './pages.ts';
import { createPendingSignIns, type Pending } from './pending-sign-ins.ts';
import { refused } from './refusal.ts';
import { reply, replyRefused } from './reply.ts';

/** The pages on which people sign in. Nothing here looks at who asks: a program gets the same pages as a person. */
export interface SignInService {
  /** Undefined: not an address of its own. `path` is what follows the tenant's id. */
  handle(path: string, call: Call): Answer | undefined;
}

const PATHS = { login: 'login', confirm: 'SAS/ProcessAuth', consent: 'Consent/Set' } as const;
const COOKIE = 'ESTSAUTH';
const CHOICES_AT_MOST = 40;

const notSignedIn = refused(
  400,
  'login_required',
  50_058,
  "A silent sign-in request was sent but no user is signed in. The cookies used to represent the user's session were not sent in the request to Azure AD.",
);
const moreNeeded = refused(
  400,
  'interaction_required',
  50_076,
  'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication.',
);
const cancelled = refused(400, 'access_denied', 65_004, 'User declined to consent to access the app.');
const notThisBrowser = refused(
  400,
  'invalid_request',
  165_000,
  'Invalid Request: The request tokens do not match the user context. Do not copy the user context values (cookies; form fields; headers) between different requests or user sessions; always maintain the ALL of the supplied values across a complete single user flow.',
);

export function signInService(options: LoginOptions, codes: AuthorizationCodes): SignInService {
  const { tenant, now } = options;
  const sessions = createBrowserSessions(tenant, now);
  const pendings = createPendingSignIns(now);
  const consent = adminConsent(options);
  const at = () => now.now();
  const appOf = ({ appId }: AuthorizeRequest) => {
    const app = tenant.applications.byAppId(appId);
    if (app === undefined) throw new RangeError(`no application ${appId}`);
    return app;
  };
  const place = (pending: Pending, path: string): FormPlace => ({
    action: `/${tenant.tenantId}/${path}`,
    context: pending.context,
  });
  const demanded = ({ context }: AuthorizeRequest, account: SignedIn): Demand =>
    context === undefined ? 'nothing' : demandOf(tenant, context, account, at());

  function authorize(fields: URLSearchParams, browserId: string): Answer {
    const parsed = parseAuthorize(options, fields);
    if (parsed.kind === 'page') return errorPage(parsed.why, at());
    if (parsed.kind === 'reply') return replyRefused(parsed.to, parsed.why, at());
    const { request } = parsed;
    const account = accountFor(request, browserId);
    if (request.prompt === 'none') return silently(request, account);
    const pending = pendings.open(browserId, request);
    return account === undefined || request.prompt === 'login' || request.prompt === 'select_account'
      ? choose(pending)
      : goOn(pendings.change(pending, { objectId: account.objectId }), account);
  }

  /** Single sign-on: the account that is hinted at, or the only one. */
  function accountFor({ loginHint }: AuthorizeRequest, browserId: string): SignedIn | undefined {
    const all = sessions.signedIn(browserId);
    if (loginHint !== undefined) return all.find(({ objectId }) => isHinted(tenant.directory.user(objectId), loginHint));
    return all.length === 1 ? all[0] : undefined;
  }

  function silently(request: AuthorizeRequest, account: SignedIn | undefined): Answer {
    if (account === undefined) return replyRefused(request, notSignedIn, at());
    if (demanded(request, account) !== 'nothing') return replyRefused(request, moreNeeded, at());
    return finish(request, account);
  }

  function choose(pending: Pending, wrong?: string): Answer {
    const { loginHint = '' } = pending.request;
    const signedIn = new Set(sessions.signedIn(pending.browserId).map(({ objectId }) => objectId));
    const people = tenant.directory.users().toSorted((a, b) => Number(isHinted(b, loginHint)) - Number(isHinted(a, loginHint)));
    const choices = people.slice(0, CHOICES_AT_MOST).map((user) => choiceOf(user, signedIn.has(user.id)));
    return signInPage(place(pending, PATHS.login), appOf(pending.request).displayName, choices, wrong);
  }

  function chosen(pending: Pending, personId: string): Answer {
    const user = tenant.directory.user(personId);
    if (user === undefined || user.id !== personId) return choose(pending, 'AADSTS50034: The user account does not exist here.');
    if (!mayEnter(user)) return choose(pending, 'AADSTS50057: The user account is disabled.');
    const known = sessions.account(pending.browserId, user.id);
    const mustShow = known === undefined || pending.request.prompt === 'login' || demanded(pending.request, known) === 'sign-in';
    const account = mustShow ? sessions.authenticate(pending.browserId, user.id) : known;
    return goOn(pendings.change(pending, { objectId: user.id, isFresh: mustShow }), account);
  }

  function goOn(pending: Pending, account: SignedIn): Answer {
    const { request } = pending;
    const app = appOf(request);
    const demand = demanded(request, account);
    if (demand === 'sign-in' && !pending.isFresh) return choose(pending);
    const user = tenant.directory.user(account.objectId);
    if (user === undefined) return choose(pending);
    const who = choiceOf(user, true);
    if (demand === 'confirm')
      return confirmPage(place(pending, PATHS.confirm), app.displayName, who, nameOfContext(request.context ?? ''));
    if (request.prompt === 'consent' && !pending.hasConsented)
      return consentPage(place(pending, PATHS.consent), app.displayName, who, request.scopes);
    pendings.close(pending);
    return finish(request, account);
  }

  const nameOfContext = (id: string) => `${tenant.contexts.get(id)?.displayName ?? 'an authentication context'} (${id})`;

  function finish(request: AuthorizeRequest, account: SignedIn): Answer {
    const contexts = satisfied(tenant, appOf(request), request.context, account, at());
    const { objectId, sessionId, authenticatedAt } = account;
    const code = codes.issue({ request, objectId, sessionId, authenticatedAt, contexts });
    return reply(request, { code, session_state: sessionId });
  }

  /** A button of one of the pages. */
  function answered(path: string, fields: URLSearchParams, browserId: string): Answer {
    const pending = pendings.find(fields.get('ctx') ?? '', browserId);
    if (pending === undefined) return errorPage(notThisBrowser, at());
    if (fields.has('cancel')) {
      pendings.close(pending);
      return replyRefused(pending.request, cancelled, at(), { error_subcode: 'cancel' });
    }
    if (path === PATHS.login) return chosen(pending, fields.get('person') ?? '');
    const account = sessions.account(browserId, pending.objectId ?? '');
    if (account === undefined) return choose(pending);
    if (path === PATHS.consent) return goOn(pendings.change(pending, { hasConsented: true }), account);
    return goOn(pending, sessions.confirm(browserId, account.objectId) ?? account);
  }

  function signOut(fields: URLSearchParams, browserId: string): Answer {
    sessions.end(browserId);
    const uri = fields.get('post_logout_redirect_uri');
    const isRegistered = tenant.applications.all().some(({ redirectUris }) => uri !== null && redirectUris.includes(uri));
    if (uri === null || !isRegistered) return signedOutPage();
    const location = new URL(uri);
    const state = fields.get('state');
    if (state !== null) location.searchParams.set('state', state);
    return { status: 302, headers: { location: location.href, 'cache-control': 'no-store, no-cache' } };
  }

  return {
    handle(path, call) {
      const known = cookieOf(call);
      const browserId = known ?? randomBytes(24).toString('base64url');
      const isPost = call.method === 'POST';
      const fields = isPost ? new URLSearchParams(call.text ?? '') : call.url.searchParams;
      const answer = answerTo();
      if (answer === undefined || known !== undefined) return answer;
      return { ...answer, headers: { ...answer.headers, 'set-cookie': cookieFor(call.url, browserId) } };

      function answerTo(): Answer | undefined {
        if (!isPost && call.method !== 'GET') return undefined;
        if (path === 'oauth2/v2.0/authorize') return authorize(fields, browserId);
        if (path === 'oauth2/v2.0/logout') return signOut(fields, browserId);
        if (path === CONSENT_PATH && !isPost) return consent.begin(fields, browserId);
        if (isPost && Object.values<string>(CONSENT_PATHS).includes(path)) return consent.answered(path, fields, browserId);
        return isPost && Object.values<string>(PATHS).includes(path) ? answered(path, fields, browserId) : undefined;
      }
    },
  };
}

const choiceOf = (user: DirectoryUser, isSignedIn: boolean): Choice => ({
  objectId: user.id,
  name: user.displayName,
  address: user.userPrincipalName,
  isSignedIn,
});

const isHinted = (user: DirectoryUser | undefined, hint: string): boolean =>
  hint !== '' &&
  user !== undefined &&
  [user.userPrincipalName, user.mail].some((one) => one?.toLowerCase() === hint.toLowerCase());

const cookieOf = (call: Call): string | undefined =>
  new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{32})(?:;|$)`).exec(call.headers['cookie'] ?? '')?.[1];

/** Entra's own may be sent from anywhere; over plain HTTP a browser takes no such cookie. */
const cookieFor = (url: URL, browserId: string): string =>
  `${COOKIE}=${browserId}; Path=/; HttpOnly; ${url.protocol === 'https:' ? 'Secure; SameSite=None' : 'SameSite=Lax'}`;
