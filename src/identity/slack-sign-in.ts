import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { Secret } from '../access/core/secret.ts';
import { type SigningKeys, signingKeysAt, SKEW_SECONDS } from './id-token-signature.ts';
import { discoverSlack, type SlackEndpoints } from './slack-discovery.ts';
import { slackTokenRefused, type SlackTokenRule } from './slack-token-refusal.ts';

export interface SlackSignInSettings {
  /** `https://slack.com`, or `https://slack-gov.com`; its discovery document names the endpoints. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly redirectUri: string;
  /** The one that Slack offers first; whoever chooses another one is told apart by the token. */
  readonly workspaceId: string;
}

/** What has to be known again when the browser comes back. */
export interface BegunSlackSignIn {
  readonly state: string;
  readonly nonce: string;
  /** Of the click, milliseconds by the transport clock. */
  readonly begunAt: number;
}

/** Who signed in to Slack, as Slack signed it: the workspace and the user, and nothing of a profile. */
export interface SlackIdentity {
  readonly workspaceId: string;
  readonly userId: string;
}

/**
 * Sign in with Slack: OpenID Connect's code flow as a confidential client. Without PKCE on purpose: switching it on makes a Slack app a public
 * client for good (docs.slack.dev/authentication/using-pkce), and Slack fails an exchange that brings both a verifier and the secret. The code is
 * worth nothing without the secret, and the token nothing without the nonce of this visit.
 */
export interface SlackSignIn {
  /** Where to send the browser. @throws {AppError} retryable `slack-sign-in.unavailable` */
  authorizeUrl(begun: BegunSlackSignIn): Promise<string>;
  /**
   * Whose code this is. A code is good once, for ten minutes.
   * @throws {AppError} `slack-sign-in.code-refused`, `slack-sign-in.client-refused`, `slack-token.*` (slack-token-refusal.ts), retryable
   *   `slack-sign-in.unavailable`
   */
  redeem(code: string, begun: BegunSlackSignIn): Promise<SlackIdentity>;
}

/** From the click to the token. */
export const LONGEST_SLACK_SIGN_IN_SECONDS = 600;
const TIMEOUT_MS = 10_000;

