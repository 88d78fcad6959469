import type { Context } from 'hono';
import { AppError } from '../../access/core/app-error.ts';
import { troublePage } from './pages.ts';
import type { Told } from './trouble.ts';

/** Asked for by GET, so that going back and reloading send nothing again. */
export function backTo(c: Context, id: string): Response {
  return c.redirect(`/approve/${id}`, 303);
}

/** What went wrong, as a page. */
export function answer(c: Context, trouble: Told, error?: unknown): Response | Promise<Response> {
  if (error instanceof AppError && error.retryable)
    c.header('retry-after', String(Math.ceil((error.retryAfterMs ?? 5_000) / 1_000)));
  return c.html(troublePage(trouble), trouble.status);
}

export function beginAgain(): AppError {
  return new AppError('sign-in.begin-again', 'no visit of this browser is known', {
    hint: 'This page was open for too long, or in another browser. Nothing was decided. Begin again.',
  });
}
