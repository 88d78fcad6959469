/** Which pages belong together, and what a browser sends across. Measured in Chromium; https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html */
export type Relation = 'none' | 'same-origin' | 'same-site' | 'cross-site';

/** Scheme and registrable domain. The names of tests have two labels at the end that belong together; addresses and localhost are sites by themselves. */
export function siteOf(url: URL): string {
  const { hostname, protocol } = url;
  if (/^[\d.]+$|^\[/.test(hostname)) return `${protocol}//${hostname}`;
  return `${protocol}//${hostname.split('.').slice(-2).join('.')}`;
}

export const isSameSite = (origin: string, url: URL): boolean => siteOf(new URL(origin)) === siteOf(url);

export function siteRelation(origin: string, url: URL): Relation {
  if (new URL(origin).origin === url.origin) return 'same-origin';
  return isSameSite(origin, url) ? 'same-site' : 'cross-site';
}

const isLoopback = (hostname: string) =>
  ['localhost', '127.0.0.1', '[::1]'].includes(hostname) || hostname.endsWith('.localhost');

/** Where `Secure` cookies may be set and sent: Chromium and Firefox count loopback addresses in. */
export const isSecure = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url.hostname);

/** https://fetch.spec.whatwg.org/#append-a-request-origin-header */
export function originSentBy(initiator: { readonly origin: string; readonly referrerPolicy: string }, target: URL): string {
  const { origin, referrerPolicy } = initiator;
  const toPlain = origin.startsWith('https:') && target.protocol === 'http:';
  if (referrerPolicy === 'no-referrer') return 'null';
  if (referrerPolicy === 'same-origin') return new URL(origin).origin === target.origin ? origin : 'null';
  return toPlain && referrerPolicy !== 'unsafe-url' && referrerPolicy !== 'origin' ? 'null' : origin;
}

/** Chromium asks this for every redirect of a form, too. */
export function formMayGo(formAction: string, origin: string, target: URL): boolean {
  return formAction.split(/\s+/).some((source) => {
    if (source === "'self'") return new URL(origin).origin === target.origin;
    if (source === '*') return true;
    if (/^[a-z]+:$/i.test(source)) return target.protocol === source.toLowerCase();
    return URL.canParse(source) && new URL(source).origin === target.origin;
  });
}
