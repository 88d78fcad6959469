import { createHash, randomBytes } from 'node:crypto';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientError,
  Configuration,
  None,
  ResponseBodyError,
} from 'openid-client';
import { AppError } from '../access/core/app-error.ts';
import type { ClientAssertion } from './federated-assertion.ts';
import { RULE_OF_CLAIM, tokenRefused } from './id-token-refusal.ts';
import type { StepUp } from './id-token.ts';

export interface OidcSettings {
  /** Of the tenant, e.g. `https://login.microsoftonline.com/{tenant}`. */
  readonly authority: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly assertion: ClientAssertion;
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

/** Code flow with PKCE at one tenant, as a confidential client without a secret. */
export interface OidcClient {
  /** Where to send the browser. Nothing is asked of Entra yet. */
  authorizeUrl(begun: BegunSignIn, wishes: SignInWishes): string;
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
  const { authority, issuer, clientId, redirectUri } = settings;
  const server = {
    issuer,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
  };
  const configuredBy = (auth: ClientAuth): Configuration => {
    const config = new Configuration(server, clientId, {}, auth);
    config.timeout = TIMEOUT_SECONDS;
    return config;
  };
  return {
    authorizeUrl({ state, nonce, codeVerifier }, { stepUp, loginHint, choose }) {
      return buildAuthorizationUrl(configuredBy(None()), {
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
      }).href;
    },
    async redeem(search, { state, nonce, codeVerifier }) {
      // Our own address, not the one the request names: behind a proxy they differ, and the code is bound to this one.
      const returned = new URL(redirectUri);
      returned.search = search;
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier };
      const config = configuredBy(byAssertion(await settings.assertion()));
      const answer = await authorizationCodeGrant(config, returned, checks).catch((error: unknown) => {
        throw translated(error);
      });
      return answer.id_token ?? '';
    },
  };
}

function stepUpParameters(stepUp: StepUp | undefined): Record<string, string> {
  if (stepUp === undefined) return {};
  if ('promptLogin' in stepUp) return { prompt: 'login' };
  return { claims: JSON.stringify({ id_token: { acrs: { essential: true, value: stepUp.authenticationContext } } }) };
}

function byAssertion(assertion: string): ClientAuth {
  return (_server, client, body) => {
    body.set('client_id', client.client_id);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', assertion);
  };
}

/** Answers that are none of a token endpoint's, as from a proxy in between. */
const NO_ANSWER = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
];

/** Without the cause: errors of openid-client carry the answer, and so the token. */
function translated(error: unknown): AppError {
  if (error instanceof ResponseBodyError && error.status < 500) return codeRefused(error);
  const claim = causesOf(error)
    .map((each) => fieldOf(each, 'claim'))
    .find((each) => each !== undefined);
  if (claim !== undefined) return tokenRefused(RULE_OF_CLAIM[claim] ?? 'claims', claim);
  const code = fieldOf(error, 'code');
  if (error instanceof ClientError && code !== undefined && !NO_ANSWER.includes(code)) return tokenRefused('claims', code);
  return new AppError('identity.unavailable', `Entra did not redeem the code: ${code ?? 'no answer'}`, {
    retryable: true,
    hint: 'Entra did not answer right now. Begin again in a minute.',
  });
}

function codeRefused({ error, error_description: description = '' }: ResponseBodyError): AppError {
  // Of the text only Microsoft's number, which is stable.
  const number = /^AADSTS\d+/.exec(description)?.[0] ?? '';
  if (error === 'invalid_grant' || error === 'interaction_required')
    return new AppError('sign-in.code-refused', `Entra refused the code: ${error} ${number}`, {
      hint: 'This sign-in was used already, or took too long. Begin again.',
    });
  return new AppError('sign-in.client-refused', `Entra refused the approval page itself: ${error} ${number}`, {
    hint: `Entra does not accept the app registration of the approval page (${number || error}). An administrator can check its federated credential.`,
  });
}

/** Itself, its cause, and so on; what is found at the end need not be an error. */
function causesOf(error: unknown): readonly unknown[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [error];
}

function fieldOf(value: unknown, name: string): string | undefined {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof field === 'string' ? field : undefined;
}
