import { createHash, randomBytes } from 'node:crypto';
import {
  authorizationCodeGrant,
  ClientError,
  Configuration,
  discovery,
  None,
  ResponseBodyError,
  type ServerMetadata,
} from 'openid-client';
import { AppError } from '../access/core/app-error.ts';
import type { ClientProof } from './client-proof.ts';
import { factsOf, meaningOf, toldBy } from './identity-error.ts';
import { RULE_OF_CLAIM, tokenRefused } from './id-token-refusal.ts';
import type { StepUp } from './id-token.ts';

export interface OidcSettings {
  /** Of the tenant, version 2; its discovery document names the endpoints. */
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly proof: ClientProof;
}

/** What has to be known again when the browser comes back. */
export interface BegunSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface SignInWishes {
  readonly stepUp?: StepUp;
  readonly loginHint?: string;
  /** Let the person choose among accounts. */
  readonly choose?: boolean;
}

/** Code flow with PKCE at one tenant, as a confidential client. */
export interface OidcClient {
  /** Where to send the browser. @throws {AppError} retryable `identity.unavailable` (Entra does not name its endpoints now) */
  authorizeUrl(begun: BegunSignIn, wishes: SignInWishes): Promise<string>;
  /**
   * The ID token for the code in `search`, which came to the redirect address. Not verified yet (id-token.ts).
   * @throws {AppError} `sign-in.code-refused` (used, too old, or of another sign-in), `sign-in.client-refused`, `id-token.*`, retryable
   *   `identity.unavailable`
   */
  redeem(search: string, begun: BegunSignIn): Promise<string>;
}

/** A fresh state and code verifier, 256 bits each. */
export function beginSignIn(nonce: string): BegunSignIn {
  const random = () => randomBytes(32).toString('base64url');
  return { state: random(), codeVerifier: random(), nonce };
}

const TIMEOUT_SECONDS = 10;

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
export function createOidcClient(settings: OidcSettings): OidcClient {
  const { issuer, clientId, redirectUri } = settings;
  let known: Promise<ServerMetadata> | undefined;
  /** Asked for once; a failure is not kept. */
  const server = (): Promise<ServerMetadata> => {
    known ??= endpointsOf(issuer, clientId).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    async authorizeUrl({ state, nonce, codeVerifier }, { stepUp, loginHint, choose }) {
      const url = new URL((await server()).authorization_endpoint ?? '');
      const parameters = {
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        response_mode: 'query',
        scope: 'openid profile',
        state,
        nonce,
        code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...(loginHint === undefined ? {} : { login_hint: loginHint }),
        ...(choose === true ? { prompt: 'select_account' } : {}),
        ...stepUpParameters(stepUp),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    async redeem(search, { state, nonce, codeVerifier }) {
      // Our own address, not the one the request names: behind a proxy they differ, and the code is bound to this one.
      const returned = new URL(redirectUri);
      returned.search = search;
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier };
      const config = new Configuration(await server(), clientId, {}, await settings.proof());
      config.timeout = TIMEOUT_SECONDS;
      const answer = await authorizationCodeGrant(config, returned, checks).catch((error: unknown) => {
        throw translated(error);
      });
      return answer.id_token ?? '';
    },
  };
}

/** What the tenant says of itself: of the very issuer, with endpoints that nobody can listen to on their way. */
async function endpointsOf(issuer: string, clientId: string): Promise<ServerMetadata> {
  const config = await discovery(new URL(issuer), clientId, {}, None(), { timeout: TIMEOUT_SECONDS }).catch((error: unknown) => {
    throw unavailable(`Entra does not say where people sign in: ${fieldOf(error, 'code') ?? 'no answer'}`);
  });
  const metadata = config.serverMetadata();
  for (const endpoint of [metadata.authorization_endpoint, metadata.token_endpoint])
    if (endpoint === undefined || !isPrivate(new URL(endpoint))) throw unavailable('Entra names an endpoint that is not safe');
  return metadata;
}

/** Loopback is for trying out. */
function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

function unavailable(message: string): AppError {
  return new AppError('identity.unavailable', message, {
    retryable: true,
    hint: 'Entra did not answer right now. Begin again in a minute.',
  });
}

function stepUpParameters(stepUp: StepUp | undefined): Record<string, string> {
  if (stepUp === undefined) return {};
  if ('promptLogin' in stepUp) return { prompt: 'login' };
  return { claims: JSON.stringify({ id_token: { acrs: { essential: true, value: stepUp.authenticationContext } } }) };
}

/** Answers that are none of a token endpoint's, as from a proxy in between. */
const NO_ANSWER = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
];

/** Encrypted, or with a header that has to be understood and is not. */
const UNSUPPORTED = 'OAUTH_UNSUPPORTED_OPERATION';

/** Without the cause: errors of openid-client carry the answer, and so the token. */
function translated(error: unknown): AppError {
  const ours = causesOf(error).find((each) => each instanceof AppError);
  if (ours !== undefined) return ours;
  if (error instanceof ResponseBodyError && error.status < 500) return codeRefused(error);
  const claim = causesOf(error)
    .map((each) => fieldOf(each, 'claim'))
    .find((each) => each !== undefined);
  if (claim !== undefined) return tokenRefused(RULE_OF_CLAIM[claim] ?? 'claims', claim);
  const code = fieldOf(error, 'code');
  if (code === UNSUPPORTED || causesOf(error).some(isAboutHeader)) return tokenRefused('signature', code ?? 'header');
  if (error instanceof ClientError && code !== undefined && !NO_ANSWER.includes(code)) return tokenRefused('claims', code);
  return unavailable(`Entra did not redeem the code: ${code ?? 'no answer'}`);
}

function codeRefused(answer: ResponseBodyError): AppError {
  const { error } = answer;
  const told = toldBy(answer);
  if (error === 'invalid_grant' || error === 'interaction_required')
    return new AppError('sign-in.code-refused', `Entra refused the code: ${error} ${factsOf(told)}`, {
      hint: 'This sign-in was used already, or took too long. Begin again.',
    });
  const { says, next } = meaningOf(told);
  return new AppError(
    'sign-in.client-refused',
    `Entra refused the app registration of the page: ${says} (${error}, ${factsOf(told)})`,
    {
      hint: `Entra does not accept the app registration of this page: ${says} ${next}`,
    },
  );
}

/** The header of a token says how it was signed: by nobody, by a shared secret, in a way that nobody here knows. */
function isAboutHeader(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'header' in cause;
}

/** Itself, its cause, and so on; what is found at the end need not be an error. */
function causesOf(error: unknown): readonly unknown[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [error];
}

function fieldOf(value: unknown, name: string): string | undefined {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof field === 'string' ? field : undefined;
}
