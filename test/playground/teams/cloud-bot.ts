import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type TurnContext } from 'botbuilder';
import { MsalServiceClientCredentialsFactory } from 'botframework-connector';
import { generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { TEAMS_APP_ID, TENANT_ID } from '../../../src/playground/cast.ts';
import { createExchangeLog } from '../../../src/playground/exchange-log.ts';
import { startTeams, type TeamsFarEnd, type TeamsOptions } from '../../../src/playground/teams/start.ts';

export interface Login {
  readonly verifyToken: TeamsOptions['verifyToken'];
  token(claims?: { readonly appid?: string; readonly aud?: string; readonly expired?: boolean }): Promise<string>;
}

/** botframework-connector keeps tokens for the whole process, so the key lives as long. */
const SIGNING = generateKeyPair('RS256');

/** A sign-in service of one key, just large enough for tokens of bots. */
export async function miniLogin(): Promise<Login> {
  const { privateKey, publicKey } = await SIGNING;
  const issuer = `https://sts.windows.net/${TENANT_ID}/`;
  return {
    verifyToken: async (bearer, audience) => (await jwtVerify(bearer, publicKey, { issuer, audience })).payload,
    token: async ({ appid = TEAMS_APP_ID, aud = 'https://api.botframework.com', expired = false } = {}) =>
      await new SignJWT({ appid, tid: TENANT_ID })
        .setProtectedHeader({ alg: 'RS256' })
        .setIssuer(issuer)
        .setAudience(aud)
        .setExpirationTime(expired ? '-1h' : '1h')
        .sign(privateKey),
  };
}

export interface Rig {
  readonly teams: TeamsFarEnd;
  readonly adapter: CloudAdapter;
  readonly login: Login;
  /** Every activity as it arrived, unparsed claims aside. */
  readonly received: unknown[];
  readonly stop: () => Promise<void>;
}

/** Teams with a real CloudAdapter behind `/api/messages`, its tokens verified and its own tokens got through MSAL. */
export async function rig(logic: (context: TurnContext) => Promise<void>, options: Partial<TeamsOptions> = {}): Promise<Rig> {
  const login = await miniLogin();
  let port = 0;
  const teams = await startTeams({
    exchanges: createExchangeLog(),
    appId: TEAMS_APP_ID,
    tenantId: TENANT_ID,
    verifyToken: login.verifyToken,
    messagesUrl: () => `http://127.0.0.1:${port}/api/messages`,
    ...options,
  });
  const adapter = new CloudAdapter(authentication(teams, login));
  adapter.onTurnError = async (_, error) => {
    throw error;
  };
  const received: unknown[] = [];
  const server = createServer((request, response) => {
    void serve(adapter, logic, received, request, response);
  });
  port = await listen(server);
  return {
    teams,
    adapter,
    login,
    received,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await teams.close();
    },
  };
}

function authentication(teams: TeamsFarEnd, login: Login): ConfigurationBotFrameworkAuthentication {
  const authority = `https://login.playground.example/${TENANT_ID}`;
  const metadata = {
    issuer: `${authority}/v2.0`,
    authorization_endpoint: `${authority}/authorize`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    jwks_uri: `${authority}/keys`,
  };
  const networkClient = {
    sendGetRequestAsync: async () => ({ status: 200, headers: {}, body: metadata }),
    sendPostRequestAsync: async () => {
      const body = { token_type: 'Bearer', expires_in: 3599, access_token: await login.token() };
      return { status: 200, headers: {}, body };
    },
  };
  type Network = NonNullable<
    NonNullable<ConstructorParameters<typeof ConfidentialClientApplication>[0]['system']>['networkClient']
  >;
  const application = new ConfidentialClientApplication({
    auth: { clientId: TEAMS_APP_ID, clientSecret: 'secret', authority, knownAuthorities: ['login.playground.example'] },
    system: { networkClient: networkClient as unknown as Network },
  });
  return new ConfigurationBotFrameworkAuthentication(
    {
      MicrosoftAppId: TEAMS_APP_ID,
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: TENANT_ID,
      ToBotFromChannelOpenIdMetadataUrl: teams.openIdMetadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: teams.openIdMetadataUrl,
      ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
      ToChannelFromBotLoginUrl: authority,
      ToChannelFromBotOAuthScope: 'https://api.botframework.com',
      OAuthUrl: 'https://token.botframework.com',
      CallerId: 'urn:botframework:azure',
    },
    // botbuilder's own, older msal-node has other private parts; it calls one method that both have.
    new MsalServiceClientCredentialsFactory(
      TEAMS_APP_ID,
      application as unknown as ConstructorParameters<typeof MsalServiceClientCredentialsFactory>[1],
    ),
  );
}

/** botbuilder wants an Express-like pair with a parsed body. */
async function serve(
  adapter: CloudAdapter,
  logic: (context: TurnContext) => Promise<void>,
  received: unknown[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
  received.push(body);
  const pair = {
    socket: response.socket,
    status: (code: number) => (response.statusCode = code),
    header: (name: string, value: unknown) => response.setHeader(name, String(value)),
    send: (value: unknown) => {
      response.setHeader('content-type', 'application/json');
      response.write(JSON.stringify(value));
    },
    end: () => response.end(),
  };
  try {
    await adapter.process(
      Object.assign(request, { body: body as Record<string, unknown> }) as Parameters<typeof adapter.process>[0],
      pair,
      logic,
    );
  } catch {
    if (!response.headersSent) response.statusCode = 500;
    response.end();
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
