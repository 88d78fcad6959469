import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type Context, interactionPolicy, Provider } from 'oidc-provider';
import { memoryAdapter } from './memory-adapter.ts';
import { type FormPlace, confirmPage, signInPage } from '../../src/playground/microsoft/login/pages.ts';

/**
 * The certified provider `oidc-provider` in Entra's place, for what the protocol says and nothing of Microsoft's: one application, these people, its own
 * sign-in with pages in the same words, so that {@link signIn} walks through them too. ID tokens carry `oid`, `tid`, `ver`, `acct`, `nbf`, `name`,
 * `preferred_username`, `auth_time`, and `acrs` once it was asked for and confirmed; their subject and session are its own. Of a client assertion it
 * knows nothing: whoever comes with one is taken for the client, which is for the playground's stand-in to judge.
 */
export interface CertifiedProvider {
  /** `https://localhost:PORT/{tenantId}/v2.0` */
  readonly issuer: string;
  /** `https://localhost:PORT`: what a configuration calls the sign-in address. */
  readonly loginUrl: string;
  readonly clientSecret: string;
  close(): Promise<void>;
}

export interface Account {
  readonly objectId: string;
  readonly name: string;
  readonly userPrincipalName: string;
}

export interface CertifiedOptions {
  readonly tls: { readonly cert: string; readonly key: string };
  readonly tenantId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly accounts: readonly Account[];
  /** Where discovery sends browsers, if that is another name of this server. */
  readonly browserOrigin?: string;
}

const APP_NAME = 'Hallpass approval sign-in';
/** Contexts that somebody has confirmed, by session of the provider. */
type Confirmed = Map<string, Set<string>>;

