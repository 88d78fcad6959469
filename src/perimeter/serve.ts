import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { serve } from '@hono/node-server';
import { AppError } from '../access/core/app-error.ts';
import type { Routes } from './assemble.ts';
import type { PerimeterConfig } from './perimeter-config.ts';

export interface Listening {
  readonly url: string;
  /** Accepts nothing new, lets what is under way answer for at most `graceMs`, then cuts it. */
  close(graceMs: number): Promise<void>;
}

/** A caller sends its headers at once; whoever dribbles them holds a socket. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;

/**
 * `key` says in perimeter.yaml where, for whoever has to mend it.
 * @throws {AppError} `config.tls-unreadable`, `listen.failed`
 */
export async function listen(
  routes: Routes,
  key: 'listen' | 'ops' | 'approve.listen',
  setting: PerimeterConfig['listen'],
): Promise<Listening> {
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: 16 * 1024 };
  const where = { fetch: routes, hostname: setting.host, port: setting.port, overrideGlobalObjects: false };
  const { tls } = setting;
  const server =
    tls === undefined
      ? serve({ ...where, createServer: createHttpServer, serverOptions: limits })
      : serve({ ...where, createServer: createHttpsServer, serverOptions: { ...limits, ...certificate(key, tls) } });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (cause) => {
      const message = `${key}: cannot listen on ${setting.host}:${setting.port}`;
      reject(new AppError('listen.failed', message, { cause, hint: `Is the port in use? Name another one as ${key}.port.` }));
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : setting.port;
  const host = setting.host.includes(':') ? `[${setting.host}]` : setting.host;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    async close(graceMs) {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      const cut = setTimeout(() => {
        if ('closeAllConnections' in server) server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function certificate(key: string, { certFile, keyFile }: { readonly certFile: string; readonly keyFile: string }) {
  try {
    return { cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion: 'TLSv1.2' } as const;
  } catch (cause) {
    throw new AppError('config.tls-unreadable', `${key}.tls: certificate or key cannot be read`, {
      cause,
      hint: 'Check both paths.',
    });
  }
}
