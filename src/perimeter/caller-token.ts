import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import { issuersOf, signingKeysUrl } from '../identity/cloud.ts';
import { type SigningKeys, signingKeysAt } from '../identity/id-token-signature.ts';
import type { PerimeterConfig } from './perimeter-config.ts';

/**
 * Verifies the bearer token of a request.
 * @throws {AppError} `caller.unauthenticated` (no token, or not a valid one for us), `caller.forbidden` (valid, but not the one caller
 *   with its role), retryable `caller.keys-unavailable`
 */
export type VerifyCaller = (authorization: string | undefined) => Promise<void>;

export interface CallerSettings {
  readonly tenantId: string;
  readonly issuers: { readonly v1: string; readonly v2: string };
  readonly audiences: readonly string[];
  readonly clientId: string;
  readonly appRole: string;
}

/** Machines disagree about the time by this much. */
const CLOCK_TOLERANCE_SECONDS = 30;
const HINT = 'The bot needs a token of its own application, for this audience and with the app role of perimeter.yaml.';

export function callerSettingsOf(config: PerimeterConfig): CallerSettings {
  const { tenant, caller } = config;
  // Tokens of version 2 name the audience by its bare client id, whatever address was asked for.
  const bare = /^api:\/\/([0-9a-f-]{36})$/i.exec(caller.audience)?.[1];
  const tenantId = tenant.tenantId.toLowerCase();
  return {
    tenantId,
    issuers: issuersOf(tenant.cloud, tenantId),
    audiences: bare === undefined ? [caller.audience] : [caller.audience, bare],
    clientId: caller.clientId,
    appRole: caller.appRole,
  };
}

/** The tenant's keys: what a caller's token is verified with, and what people sign. */
export function tenantKeys({ tenant }: PerimeterConfig): SigningKeys {
  return signingKeysAt(signingKeysUrl(tenant.cloud, tenant.tenantId));
}

/** What a token says of itself, before anybody looked at its signature: good for nothing but to tell a flood from the bot. */
export function saysItIsTheBots(authorization: string | undefined, settings: CallerSettings, nowMs: number): boolean {
  try {
    const { tid, aud, exp = 0, appid, azp } = decodeJwt(tokenOf(authorization) ?? '');
    const caller = appid ?? azp;
    return (
      tid === settings.tenantId &&
      settings.audiences.some((audience) => audience === aud) &&
      typeof caller === 'string' &&
      caller.toLowerCase() === settings.clientId.toLowerCase() &&
      exp * 1_000 > nowMs
    );
  } catch {
    return false;
  }
}

function tokenOf(authorization = ''): string | undefined {
  return /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
}

export function createCallerVerifier(settings: CallerSettings, keys: JWTVerifyGetKey, transportClock: Clock): VerifyCaller {
  return async (authorization) => {
    const token = tokenOf(authorization);
    if (token === undefined) throw unauthenticated('no bearer token');
    const payload = await verified(token, settings, keys, transportClock);
    const refusal = whyNot(payload, settings);
    if (refusal !== undefined)
      throw new AppError('caller.forbidden', `the caller's token is not the bot's: ${refusal}`, { hint: HINT });
  };
}

/** Signature, algorithm, issuer, audience, life. */
async function verified(
  token: string,
  settings: CallerSettings,
  keys: JWTVerifyGetKey,
  transportClock: Clock,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      issuer: [settings.issuers.v1, settings.issuers.v2],
      audience: [...settings.audiences],
      requiredClaims: ['exp', 'nbf', 'tid'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(transportClock.now()),
    });
    return payload;
  } catch (cause) {
    if (isAboutToken(cause)) throw unauthenticated(cause.code);
    throw new AppError('caller.keys-unavailable', "the tenant's signing keys cannot be had", {
      cause,
      hint: 'Entra did not give its signing keys right now; try again.',
      retryable: true,
    });
  }
}

/** The rules that make a valid token of this tenant the bot's own. The first one broken, for the log. */
function whyNot(claims: JWTPayload, settings: CallerSettings): string | undefined {
  const { tid, roles, idtyp, scp } = claims;
  if (tid !== settings.tenantId) return 'tid';
  // A token's version fixes both its issuer and the name of the claim that holds the caller.
  const version = claims.iss === settings.issuers.v2 ? '2.0' : '1.0';
  if (claims['ver'] !== version) return 'ver';
  const caller = version === '2.0' ? claims['azp'] : claims['appid'];
  if (typeof caller !== 'string' || caller.toLowerCase() !== settings.clientId.toLowerCase())
    return version === '2.0' ? 'azp' : 'appid';
  // An optional claim that our own API registration asks for: where it is missing, nothing says that no user stands behind the token.
  if (idtyp !== 'app') return 'idtyp';
  if (scp !== undefined) return 'scp';
  if (!Array.isArray(roles) || !roles.includes(settings.appRole)) return 'roles';
  return undefined;
}

const ABOUT_KEYS = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

function isAboutToken(error: unknown): error is errors.JOSEError {
  return error instanceof errors.JOSEError && !ABOUT_KEYS.includes(error.code);
}

function unauthenticated(why: string): AppError {
  return new AppError('caller.unauthenticated', `the caller's token was not accepted: ${why}`, { hint: HINT });
}
