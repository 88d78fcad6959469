import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { ExchangeLog } from '../exchange-log.ts';
import { ACK_WITHIN_MS, createDelivery, type Delivery, encode } from './delivery.ts';
import { createOpenId, type OpenIdApp, type SlackOpenId } from './openid.ts';
import { createPayloads } from './payloads.ts';
import { createPeople, type SlackPeople } from './people.ts';
import { createRateLimits } from './rate-limits.ts';
import { createResponseUrls } from './response-urls.ts';
import { createSocketMode } from './socket-mode.ts';
import { createTriggerIds } from './trigger-ids.ts';
import { issued } from '../issued.ts';
import { createWebApi, type WebApiFault } from './web-api.ts';
import { manifestFrom, playgroundWorkspace, type WorkspaceSeed } from './workspace-seed.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

/** Slack tries an event again "nearly immediately", after 1 minute and after 5 (https://docs.slack.dev/apis/events-api). */
const EVENT_RETRY_PAUSES_MS = [1000, 60_000, 300_000];
const MANIFEST = join(import.meta.dirname, '../../../manifest/slack.json');

export interface SlackOptions {
  readonly exchanges?: ExchangeLog;
  readonly signingSecret: string;
  readonly botToken: string;
  readonly appToken: string;
  /** Sign in with Slack, where the app has it: the id and secret it was registered with, and its redirect addresses. */
  readonly openId?: OpenIdApp;
  /** TLS of the listener that browsers sign in at, for tests on domains of their own. */
  readonly openIdTls?: { readonly cert: string; readonly key: string };
  /** Where HTTP deliveries go: the bot's `/slack/events`. Not used while a socket is connected. */
  readonly eventsUrl?: () => string;
  /** `off` only where something else than Slack's limits is measured. */
  readonly limits?: 'real' | 'off';
  readonly port?: number;
  /** What the app was installed with; the house's own manifest when it is there. */
  readonly manifestFile?: string;
  readonly seed?: WorkspaceSeed;
  /** How long Slack waits for an acknowledgement. */
  readonly patienceMs?: number;
  readonly eventRetryPausesMs?: readonly number[];
}

export interface SlackFarEnd {
  /** `http://127.0.0.1:PORT/api/`, for the client's `slackApiUrl`. */
  readonly apiUrl: string;
  /** Who signs ID tokens, and what tests change of them; undefined where the app has no Sign in with Slack. */
  readonly openId?: SlackOpenId & { readonly issuer: string; readonly tlsPort: number };
  /** What stands in the workspace, and how a test or a switch of the page changes it from outside. */
  readonly model: Pick<
    Workspace,
    'state' | 'seed' | 'putUser' | 'putChannel' | 'addMessage' | 'removeMessage' | 'users' | 'channels'
  >;
  readonly people: SlackPeople;
  /** Raw HTTP deliveries and the shapes to fill them with, for lying to the app in tests. */
  readonly forge: Pick<Delivery, 'post'> & {
    readonly encode: typeof encode;
    readonly payloads: ReturnType<typeof createPayloads>;
  };
  /** Socket Mode as seen from Slack: whether the app is connected, and two ways to lose it. */
  readonly socket: {
    connected(): boolean;
    askToReconnect(reason?: 'warning' | 'refresh_requested'): void;
    drop(): void;
  };
  /** An administrator installs the app again, with these scopes. */
  reinstall(scopes: readonly string[]): void;
  /** Fails the next calls of a method (`*`: of any), so many times. */
  fail(method: string, fault: WebApiFault, times: number): void;
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** A Slack workspace on this machine, as strict as the real one where the real one's rules are published. */
export async function startSlack(options: SlackOptions): Promise<SlackFarEnd> {
  const manifest = options.manifestFile ?? (existsSync(MANIFEST) ? MANIFEST : undefined);
  const workspace = createWorkspace(options.seed ?? playgroundWorkspace(manifestFrom(manifest)));
  for (const value of [options.botToken, options.appToken, options.signingSecret, options.openId?.clientSecret])
    if (value !== undefined) issued('secret', value);
  const triggers = createTriggerIds();
  const faults: { method: string; fault: WebApiFault; left: number }[] = [];
  const socket = createSocketMode({
    appId: workspace.seed.appId,
    onConnectionsChanged: (connected) => workspace.setTransport(connected > 0 ? 'socket' : 'http'),
  });
  let port = 0;
  const responseUrls = createResponseUrls(workspace, () => `http://127.0.0.1:${port}`);
  let { scopes } = workspace.seed.app;
  const app = new Hono();
  const issuer = () => `http://127.0.0.1:${port}`;
  const openId = options.openId && (await createOpenId(workspace, options.openId, issuer));
  if (openId) app.route('/', openId.app);
  app.all(
    '/api/:method',
    createWebApi({
      workspace,
      triggers,
      limits: createRateLimits(options.limits ?? 'real'),
      botToken: options.botToken,
      appToken: options.appToken,
      granted: () => scopes,
      socketUrl: () => `ws://127.0.0.1:${port}${socket.issueTicket()}`,
      exchanges: options.exchanges,
      faultFor: (method) => takeFault(faults, method),
    }),
  );
  app.post('/actions/*', (context) => responseUrls.handle(context));
  app.post('/commands/*', (context) => responseUrls.handle(context));
  const serve = getRequestListener(app.fetch);
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  server.on('upgrade', (request, duplex, head) => socket.upgrade(request, duplex, head));
  port = await listen(server, options.port ?? 0);
  const secure = options.openIdTls && createTlsServer(options.openIdTls, (request, response) => void serve(request, response));
  const tlsPort = secure ? await listen(secure, 0) : 0;
  const delivery = createDelivery({
    signingSecret: options.signingSecret,
    eventsUrl: options.eventsUrl,
    socket,
    patienceMs: options.patienceMs ?? ACK_WITHIN_MS,
  });
  const people = createPeople({
    workspace,
    delivery,
    triggers,
    responseUrls,
    retryPausesMs: options.eventRetryPausesMs ?? EVENT_RETRY_PAUSES_MS,
    usesSocket: () => socket.connected(),
  });
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    ...(openId ? { openId: Object.assign(openId, { issuer: issuer(), tlsPort }) } : {}),
    model: workspace,
    people,
    forge: { post: delivery.post, encode, payloads: createPayloads(workspace) },
    socket,
    reinstall: (granted) => void (scopes = granted),
    fail: (method, fault, times) => void faults.push({ method, fault, left: times }),
    onChange: (listener) => workspace.onChange(listener),
    async close() {
      people.close();
      await socket.close();
      for (const each of secure ? [server, secure] : [server]) {
        each.closeAllConnections();
        await new Promise<void>((resolve) => {
          each.close(() => resolve());
        });
      }
    },
  };
}

function takeFault(faults: { method: string; fault: WebApiFault; left: number }[], method: string): WebApiFault | undefined {
  const found = faults.find((fault) => fault.left > 0 && (fault.method === method || fault.method === '*'));
  if (found) found.left -= 1;
  return found?.fault;
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