export async function startCertifiedProvider(options: CertifiedOptions): Promise<CertifiedProvider> {
  const clientSecret = randomBytes(24).toString('base64url');
  const confirmed: Confirmed = new Map();
  let handle = (_request: IncomingMessage, response: ServerResponse): void => void response.writeHead(503).end();
  const server = createServer(options.tls, (request, response) => handle(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const loginUrl = `https://localhost:${(server.address() as AddressInfo).port}`;
  const prefix = `/${options.tenantId}/v2.0`;
  const issuer = `${loginUrl}${prefix}`;
  const provider = new Provider(issuer, configuration(options, clientSecret, prefix, confirmed));
  provider.use(async (context, next) => {
    await next();
    if (options.browserOrigin !== undefined && context.oidc?.route === 'discovery')
      Object.assign(context.body, { authorization_endpoint: `${options.browserOrigin}${prefix}/auth` });
  });
  const callback = provider.callback();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const originalUrl = request.url ?? '/';
    if (originalUrl.startsWith(`${prefix}/pages/`)) return pages(options, provider, confirmed, prefix, request, response);
    // Mounted below its prefix, as frameworks do it; browsers ask for icons beside it.
    if (!originalUrl.startsWith(`${prefix}/`)) return response.writeHead(404).end();
    const url = originalUrl.slice(prefix.length);
    if (url !== '/token') return callback(Object.assign(request, { originalUrl, url }), response);
    const fields = await bodyOf(request);
    if (fields.has('client_assertion')) fields.set('client_secret', clientSecret);
    for (const name of ['client_assertion', 'client_assertion_type']) fields.delete(name);
    return callback(withBody(request, { originalUrl, url }, fields.toString()), response);
  };
  handle = (request, response) => {
    serve(request, response).catch(() => response.destroy());
  };
  return {
    issuer,
    loginUrl,
    clientSecret,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type RequestedClaims = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

function contextIn(claims: RequestedClaims | undefined): string | undefined {
  const asked = claims?.['id_token']?.['acrs'];
  return typeof asked === 'object' && asked !== null ? String(Reflect.get(asked, 'value')) : undefined;
}

function configuration(options: CertifiedOptions, clientSecret: string, prefix: string, confirmed: Confirmed): unknown {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const policy = interactionPolicy.base();
  const stepUp = new interactionPolicy.Check('acrs_not_met', 'the authentication context was not confirmed', (context) => {
    const asked = contextIn(context.oidc.claims);
    const { accountId, uid } = context.oidc.session;
    const isMet = asked === undefined || accountId === undefined || confirmed.get(uid)?.has(`${accountId} ${asked}`) === true;
    return isMet ? interactionPolicy.Check.NO_NEED_TO_PROMPT : interactionPolicy.Check.REQUEST_PROMPT;
  });
  policy.get('login').checks.add(stepUp);
  return {
    clients: [
      {
        client_id: options.clientId,
        client_secret: clientSecret,
        client_name: APP_NAME,
        redirect_uris: [options.redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_post',
        require_auth_time: true,
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    adapter: memoryAdapter(),
    ttl: { AccessToken: 3_600, AuthorizationCode: 600, Grant: 86_400, IdToken: 3_600, Interaction: 3_600, Session: 86_400 },
    renderError(context: { type: string; body: string }, { error }: { readonly error: string }) {
      context.type = 'text/html';
      context.body = `<!doctype html><title>Error</title><h1>${error}</h1>`;
    },
    pkce: { required: () => true },
    claims: {
      openid: ['sub', 'tid', 'oid', 'ver', 'acct', 'nbf'],
      profile: ['name', 'preferred_username'],
      acrs: null,
      auth_time: null,
    },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, claimsParameter: { enabled: true } },
    interactions: { policy, url: (_: unknown, interaction: { readonly uid: string }) => `${prefix}/pages/${interaction.uid}` },
    async loadExistingGrant({ oidc }: Context) {
      const { accountId = '' } = oidc.session;
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId });
      grant.addOIDCScope('openid profile email');
      grant.addOIDCClaims(['acrs', 'auth_time']);
      await grant.save();
      return grant;
    },
    findAccount(_: Context, objectId: string, source?: { readonly claims?: RequestedClaims }) {
      const account = options.accounts.find((one) => one.objectId === objectId);
      if (account === undefined) return undefined;
      const context = contextIn(source?.claims);
      return {
        accountId: objectId,
        claims: () => ({
          sub: objectId,
          oid: objectId,
          tid: options.tenantId,
          ver: '2.0',
          acct: 0,
          nbf: Math.floor(Date.now() / 1_000),
          name: account.name,
          preferred_username: account.userPrincipalName,
          // A code comes of a request that passed the check above: what it asked for has been confirmed.
          ...(context === undefined ? {} : { acrs: [context] }),
        }),
      };
    },
  };
}

/** The provider's sign-in: choose a person, then confirm if a context was asked for. */
async function pages(
  options: CertifiedOptions,
  provider: Provider,
  confirmed: Confirmed,
  prefix: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { uid, prompt, session, params } = await provider.interactionDetails(request, response);
  const asked = contextIn(params.claims === undefined ? undefined : (JSON.parse(params.claims) as RequestedClaims)) ?? '';
  const place: FormPlace = { action: `${prefix}/pages/${uid}`, context: uid };
  const show = ({ html }: { readonly html?: string }) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(html);
  };
  const choices = options.accounts.map((account) => ({ ...account, address: account.userPrincipalName, isSignedIn: false }));
  const needsPerson = prompt.reasons.some((reason) => reason !== 'acrs_not_met');
  if (request.method !== 'POST') {
    const who = choices.find(({ objectId }) => objectId === session?.accountId);
    return show(
      needsPerson || who === undefined ? signInPage(place, APP_NAME, choices) : confirmPage(place, APP_NAME, who, asked),
    );
  }
  const fields = await bodyOf(request);
  if (fields.has('cancel')) return provider.interactionFinished(request, response, { error: 'access_denied' });
  const person = fields.get('person');
  if (person !== null) return provider.interactionFinished(request, response, { login: { accountId: person } });
  if (session?.accountId !== undefined) {
    const contexts = confirmed.get(session.uid) ?? new Set();
    confirmed.set(session.uid, contexts.add(`${session.accountId} ${asked}`));
  }
  return provider.interactionFinished(request, response, { login: { accountId: session?.accountId } });
}

/** The same request with another body. */
function withBody(request: IncomingMessage, place: { originalUrl: string; url: string }, text: string): IncomingMessage {
  const { method, httpVersion, socket, headers } = request;
  const said = { ...headers, 'content-length': String(Buffer.byteLength(text)) };
  const other = Object.assign(Readable.from([Buffer.from(text)]), { method, httpVersion, socket, headers: said, ...place });
  return other as unknown as IncomingMessage;
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
