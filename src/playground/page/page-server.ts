import { createHash } from 'node:crypto';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { AppError } from '../../access/core/app-error.ts';
import type { FlowDiagram } from './flow-diagram.ts';
import { ownOriginOnly } from './own-origin.ts';
import type { PageState } from './page-state.ts';
import { clientFile, contentSecurityPolicy, vendorFile } from './static-files.ts';

export interface PageSource {
  state(): Promise<PageState>;
  /** Does one thing. @throws {AppError} what went wrong, in words for the page */
  act(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>>;
  /** A journal line as it is stored; undefined when there is none. */
  journalLine(of: string, seq: number): string | undefined;
  readonly flows: Readonly<Record<string, FlowDiagram>>;
}

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page on the loopback address. `port` must be free. */
export async function startPageServer(port: number, source: PageSource): Promise<PageServer> {
  const app = new Hono();
  app.use(ownOriginOnly(() => port));
  app.use(async (context, next) => {
    await next();
    context.header('x-content-type-options', 'nosniff');
    context.header('referrer-policy', 'no-referrer');
    context.header('cache-control', 'no-store');
  });
  app.get('/', (context) => {
    const page = clientFile('index.html');
    if (page === undefined) return context.text('The page is missing.', 500);
    context.header('content-security-policy', contentSecurityPolicy(page.body));
    return context.html(page.body);
  });
  app.get('/client/*', (context) => {
    const file = clientFile(context.req.path.slice('/client/'.length));
    return file === undefined ? context.notFound() : context.body(file.body, 200, { 'content-type': file.type });
  });
  app.get('/vendor/:name', (context) => {
    const file = vendorFile(context.req.param('name'));
    return file === undefined ? context.notFound() : context.body(file.body, 200, { 'content-type': file.type });
  });
  app.get('/api/flows', (context) => context.json(source.flows));
  app.get('/api/journal/:of/:seq', (context) => {
    const raw = source.journalLine(context.req.param('of'), Number(context.req.param('seq')));
    return raw === undefined ? context.json({ sentence: 'There is no such line.' }, 404) : context.json({ raw });
  });
  // Asked for several times a second: no connection is held open, so a page always finishes loading, whoever looks at it.
  app.get('/api/state', async (context) => {
    const data = JSON.stringify(await source.state());
    const tag = createHash('sha256').update(data).digest('base64url').slice(0, 16);
    if (context.req.query('known') === tag) return context.body(null, 204);
    return context.body(data, 200, { 'content-type': 'application/json', 'hallpass-state': tag });
  });
  app.post('/api/*', async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined);
    if (body === undefined) return context.json({ sentence: 'That was no JSON.' }, 400);
    return context.json(await source.act(context.req.path.slice('/api/'.length), body));
  });
  app.onError((error, context) => {
    const known = error instanceof AppError;
    const hint = known && error.hint !== undefined ? ` ${error.hint}` : '';
    return context.json({ sentence: `${error.message}${hint}`, code: known ? error.code : 'unknown' }, known ? 409 : 500);
  });
  const server = await new Promise<ServerType>((resolve, reject) => {
    const listening = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => resolve(listening));
    listening.once('error', reject);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}
