import { isIPv6 } from 'node:net';
import type { Context } from 'hono';

/** The socket's own end, where there is one. A header that names another address is anybody's claim, and is not read. */
export function addressOf(env: unknown): string {
  const socket = fieldOf(fieldOf(env, 'incoming'), 'socket');
  const address = fieldOf(socket, 'remoteAddress');
  return typeof address === 'string' ? address : 'unknown';
}

/** Whoever has one IPv6 address has 2^64 of them. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail = ''] = address.split('::');
  const parts = (text: string) => (text === '' ? [] : text.split(':'));
  const gap = 8 - parts(head).length - parts(tail).length;
  return [...parts(head), ...Array.from({ length: gap }, () => '0'), ...parts(tail)].slice(0, 4).join(':');
}

/** Where a page's visitor comes from, for limits; `behindProxy`: a proxy of ours ends TLS in front. */
export function networkBehind(c: Context, behindProxy: boolean): string {
  return networkOf(behindProxy ? lastForwarded(c) : addressOf(c.env));
}

/** Added by the proxy that ends TLS, which is ours; what stands before it is anybody's claim. */
function lastForwarded(c: Context): string {
  return c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? addressOf(c.env);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
