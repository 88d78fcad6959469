import type { TokenCredential } from '@azure/identity';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { sameTenant } from '../access/core/person.ts';

const claimsSchema = z.object({ tid: z.guid() });

/**
 * The same credential, whose tokens are handed out only when they are of this tenant. A managed identity gets tokens of the tenant where it
 * lives, whatever tenant the file names: without this, one tenant would be asked about another. Nothing is verified here, since the token is our
 * own and came by TLS from the sign-in.
 * @throws {AppError} `identity.other-tenant`; `identity.unreadable` where a token does not say of which tenant it is
 */
export function tenantBound(credential: TokenCredential, tenantId: string): TokenCredential {
  return {
    async getToken(scopes, options) {
      const answer = await credential.getToken(scopes, options);
      if (answer === null) return null;
      const tid = tenantOfToken(answer.token);
      if (sameTenant(tid, tenantId)) return answer;
      throw new AppError('identity.other-tenant', `the token is of tenant ${tid}, and ${tenantId} was asked for`, {
        hint: `The identity of the configuration lives in tenant ${tid}. For another tenant use an app registration that is consented to there, with the managed identity as its federated credential.`,
      });
    },
  };
}

function tenantOfToken(token: string): string {
  try {
    return claimsSchema.parse(decodeJwt(token)).tid;
  } catch {
    // Without the cause: it may quote the token.
    throw new AppError('identity.unreadable', 'our own token does not say of which tenant it is', {
      hint: 'The identity of the configuration gave a token that cannot be read. Check the credential and the addresses of the cloud.',
    });
  }
}
