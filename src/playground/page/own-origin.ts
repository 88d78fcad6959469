import type { MiddlewareHandler } from 'hono';

/**
 * Lets in only this page's own requests. A foreign web page can send requests to a loopback port: it gives itself away by the
 * Origin header, and one that points its own name at 127.0.0.1 (DNS rebinding) by the Host header.
 */
export function ownOriginOnly(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${port()}`);
    const host = context.req.header('host') ?? '';
    if (!hosts.includes(host)) return context.json({ sentence: 'This page answers only under its own address.' }, 403);
    const origin = context.req.header('origin');
    if (origin !== undefined && !hosts.some((own) => origin === `http://${own}`))
      return context.json({ sentence: 'Another web page may not drive the playground.' }, 403);
    const site = context.req.header('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return context.json({ sentence: 'Another web page may not drive the playground.' }, 403);
    // A form of another page cannot send JSON without asking first, and nobody here answers that question.
    if (context.req.method === 'POST' && !context.req.header('content-type')?.startsWith('application/json'))
      return context.json({ sentence: 'Actions are sent as JSON.' }, 415);
    return next();
  };
}
