import { request } from 'node:http';
import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import { problemSchema } from '../../access/core/perimeter-api.ts';
import { type Control, liveGrantSchema, openFreezeSchema } from './control.ts';
import { controlSocketOf } from './control-socket.ts';

const PATIENCE_MS = 60_000;

/** The control of the perimeter that runs on this store; every call fails with `control.nobody` when none does. */
export function controlOver(folder: string): Control {
  const path = controlSocketOf(folder);
  async function call<S extends z.ZodType>(
    schema: S,
    method: 'GET' | 'POST',
    route: string,
    body?: unknown,
  ): Promise<z.infer<S>> {
    const { status, text } = await exchange(path, method, route, body);
    const answer: unknown = JSON.parse(text);
    if (status === 200) return schema.parse(answer);
    const problem = problemSchema.safeParse(answer).data;
    throw new AppError(problem?.code ?? 'control.failed', `the perimeter answered ${status} to ${route}`, {
      hint: problem?.hint ?? 'Its log says more.',
    });
  }
  return {
    freeze: (reason) => call(openFreezeSchema, 'POST', '/freeze', reason === undefined ? {} : { reason }),
    revokeAll: () => call(z.array(liveGrantSchema), 'POST', '/revoke-all', {}),
    live: () => call(z.array(liveGrantSchema), 'GET', '/live'),
    isDoubted: () => call(z.boolean(), 'GET', '/doubted'),
  };
}

function exchange(socketPath: string, method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { socketPath, method, path, headers: { host: 'control', 'content-type': 'application/json' }, timeout: PATIENCE_MS },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
        response.on('error', reject);
      },
    );
    asking.on('timeout', () => asking.destroy(new Error('timeout')));
    asking.on('error', (cause) => {
      const code: unknown = Reflect.get(cause, 'code');
      const isNobody = code === 'ENOENT' || code === 'ECONNREFUSED';
      reject(
        new AppError(isNobody ? 'control.nobody' : 'control.failed', `no answer from ${socketPath}`, {
          cause,
          ...(isNobody ? {} : { hint: 'Is this the user that the perimeter runs as?' }),
        }),
      );
    });
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
