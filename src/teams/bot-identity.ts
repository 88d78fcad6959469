import { ConfidentialClientApplication } from '@azure/msal-node';
import { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import {
  AuthenticationConfiguration,
  AuthenticationError,
  MsalServiceClientCredentialsFactory,
  type BotFrameworkAuthentication,
} from 'botframework-connector';
import type { Secret } from '../access/core/secret.ts';
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
  /** A token for the connector. @throws whatever the sign-in says; never with the secret in it */
  token(): Promise<string>;
}

/**
 * Verifies what Teams sends and signs what we send, as a single-tenant bot.
 *
 * botbuilder would also accept tokens of Entra itself (emulators, skills). Here only a channel's token counts, so `validateClaims`
 * refuses every other issuer after the signature was verified.
 * @see https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
export function createBotIdentity(settings: TeamsSettings, clientSecret: Secret): BotIdentity {
  const authority = `${settings.login.replace(/\/+$/, '')}/${settings.tenantId}`;
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: settings.appId,
      clientSecret: clientSecret.reveal(),
      authority,
      knownAuthorities: [new URL(settings.login).host],
    },
  });
  const credentials = new MsalServiceClientCredentialsFactory(settings.appId, asBotbuilderExpects(application));
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
    token: async () => {
      const result = await application.acquireTokenByClientCredential({ scopes: [`${CONNECTOR_SCOPE}/.default`] });
      if (result === null) throw new Error('the sign-in answered without a token');
      return result.accessToken;
    },
  };
}

/** botbuilder brings an older msal-node along, whose class has other private parts; it only calls `acquireTokenByClientCredential`. */
function asBotbuilderExpects(application: ConfidentialClientApplication) {
  return application as unknown as ConstructorParameters<typeof MsalServiceClientCredentialsFactory>[1];
}
