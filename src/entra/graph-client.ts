import { randomUUID } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import {
  AuthenticationHandler,
  AuthenticationHandlerOptions,
  Client,
  type Context,
  type Middleware,
} from '@microsoft/microsoft-graph-client';
import { AppError } from '../access/core/app-error.ts';
import { identityErrorOf } from '../identity/identity-error.ts';
import { type OwnIdentity, ownIdentityOf } from '../identity/own-identity.ts';
import type { Log } from '../observe/log.ts';
import { graphErrorOf } from './graph-error.ts';

export interface GraphCall {
  /** OData options by name (`$filter`, `$select`, ...); values are encoded here. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The application permission that this call needs, for the hint when it is missing. */
  readonly permission?: string;
  /** Ends the wait for an answer; what was sent may still happen. */
  readonly signal?: AbortSignal;
}

/**
 * Microsoft Graph v1.0 in few words. Paths begin with `/` and have their segments encoded (odata.ts). Answers are unknown: parse them.
 * Every method throws only `AppError`s of graph-error.ts. Nothing is retried here: commands have a durable backoff of their own.
 */
export interface GraphClient {
  /** Origin of Graph, which differs from cloud to cloud. */
  readonly origin: string;
  get(path: string, call?: GraphCall): Promise<unknown>;
  post(path: string, body: unknown, call?: GraphCall): Promise<unknown>;
  delete(path: string, call?: GraphCall): Promise<void>;
  /** Every item of a collection, over all pages. */
  list(path: string, call?: GraphCall): AsyncGenerator<unknown, void, undefined>;
  /** The application that these calls come from, as Graph sees it. @throws {AppError} `identity.*` */
  whoWeAre(): Promise<OwnIdentity>;
}

export interface GraphClientOptions {
  /** Origin of Graph, e.g. `https://graph.microsoft.com`. */
  readonly graphUrl: string;
  readonly credential: TokenCredential;
  readonly log: Log;
  readonly timeoutMs?: number;
  /** Told of every answer, refusals too: what its `Date` said, and when by our clock the call began and was answered; milliseconds. */
  readonly onDate?: (dateMs: number, sentAtMs: number, receivedAtMs: number) => void;
}

/** Graph answers within seconds; what takes longer is treated as unknown and looked up again. */
export const GRAPH_TIMEOUT_MS = 20_000;
/** A server that pages forever is not believed. 999 items a page at most. */
const MAX_PAGES = 1_000;

export function createGraphClient(options: GraphClientOptions): GraphClient {
  const { graphUrl, log } = options;
  const origin = new URL(graphUrl).origin;
  const provider = { getAccessToken: () => tokenOf(options.credential, `${origin}/.default`) };
  const authentication = new AuthenticationHandler(provider);
  authentication.setNext(transport(options.timeoutMs ?? GRAPH_TIMEOUT_MS, options.onDate));
  // Without customHosts the client silently sends no token to anything but the well-known hosts. The chain is our own: the client's
  // retry and redirect handlers would hide what happened to a write.
  const client = Client.initWithMiddleware({
    baseUrl: `${origin}/`,
    defaultVersion: 'v1.0',
    customHosts: new Set([new URL(graphUrl).hostname]),
    middleware: authentication,
  });

  async function send(method: 'get' | 'post' | 'delete', address: string, call: GraphCall, body?: unknown): Promise<unknown> {
    const requestId = randomUUID();
    const startedAt = performance.now();
    const request = client.api(address).headers({ ...call.headers, 'client-request-id': requestId });
    if (call.signal !== undefined) request.option('signal', call.signal);
    const what = `${method.toUpperCase()} ${new URL(address, origin).pathname}`;
    const took = () => Math.round(performance.now() - startedAt);
    // Asked for here and not by the client, which would wrap the error and lose its code.
    const token = await provider.getAccessToken();
    request.middlewareOptions([new AuthenticationHandlerOptions({ getAccessToken: () => Promise.resolve(token) })]);
    try {
      const answer: unknown = await (method === 'post' ? request.post(body) : request[method]());
      log.debug({ graph: what, clientRequestId: requestId, ms: took() }, 'graph answered');
      return answer;
    } catch (error) {
      const translated = graphErrorOf(error, `${what} (client-request-id ${requestId})`, call.permission);
      log.debug({ graph: what, clientRequestId: requestId, ms: took(), code: translated.code }, 'graph refused');
      throw translated;
    }
  }

  async function* list(path: string, call: GraphCall = {}): AsyncGenerator<unknown, void, undefined> {
    let address = addressOf(path, call.query);
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const page = await send('get', address, call);
      const items: unknown = fieldOf(page, 'value');
      if (!Array.isArray(items)) throw graphErrorOf(new TypeError('a collection without value[]'), `GET ${path}`);
      yield* items;
      const next = fieldOf(page, '@odata.nextLink');
      if (typeof next !== 'string') return;
      address = sameOrigin(next, origin);
    }
    throw graphErrorOf(new RangeError(`more than ${MAX_PAGES} pages`), `GET ${path}`);
  }

  return {
    origin,
    get: (path, call = {}) => send('get', addressOf(path, call.query), call),
    post: (path, body, call = {}) => send('post', addressOf(path, call.query), call, body),
    delete: async (path, call = {}) => {
      await send('delete', addressOf(path, call.query), call);
    },
    list,
    whoWeAre: async () => ownIdentityOf(await provider.getAccessToken()),
  };
}

/** The last link of the client's chain: one fetch, no retries, no redirects (a redirected write is no write of ours). */
function transport(timeoutMs: number, onDate: GraphClientOptions['onDate']): Middleware {
  return {
    execute: async (context: Context) => {
      const address = typeof context.request === 'string' ? context.request : context.request.url;
      const { method, headers, body, signal } = context.options ?? {};
      const timeout = AbortSignal.timeout(timeoutMs);
      const sentAtMs = Date.now();
      const response = await fetch(address, {
        method: method ?? 'GET',
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body }),
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      }).catch((error: unknown) => {
        // The client keeps only name and message of what it catches, and fetch hides the reason in the cause.
        throw new Error(reasonOf(error));
      });
      const dateMs = Date.parse(response.headers.get('date') ?? '');
      if (!Number.isNaN(dateMs)) onDate?.(dateMs, sentAtMs, Date.now());
      context.response = response;
    },
  };
}

function reasonOf(error: unknown): string {
  const code = fieldOf(fieldOf(error, 'cause'), 'code') ?? fieldOf(error, 'name');
  return typeof code === 'string' ? code : 'no reason';
}

async function tokenOf(credential: TokenCredential, scope: string): Promise<string> {
  const token = await credential.getToken(scope).catch((error: unknown) => {
    throw identityErrorOf(error, 'Graph');
  });
  if (token === null) throw identityErrorOf(undefined, 'Graph');
  return token.token;
}

function addressOf(path: string, query: GraphCall['query']): string {
  const options = Object.entries(query ?? {}).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return options.length === 0 ? path : `${path}?${options.join('&')}`;
}

/** A next link is followed only to where we already are: our token goes with it. */
function sameOrigin(link: string, origin: string): string {
  if (new URL(link).origin === origin) return link;
  throw new AppError('directory.rejected', `a next link leads away from ${origin}`, {
    hint: 'Check the address of Graph in the configuration.',
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
