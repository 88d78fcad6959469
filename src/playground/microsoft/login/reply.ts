import { createHash } from 'node:crypto';
import type { Answer } from '../far-end-server.ts';
import type { ReplyTo } from './authorize-request.ts';
import { autoPostPage } from './pages.ts';
import { described, type Refused } from './refusal.ts';

/** Takes the browser back to the application. Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
export function reply(to: ReplyTo, parameters: Readonly<Record<string, string>>): Answer {
  const all = { ...parameters, ...(to.state === undefined ? {} : { state: to.state }) };
  if (to.responseMode === 'form_post') return autoPostPage(to.redirectUri, all);
  const location = new URL(to.redirectUri);
  if (to.responseMode === 'fragment') location.hash = new URLSearchParams(all).toString();
  else for (const [name, value] of Object.entries(all)) location.searchParams.append(name, value);
  return { status: 302, headers: { location: location.href, 'cache-control': 'no-store, no-cache', pragma: 'no-cache' } };
}

export function replyRefused(to: ReplyTo, why: Refused, now: number, more: Readonly<Record<string, string>> = {}): Answer {
  return reply(to, { error: why.error, ...more, error_description: described(why, now).description });
}

/** `sub` is of this person for this application, and for no other. */
export const pairwise = (appId: string, tenantId: string, objectId: string): string =>
  createHash('sha256').update(`${appId} ${tenantId} ${objectId}`).digest('base64url');
