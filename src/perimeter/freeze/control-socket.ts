import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { AppError } from '../../access/core/app-error.ts';
import type { Control } from './control.ts';
import { createControlApp } from './control-app.ts';

/** In the folder of the store, which only its owner may enter. */
export function controlSocketOf(folder: string): string {
  return join(folder, 'control.sock');
}

/**
 * Serves the control routes on a socket of the file system, for this user alone. Whoever holds the store's lease may take the place of one
 * that an earlier process left. @throws {AppError} `listen.failed`, e.g. where the path is longer than a socket's may be
 */
export async function listenOnControlSocket(control: Control, folder: string): Promise<{ close(): Promise<void> }> {
  const path = controlSocketOf(folder);
  const server = createAdaptorServer({ fetch: createControlApp(control).fetch, createServer, overrideGlobalObjects: false });
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new AppError('listen.failed', `the control socket ${path} cannot be opened`, {
          cause,
          hint: 'The path of a socket may hold about 100 characters: put the store into a folder with a shorter name.',
        }),
      );
    });
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
