import type { TokenCredential } from '@azure/identity';
import { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import {
  AuthenticationConfiguration,
  AuthenticationError,
  MsalServiceClientCredentialsFactory,
  type BotFrameworkAuthentication,
} from 'botframework-connector';
import { AppError } from '../access/core/app-error.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';

export type TeamsSettings = NonNullable<HallpassConfig['teams']> & {
  /** Whose people may talk to the bot; `tenantId` is one of them. */
  readonly tenantIds: readonly string[];
};

/** Who signs the tokens of the channels, and for whom the bot's own tokens are. */
const CHANNEL_ISSUER = 'https://api.botframework.com';
const CONNECTOR_SCOPE = 'https://api.botframework.com';

export interface BotIdentity {
  readonly authentication: BotFrameworkAuthentication;
  /** A token for the connector. @throws {AppError} `identity.*` */
  token(): Promise<string>;
}

/**
 * Verifies what Teams sends and signs what we send, as a single-tenant bot: with whatever credential its registration has.
 *
 * botbuilder would also accept tokens of Entra itself (emulators, skills). Here only a channel's token counts, so `validateClaims`
 * refuses every other issuer after the signature was verified.
 * @see https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
export function createBotIdentity(settings: TeamsSettings, credential: TokenCredential): BotIdentity {
  const authority = `${settings.login.replace(/\/+$/, '')}/${settings.tenantId}`;
  const credentials = new MsalServiceClientCredentialsFactory(settings.appId, asBotbuilderExpects(credential));
  const onlyChannels = new AuthenticationConfiguration([], async (claims) => {
    const issuer = claims.find((claim) => claim.type === 'iss')?.value;
    if (issuer !== CHANNEL_ISSUER) throw new AuthenticationError('not the token of a channel', 401);
  });
  const authentication = new ConfigurationBotFrameworkAuthentication(
    {
      MicrosoftAppId: settings.appId,
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: settings.tenantId,
      // All of them together, or botbuilder falls back to the public cloud's.
      ToBotFromChannelOpenIdMetadataUrl: settings.openIdMetadata,
      ToBotFromEmulatorOpenIdMetadataUrl: settings.openIdMetadata,
      ToBotFromChannelTokenIssuer: CHANNEL_ISSUER,
      ToChannelFromBotLoginUrl: authority,
      ToChannelFromBotOAuthScope: CONNECTOR_SCOPE,
      OAuthUrl: 'https://token.botframework.com',
      CallerId: 'urn:botframework:azure',
    },
    credentials,
    onlyChannels,
  );
  return {
    authentication,
    token: async () => (await tokenOf(credential)).token,
  };
}

async function tokenOf(credential: TokenCredential) {
  const token = await credential.getToken(`${CONNECTOR_SCOPE}/.default`);
  if (token !== null) return token;
  throw new AppError('identity.unavailable', 'the sign-in answered without a token', { retryable: true });
}

/** botbuilder wants an application of its own msal-node; of it, it only calls `acquireTokenByClientCredential`, for the connector alone. */
function asBotbuilderExpects(credential: TokenCredential) {
  const application = {
    async acquireTokenByClientCredential() {
      const { token, expiresOnTimestamp } = await tokenOf(credential);
      return { accessToken: token, expiresOn: new Date(expiresOnTimestamp) };
    },
  };
  return application as unknown as ConstructorParameters<typeof MsalServiceClientCredentialsFactory>[1];
}
