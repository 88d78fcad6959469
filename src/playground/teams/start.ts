import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createActivities } from './activities.ts';
import { type BotServiceTokens, createBotServiceTokens } from './bot-service-tokens.ts';
import { answerConnector } from './connector-api.ts';
import { type ConnectorAnswer, refused } from './connector-answer.ts';
import type { ConnectorContext } from './connector-context.ts';
import { ANSWER_WITHIN_MS, createDelivery, type Delivery } from './delivery.ts';
import type { ExchangeLog } from '../exchange-log.ts';
import { installedApp, type InstalledApp } from './installed-app.ts';
import { createPeople, type TeamsPeople } from './people.ts';
import { createSendLimits } from './send-limits.ts';
import { createTeamsModel, playgroundTeams, type TeamsModel, type TeamsSeed } from './teams-model.ts';

const CONNECTOR_AUDIENCE = 'https://api.botframework.com';
const BODY_LIMIT_BYTES = 1_000_000;
const METADATA_PATH = '/v1/.well-known/openidconfiguration';
const KEYS_PATH = '/v1/.well-known/keys';
const MANIFEST = join(import.meta.dirname, '../../../manifest/teams.json');

export interface TeamsOptions {
  readonly exchanges?: ExchangeLog;
  /** Verifies a bot's token (signature, issuer, times) for this audience and gives its claims; throws when it does not hold. */
  readonly verifyToken: (bearer: string, audience: string) => Promise<Readonly<Record<string, unknown>>>;
  /** The bot's `/api/messages`. */
  readonly messagesUrl?: () => string;
  readonly appId: string;
  /** The playground's own tenant when left out. */
  readonly tenantId?: string;
  /** `off` only where something else than Teams' limits is measured. */
  readonly limits?: 'real' | 'off';
  readonly port?: number;
  readonly seed?: TeamsSeed;
  /** What the app was uploaded with; the house's own manifest when left out. */
  readonly manifestFile?: string;
  /** How long Teams waits for an answer. */
  readonly patienceMs?: number;
}

export type ConnectorFault = 412 | 429 | 500 | 502 | 503 | 504;

export interface TeamsFarEnd {
  /** `http://127.0.0.1:PORT/teams/`: where the connector answers. */
  readonly serviceUrl: string;
  /** OpenID metadata of the tokens that Teams comes with. */
  readonly openIdMetadataUrl: string;
  readonly model: Pick<
    TeamsModel,
    'state' | 'putUser' | 'putConversation' | 'users' | 'conversations' | 'deletePersonal' | 'openPersonal' | 'cardsSeenBy'
  >;
  readonly people: TeamsPeople;
  /** Raw deliveries and the shapes to fill them with, for lying to the bot in tests. */
  readonly forge: Pick<Delivery, 'post' | 'send'> & {
    readonly tokens: Pick<BotServiceTokens, 'issue'>;
    readonly activities: ReturnType<typeof createActivities>;
  };
  /** Fails the next connector calls, so many times. */
  fail(status: ConnectorFault, times: number): void;
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/**
 * Teams and the Bot Connector on this machine, as strict as the real ones where the real ones' rules are published.
 * @throws {AppError} `playground.manifest-refused`
 */
export async function startTeams(options: TeamsOptions): Promise<TeamsFarEnd> {
  const tokens = await createBotServiceTokens(options.appId);
  const given = options.seed ?? playgroundTeams();
  const app = await installedApp(options.manifestFile ?? MANIFEST);
  const seed = { ...installedIn(given, app), tenantId: options.tenantId ?? given.tenantId };
  const model = createTeamsModel(seed, `28:${options.appId}`);
  const faults: ConnectorFault[] = [];
  let origin = '';
  const serviceUrl = () => `${origin}/teams/`;
  const context: ConnectorContext = { model, limits: createSendLimits(options.limits ?? 'real'), serviceUrl };
  const server = createServer((request, response) => {
    answer(request)
      .catch((error: unknown) => refused(500, 'ServiceError', error instanceof Error ? error.message : 'failed'))
      .then(({ status, body }) => send(response, status, body))
      .catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage): Promise<ConnectorAnswer> {
    const url = new URL(request.url ?? '/', origin);
    if (url.pathname === METADATA_PATH) return { status: 200, body: tokens.metadata(`${origin}${KEYS_PATH}`) };
    if (url.pathname === KEYS_PATH) return { status: 200, body: tokens.keys };
    if (!url.pathname.startsWith('/teams/v3/')) return refused(404, 'ServiceError', 'No such resource.');
    const text = await readBody(request);
    const answered = await answerBot(request, url, text);
    options.exchanges?.record({
      contract: 'bot',
      method: request.method ?? 'GET',
      url: url.href,
      ...(text ? { requestBody: jsonOf(text) ?? text } : {}),
      status: answered.status,
      ...(answered.body === undefined ? {} : { responseBody: answered.body }),
    });
    return answered;
  }

  async function answerBot(request: IncomingMessage, url: URL, text: string | undefined): Promise<ConnectorAnswer> {
    if (text === undefined) return refused(413, 'MessageSizeTooBig', 'Message size too large.');
    if (!(await isOurBot(options, request.headers.authorization))) {
      return refused(401, 'Unauthorized', 'Authorization has been denied for this request.');
    }
    const fault = faults.shift();
    if (fault !== undefined) return refused(fault, fault === 429 ? 'Throttled' : 'ServiceError', 'A fault that was switched on.');
    const body = text === '' ? undefined : jsonOf(text);
    if (text !== '' && body === undefined) return refused(400, 'BadSyntax', 'The body is not JSON.');
    const path = url.pathname.slice('/teams/v3/'.length).split('/').map(decodeURIComponent);
    return answerConnector(context, { method: request.method ?? 'GET', path, query: url.searchParams, body });
  }

  origin = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`;
  const delivery = createDelivery({
    tokens,
    messagesUrl: options.messagesUrl,
    serviceUrl,
    patienceMs: options.patienceMs ?? ANSWER_WITHIN_MS,
  });
  return {
    serviceUrl: serviceUrl(),
    openIdMetadataUrl: `${origin}${METADATA_PATH}`,
    model,
    people: createPeople({ model, delivery, serviceUrl }),
    forge: { ...delivery, tokens, activities: createActivities(model, serviceUrl) },
    fail: (status, times) => void faults.push(...Array.from({ length: times }, () => status)),
    onChange: (listener) => model.onChange(listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Nobody has the app in a scope that its manifest does not name. */
function installedIn(seed: TeamsSeed, app: InstalledApp): TeamsSeed {
  return {
    ...seed,
    users: seed.users.map((user) => ({ ...user, installed: user.installed && app.personal })),
    channels: seed.channels.map((channel) => ({ ...channel, botInstalled: channel.botInstalled && app.team })),
  };
}

/** A token of the tenant's sign-in for the Bot Connector, issued to this bot's registration. */
async function isOurBot({ verifyToken, appId }: TeamsOptions, authorization: string | undefined): Promise<boolean> {
  const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (bearer === undefined) return false;
  try {
    const claims = await verifyToken(bearer, CONNECTOR_AUDIENCE);
    return (claims['appid'] ?? claims['azp']) === appId;
  } catch {
    return false;
  }
}

/** Undefined when it is longer than anything that could be a message. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= BODY_LIMIT_BYTES) chunks.push(chunk as Buffer);
  }
  return size > BODY_LIMIT_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' });
  response.end(text);
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
