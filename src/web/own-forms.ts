import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';

/** What a form of ours carries, and the visit of the same browser knows. 128 bits. */
export function newCsrf(): string {
  return randomBytes(16).toString('base64url');
}

/** Compared without telling by time how much of it is right. */
export function isSameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Pressed on a page of ours, in the browser that we gave it to: `sent` with the form, `kept` in the visit. `Origin` is no help: it is `null` on a
 * page without referrers.
 */
export function isOwnForm(c: Context, sent: string, kept: string): boolean {
  const site = c.req.header('sec-fetch-site');
  return isSameText(sent, kept) && (site === undefined || site === 'same-origin');
}

/** The fields of a posted form; undefined where the body is of another kind. The body's size is limited by whoever routes it here. */
export async function fieldsOf(c: Context): Promise<Readonly<Record<string, string>> | undefined> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(c.req.header('content-type') ?? '')) return undefined;
  return Object.fromEntries(new URLSearchParams(await c.req.text()));
}

export function setCookie(c: Context, line: string): void {
  c.header('set-cookie', line, { append: true });
}
