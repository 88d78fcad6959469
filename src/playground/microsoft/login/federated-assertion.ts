import { decodeJwt, type JWTPayload } from 'jose';
import { codeOf } from '../../../access/core/app-error.ts';
import { instantOf } from '../../../access/core/clock.ts';
import type { AppRegistration, FederatedCredential } from '../tenant/applications.ts';
import { EXCHANGE_AUDIENCE, EXCHANGE_RESOURCES } from '../tokens.ts';
import { certified } from './certificate-assertion.ts';
import type { LoginOptions, Registration } from './login-options.ts';
import { printable, type Refused, refused } from './refusal.ts';

const SEE = 'https://learn.microsoft.com/entra/workload-id/workload-identity-federation';
const CHECK = `Check your federated identity credential Subject, Audience and Issuer against the presented assertion. ${SEE}`;
const invalid = (number: number, text: string) => refused(401, 'invalid_client', number, text);

/**
 * Is this a token of a user-assigned managed identity that the application's registration trusts? Issuer, subject and audience are compared byte by
 * byte. Rules: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity and
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations. In which order Entra looks is not written down;
 * what decides here is that each fault alone gets its own number.
 */
export async function federated(
  options: LoginOptions,
  registration: Registration,
  assertion: string,
): Promise<AppRegistration | Refused> {
  const { app } = registration;
  const claims = readable(assertion);
  if (claims === undefined) return refused(400, 'invalid_request', 50_027, 'JWT token is invalid or malformed.');
  if (claims.iss === app.appId) return certified(options, app, assertion);
  const trusted = trustedIssuer(options, registration, claims);
  if ('error' in trusted) return trusted;
  const expiry = times(claims, options.now.now());
  if (expiry !== undefined) return expiry;
  try {
    await registration.tokens.verifyV2(assertion);
  } catch (error) {
    if (!codeOf(error).startsWith('token.')) throw error;
    return invalid(
      50_012,
      `External ID token from issuer '${printable(String(claims.iss))}' failed signature verification. KeyID of token is not among those that it publishes.`,
    );
  }
  return rightIdentity(registration, claims) ?? matched(trusted.credentials, claims, EXCHANGE_RESOURCES[options.cloud]) ?? app;
}

interface Trusted {
  readonly credentials: readonly FederatedCredential[];
}

function trustedIssuer(options: LoginOptions, { app, tokens }: Registration, claims: JWTPayload): Trusted | Refused {
  const issuer = String(claims.iss);
  if (app.federatedCredentials.length === 0)
    return invalid(70_025, `The client '${app.appId}'(${app.displayName}) has no configured federated identity credentials.`);
  const credentials = app.federatedCredentials.filter((credential) => credential.issuer === issuer);
  if (credentials.length === 0)
    return invalid(
      700_211,
      `No matching federated identity record found for presented assertion issuer '${printable(issuer)}'. ${CHECK}`,
    );
  // Identity and registration are of one tenant, whichever it is that the token is wanted for.
  if (issuer === tokens.issuerV2) return { credentials };
  if (issuer.startsWith(`${options.address()}/`) || /^https:\/\/(login\.microsoftonline\.|sts\.windows\.net\/)/.test(issuer))
    return invalid(
      700_236,
      `Entra ID tokens issued by issuer '${printable(issuer)}' may not be used for federated identity credential flows for applications or managed identities registered in this tenant.`,
    );
  return invalid(90_061, 'Request to External OIDC endpoint failed. The playground knows no other issuers.');
}

function times(claims: JWTPayload, now: number): Refused | undefined {
  const { nbf = 0, exp = 0 } = claims;
  if (nbf * 1_000 <= now && now < exp * 1_000) return undefined;
  return invalid(
    700_024,
    `Client assertion is not within its valid time range. Current time: ${instantOf(now)}, assertion valid from ${instantOf(nbf * 1_000)}, expiry time of assertion ${instantOf(exp * 1_000)}.`,
  );
}

/** Only what a user-assigned managed identity got where it lives; Entra's own statement for the rest. */
function rightIdentity({ tenant }: Registration, claims: JWTPayload): Refused | undefined {
  if (claims['idtyp'] !== 'app')
    return invalid(
      700_229,
      'Forbidden token type. Only app-only tokens may be used as Federated Identity Credentials for Entra ID issuer.',
    );
  const identity = tenant.applications.byServicePrincipalId(String(claims.sub));
  // How it words the refusal of a system-assigned identity is not documented, only that there is one.
  if (identity?.servicePrincipalType === 'ManagedIdentity' && identity.isUserAssigned) return undefined;
  return invalid(700_226, 'Only MSI tokens may be used as Federated Identity Credentials for Entra ID issuer.');
}

function matched(credentials: readonly FederatedCredential[], claims: JWTPayload, exchange: string): Refused | undefined {
  const subject = String(claims.sub);
  const named = credentials.filter((credential) => credential.subject === subject);
  const begin = 'No matching federated identity record found for presented assertion';
  if (named.length === 0) {
    const nearly = credentials.some((credential) => credential.subject.toLowerCase() === subject.toLowerCase());
    return nearly
      ? invalid(
          7_002_138,
          `${begin} subject '${subject}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. ${CHECK}`,
        )
      : invalid(700_213, `${begin} subject '${printable(subject)}'. ${CHECK}`);
  }
  const wanted = named.flatMap(({ audiences }) => audiences);
  if (wanted.includes(EXCHANGE_AUDIENCE))
    return invalid(700_214, `The federated identity credential's audience must be '${exchange}'.`);
  // The token carries the application id of the resource, the credential its address: the service takes them for the same.
  const audience = claims.aud === EXCHANGE_AUDIENCE ? exchange : String(claims.aud);
  if (wanted.includes(audience)) return undefined;
  return invalid(700_212, `${begin} audience '${printable(audience)}'. ${CHECK}`);
}

function readable(assertion: string): JWTPayload | undefined {
  try {
    return decodeJwt(assertion);
  } catch {
    return undefined;
  }
}
