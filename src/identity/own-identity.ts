import { decodeJwt } from 'jose';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';

/** An application of ours by the two ids that Entra's own records use; some records have only one of them. */
export interface OwnIdentity {
  readonly appId: string;
  readonly servicePrincipalId: string;
}

const claimsSchema = z.object({ oid: z.guid(), appid: z.guid().optional(), azp: z.guid().optional() });

/**
 * Who we are, as Entra wrote into a token that it gave us. The configuration cannot say it: a managed identity has a client id of its own, and
 * the object id stands nowhere else. Not verified here: it is sent along with each call, and Graph accepts no other.
 * @throws {AppError} `identity.unreadable`
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function ownIdentityOf(token: string): OwnIdentity {
  const claims = claimsSchema.safeParse(payloadOf(token)).data;
  const appId = claims?.appid ?? claims?.azp;
  if (claims !== undefined && appId !== undefined) return { appId, servicePrincipalId: claims.oid };
  // Without the cause: a parser's message may quote the token.
  throw new AppError('identity.unreadable', 'our own token does not say which application it was given to', {
    hint: 'Hallpass cannot tell its own entries in the audit log from those of others.',
  });
}

function payloadOf(token: string): unknown {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
