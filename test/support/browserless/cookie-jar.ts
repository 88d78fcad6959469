import { issued } from '../../../src/playground/issued.ts';
import { isSecure } from './rules.ts';

export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Without a leading dot. */
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
  /** Milliseconds; undefined until the browser closes. */
  readonly expiresAt: number | undefined;
}

export interface CookieJar {
  readonly all: readonly Cookie[];
  /** What was offered and not taken, with the reason. */
  readonly refused: readonly string[];
  take(url: URL, setCookies: readonly string[]): void;
  /** The header for a navigation of the whole window. */
  headerFor(url: URL, request: { readonly sameSite: boolean; readonly method: 'GET' | 'POST' }): string | undefined;
  clear(): void;
}

export function createCookieJar(): CookieJar {
  let cookies: Cookie[] = [];
  const refused: string[] = [];
  const live = () => {
    cookies = cookies.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > Date.now());
    return cookies;
  };
  return {
    get all() {
      return live();
    },
    refused,
    take(url, setCookies) {
      for (const line of setCookies) {
        const cookie = parse(url, line);
        if (typeof cookie === 'string') {
          refused.push(`${line.split('=')[0]}: ${cookie}`);
          continue;
        }
        cookies = cookies.filter(
          (other) => other.name !== cookie.name || other.domain !== cookie.domain || other.path !== cookie.path,
        );
        cookies.push(cookie);
        issued('cookie', cookie.value);
      }
    },
    headerFor(url, { sameSite, method }) {
      const sent = live()
        .filter((cookie) => (cookie.hostOnly ? url.hostname === cookie.domain : isUnder(url.hostname, cookie.domain)))
        .filter(({ path }) => pathMatches(url.pathname, path))
        .filter(({ secure }) => !secure || isSecure(url))
        // Across sites, Lax goes with what only reads; Chromium's two minutes of grace for cookies without SameSite are left out.
        .filter((cookie) => sameSite || cookie.sameSite === 'None' || (cookie.sameSite === 'Lax' && method === 'GET'))
        .toSorted((a, b) => b.path.length - a.path.length);
      return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
    },
    clear() {
      cookies = [];
    },
  };
}

/** The cookie, or why a browser does not take it. */
function parse(url: URL, line: string): Cookie | string {
  const [pair = '', ...parts] = line.split(';').map((part) => part.trim());
  const attributes = new Map(parts.map((part) => [nameOf(part).toLowerCase(), valueOf(part)]));
  const name = nameOf(pair);
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
  const secure = attributes.has('secure');
  const path = attributes.get('path');
  const sameSite = { strict: 'Strict', lax: 'Lax', none: 'None' }[attributes.get('samesite')?.toLowerCase() ?? ''] ?? 'Lax';
  if (secure && !isSecure(url)) return 'Secure over plain HTTP';
  if (name.startsWith('__Secure-') && !secure) return '__Secure- without Secure';
  if (name.startsWith('__Host-') && (!secure || domain !== undefined || path !== '/'))
    return '__Host- needs Secure, Path=/ and no Domain';
  if (sameSite === 'None' && !secure) return 'SameSite=None without Secure';
  if (domain !== undefined && !isUnder(url.hostname, domain)) return `of another domain, ${domain}`;
  return {
    name,
    value: valueOf(pair),
    domain: domain ?? url.hostname,
    hostOnly: domain === undefined,
    path: path?.startsWith('/') === true ? path : url.pathname.replace(/\/[^/]*$/, '') || '/',
    secure,
    httpOnly: attributes.has('httponly'),
    sameSite: sameSite as Cookie['sameSite'],
    expiresAt: expiryOf(attributes.get('max-age'), attributes.get('expires')),
  };
}

const nameOf = (part: string): string => part.split('=')[0]?.trim() ?? '';
const valueOf = (part: string): string => part.slice(part.indexOf('=') + 1).trim();
const isUnder = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

function pathMatches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

function expiryOf(maxAge: string | undefined, expires: string | undefined): number | undefined {
  if (maxAge !== undefined) return Date.now() + Number(maxAge) * 1_000;
  if (expires === undefined) return undefined;
  const at = Date.parse(expires);
  return Number.isNaN(at) ? undefined : at;
}
