import { Hono } from 'hono';
import { z } from 'zod';
import { problemOf } from '../problem.ts';
import type { Control } from './control.ts';

export const FREEZE_REASON_MAX_CHARS = 500;
const freezeBody = z.strictObject({ reason: z.string().trim().min(1).max(FREEZE_REASON_MAX_CHARS).optional() });

/** The routes behind the control socket. Without a token: the rights of the file say who may. */
export function createControlApp(control: Control): Hono {
  const app = new Hono();
  app.post('/freeze', async (c) => c.json(await control.freeze(freezeBody.parse(await c.req.json()).reason)));
  app.post('/revoke-all', async (c) => c.json(await control.revokeAll()));
  app.get('/live', async (c) => c.json(await control.live()));
  app.get('/doubted', async (c) => c.json(await control.isDoubted()));
  app.onError((error, c) => c.json(problemOf(error), 500));
  return app;
}
