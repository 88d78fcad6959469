import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AppError } from '../access/core/app-error.ts';
import type { ListenSetting } from '../config/listen-rules.ts';
import type { Log } from '../observe/log.ts';

/** Answers by itself; a rejected promise becomes a 500 without detail. */
export type Route = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

/** Pages below some paths, which know their own ways: they answer every method, and what they do not know themselves. */
export interface Pages {
  /** Without a last slash: each stands for itself and all below it. */
  readonly under: readonly string[];
  readonly route: Route;
}

export interface HttpServer {
  readonly url: string;
  /** Takes no new requests, lets running ones end. */
  close(): Promise<void>;
}

/** A slow or silent client must not hold a socket: all our callers send small bodies at once. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Just longer than what usual load balancers keep open. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_MAX_BYTES = 16 * 1024;

/**
 * One listener of the bot (design.md section 6). Routes are `METHOD /path`; anything else is a 404, a known path with another
 * method a 405, both as problem details.
 * @throws {AppError} `listen.failed`
 */
export async function startHttpServer(options: {
  /** The key in hallpass.yaml that says where, for whoever has to mend it. */
  readonly key: 'listen' | 'ops';
  readonly listen: ListenSetting;
  readonly routes: Readonly<Record<string, Route>>;
  readonly pages?: Pages;
  readonly log: Log;
  readonly counted?: (route: string, status: number) => void;
}): Promise<HttpServer> {
  const { key, listen, routes, pages, log, counted } = options;
  const paths = new Set(Object.keys(routes).map((name) => name.split(' ')[1]));
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const path = (req.url ?? '/').split('?')[0] ?? '/';
    const asked = `${req.method ?? 'GET'} ${path}`;
    const page = pages?.under.find((above) => path === above || path.startsWith(`${above}/`));
    const route = routes[asked] ?? (page === undefined ? undefined : pages?.route);
    // The names of pages are many; what they are under is enough to count by.
    const name = routes[asked] === undefined && page !== undefined ? `${req.method ?? 'GET'} ${page}` : asked;
    res.on('finish', () => counted?.(route ? name : 'other', res.statusCode));
    if (!route) return paths.has(path) ? problem(res, 405, 'http.method') : problem(res, 404, 'http.not-found');
    try {
      await route(req, res);
    } catch (error) {
      log.error({ err: error, route: name }, 'a request failed');
      if (!res.headersSent) problem(res, 500, 'internal');
      else res.destroy();
    }
  };
  const limits = { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: HEADERS_MAX_BYTES };
  const listener = (req: IncomingMessage, res: ServerResponse) => void answer(req, res);
  const server: Server = listen.tls
    ? createTlsServer({ ...limits, cert: readFileSync(listen.tls.certFile), key: readFileSync(listen.tls.keyFile) }, listener)
    : createServer(limits, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `${key}: cannot listen on ${listen.host}:${listen.port}`;
      reject(new AppError('listen.failed', message, { cause, hint: `Is the port in use? Name another one as ${key}.port.` }));
    });
    server.listen(listen.port, listen.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return {
    url: `${listen.tls ? 'https' : 'http'}://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

export function problem(res: ServerResponse, status: number, code: string): void {
  res.writeHead(status, { 'content-type': 'application/problem+json' });
  res.end(JSON.stringify({ type: 'about:blank', title: status === 404 ? 'Not found' : 'Refused', status, code }));
}

export function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
