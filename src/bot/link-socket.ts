import { chmodSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, codeOf } from '../access/core/app-error.ts';
import type { Log } from '../observe/log.ts';
import type { Links } from './links.ts';

const PATIENCE_MS = 10_000;
const ROUTE = /^\/unlink\/([0-9a-f]{32})$/;
const answerSchema = z.object({ ended: z.boolean() });
const socketOf = (folder: string): string => join(folder, 'links.sock');

/**
 * Lets whoever may enter the store's folder end a link of the running bot (`hallpass links unlink`): a socket of the file system, for this user
 * alone. Where none can be opened, the bot works without. Returns how to stop.
 */
export async function listenForUnlinking(links: Links, folder: string, log: Log): Promise<() => Promise<void>> {
  const path = socketOf(folder);
  const server = createServer((req, res) => {
    const caseId = req.method === 'POST' ? ROUTE.exec(req.url ?? '')?.[1] : undefined;
    const ending = caseId === undefined ? Promise.resolve(false) : endLink(links, caseId);
    ending.then(
      (ended) => res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ended })),
      (error: unknown) => {
        log.error({ err: error }, 'a link could not be ended');
        res.writeHead(500).end();
      },
    );
  });
  // Whoever holds the store's lease may take the place of one that an earlier process left.
  rmSync(path, { force: true });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    chmodSync(path, 0o600);
  } catch (error) {
    log.warn(
      { err: error, path },
      'links can be ended from the shell only while the bot is stopped: the path may be too long for a socket',
    );
  }
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

export const endLink = (links: Pick<Links, 'end'>, caseId: string): Promise<boolean> =>
  links.end(caseId, 'operator', { kind: 'system', name: 'operator' });

/**
 * The same, asked of the bot that runs on this store. False when it stood no longer.
 * @throws {AppError} `control.nobody` when none runs, `control.failed`
 */
export async function unlinkThere(folder: string, caseId: string): Promise<boolean> {
  const body = await exchange(socketOf(folder), `/unlink/${caseId}`);
  const answer = answerSchema.safeParse(body);
  if (!answer.success) throw new AppError('control.failed', 'the bot did not end the link', { hint: 'Its log says more.' });
  return answer.data.ended;
}

function exchange(socketPath: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, method: 'POST', path, headers: { host: 'links' }, timeout: PATIENCE_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve(response.statusCode === 200 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : undefined);
      });
    });
    asking.on('timeout', () => asking.destroy(new Error('timeout')));
    asking.on('error', (cause) => {
      const isNobody = ['ENOENT', 'ECONNREFUSED'].includes(codeOfSystem(cause));
      reject(new AppError(isNobody ? 'control.nobody' : 'control.failed', `no answer from ${socketPath}`, { cause }));
    });
    asking.end();
  });
}

const codeOfSystem = (error: Error): string => String(Reflect.get(error, 'code') ?? '');

/** Nobody listens there. */
export const isNobody = (error: unknown): boolean => codeOf(error) === 'control.nobody';
