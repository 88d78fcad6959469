import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { issued } from '../issued.ts';

export const BOT_FRAMEWORK_ISSUER = 'https://api.botframework.com';
const LIFE_SECONDS = 3600;

/** What a token of the Bot Service says; a test changes a claim to make it lie. */
export interface ChannelTokenLies {
  readonly audience?: string;
  readonly issuer?: string;
  readonly serviceUrl?: string;
  /** Seconds from now; negative for a token that has ended. */
  readonly expiresInSeconds?: number;
  /** Signed with a key that is not in the published set, but carries the name of one that is. */
  readonly foreignKey?: boolean;
}

export type BotServiceTokens = Awaited<ReturnType<typeof createBotServiceTokens>>;

/**
 * The issuer of the tokens with which Teams comes to a bot: its metadata, keys with the `msteams` endorsement, and tokens.
 * @see https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
export async function createBotServiceTokens(appId: string) {
  const own = await generateKeyPair('RS256');
  const foreign = await generateKeyPair('RS256');
  const kid = randomUUID().replaceAll('-', '');
  const jwk = await exportJWK(own.publicKey);
  return {
    keys: { keys: [{ ...jwk, use: 'sig', kid, x5t: kid, endorsements: ['msteams'] }] },
    metadata: (jwksUri: string) => ({
      issuer: BOT_FRAMEWORK_ISSUER,
      authorization_endpoint: 'https://invalid.botframework.com',
      jwks_uri: jwksUri,
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    }),
    async issue(serviceUrl: string, lies: ChannelTokenLies = {}): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      const ends = now + (lies.expiresInSeconds ?? LIFE_SECONDS);
      const signed = await new SignJWT({ serviceurl: lies.serviceUrl ?? serviceUrl })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, x5t: kid })
        .setIssuer(lies.issuer ?? BOT_FRAMEWORK_ISSUER)
        .setAudience(lies.audience ?? appId)
        .setNotBefore(Math.min(now, ends - LIFE_SECONDS))
        .setExpirationTime(ends)
        .sign(lies.foreignKey ? foreign.privateKey : own.privateKey);
      return issued('token', signed);
    },
  };
}