/** @see https://docs.slack.dev/authentication/sign-in-with-slack */
export function createSlackSignIn(settings: SlackSignInSettings, transportClock: Clock): SlackSignIn {
  const { issuer, clientId, redirectUri } = settings;
  let known: Promise<{ readonly endpoints: SlackEndpoints; readonly keys: SigningKeys }> | undefined;
  /** Asked for once; a failure is not kept. */
  const server = () => {
    known ??= discoverSlack(issuer)
      .then((endpoints) => ({ endpoints, keys: signingKeysAt(endpoints.jwks_uri) }))
      .catch((error: unknown) => {
        known = undefined;
        throw error;
      });
    return known;
  };
  return {
    async authorizeUrl({ state, nonce }) {
      const url = new URL((await server()).endpoints.authorization_endpoint);
      const parameters = {
        response_type: 'code',
        scope: 'openid',
        client_id: clientId,
        redirect_uri: redirectUri,
        team: settings.workspaceId,
        state,
        nonce,
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    async redeem(code, begun) {
      const { endpoints, keys } = await server();
      return identityOf(await idTokenFor(endpoints.token_endpoint, code, settings), settings, keys, begun, transportClock.now());
    },
  };
}

const answerSchema = z.union([
  z.object({ ok: z.literal(true), id_token: z.string() }),
  z.object({ ok: z.literal(false), error: z.string().max(100) }),
]);
/** Errors that say: this code, not this app. @see https://docs.slack.dev/reference/methods/openid.connect.token#errors */
const ABOUT_THE_CODE = ['invalid_code', 'code_already_used', 'code_expired', 'bad_redirect_uri', 'invalid_grant_type'];
const ABOUT_THE_APP = ['invalid_client_id', 'bad_client_secret', 'oauth_authorization_url_mismatch'];

async function idTokenFor(tokenEndpoint: string, code: string, settings: SlackSignInSettings): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    client_id: settings.clientId,
    client_secret: settings.clientSecret.reveal(),
    redirect_uri: settings.redirectUri,
  });
  // Without its cause: an error of fetch may carry the request, and so the secret.
  const answer = await fetch(tokenEndpoint, { method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then((response) => response.json())
    .catch(() => undefined);
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw unavailable('no answer of a token endpoint');
  if (parsed.data.ok) return parsed.data.id_token;
  const { error } = parsed.data;
  if (ABOUT_THE_CODE.includes(error))
    throw new AppError('slack-sign-in.code-refused', `Slack refused the code: ${error}`, {
      hint: 'This sign-in was used already, or took too long. Begin again.',
    });
  if (ABOUT_THE_APP.includes(error))
    throw new AppError('slack-sign-in.client-refused', `Slack refused the app itself: ${error}`, {
      hint: 'Slack does not accept this app. Whoever runs Hallpass can compare slack.clientId and slack.clientSecret with the app’s page.',
    });
  throw unavailable(error);
}

const slackId = (letters: string) => z.string().regex(new RegExp(`^[${letters}][A-Z0-9]{2,20}$`));
const claimsSchema = z.object({
  /** One, ours: no list. */
  aud: z.string(),
  iat: z.int(),
  nonce: z.string(),
  'https://slack.com/team_id': slackId('T'),
  'https://slack.com/user_id': slackId('UW'),
});

async function identityOf(
  idToken: string,
  { issuer, clientId }: SlackSignInSettings,
  keys: SigningKeys,
  begun: BegunSlackSignIn,
  nowMs: number,
): Promise<SlackIdentity> {
  const verified = await jwtVerify(idToken, keys, {
    algorithms: ['RS256'],
    issuer,
    audience: clientId,
    requiredClaims: ['exp', 'iat', 'nonce'],
    clockTolerance: SKEW_SECONDS,
    currentDate: new Date(nowMs),
  }).catch((error: unknown) => {
    throw translated(error);
  });
  const claims = claimsSchema.safeParse(verified.payload);
  if (!claims.success) throw slackTokenRefused('claims', claims.error.issues.map(({ path }) => path.join('.')).join(', '));
  const { iat, nonce } = claims.data;
  if (nonce !== begun.nonce) throw slackTokenRefused('nonce', 'of another sign-in');
  const begunSeconds = Math.floor(begun.begunAt / 1000);
  if (iat < begunSeconds - SKEW_SECONDS || nowMs / 1000 > begunSeconds + LONGEST_SLACK_SIGN_IN_SECONDS)
    throw slackTokenRefused('stale', 'signed before the click, or too long after it');
  return { workspaceId: claims.data['https://slack.com/team_id'], userId: claims.data['https://slack.com/user_id'] };
}

const RULE_OF_CLAIM: Readonly<Record<string, SlackTokenRule>> = { iss: 'issuer', aud: 'audience', nonce: 'nonce' };
const ABOUT_KEYS = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

/** Without the cause, which carries the token. */
function translated(error: unknown): AppError {
  if (error instanceof errors.JWTExpired) return slackTokenRefused('expired', error.code);
  if (error instanceof errors.JWTClaimValidationFailed)
    return slackTokenRefused(RULE_OF_CLAIM[error.claim] ?? 'claims', error.claim);
  if (error instanceof errors.JOSEError && !ABOUT_KEYS.includes(error.code)) return slackTokenRefused('signature', error.code);
  return unavailable('its signing keys cannot be had');
}

function unavailable(why: string): AppError {
  return new AppError('slack-sign-in.unavailable', `Slack did not say who signed in: ${why}`, {
    retryable: true,
    hint: 'Slack did not answer right now. Begin again in a minute.',
  });
}
