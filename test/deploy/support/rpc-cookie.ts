interface Nullable<T> {
  readonly value?: T | null;
}

/** A cookie on its way from the worker to the host. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path?: Nullable<string>;
  readonly domain?: Nullable<string>;
  readonly maxAge?: Nullable<number>;
  readonly expires?: Nullable<{ readonly seconds: number }>;
  readonly secure?: Nullable<boolean>;
  readonly httpOnly?: Nullable<boolean>;
  readonly sameSite: 'none' | 'lax' | 'strict' | 'explicitNone';
}

const SAME_SITE = { none: '', lax: '; samesite=lax', strict: '; samesite=strict', explicitNone: '; samesite=none' } as const;

/** The header that the host, which is ASP.NET, makes of it: `ResponseCookies.Append` encodes name and value. */
export function setCookieOf(cookie: Cookie): string {
  const part = (name: string, value: string | number | null | undefined) =>
    value === undefined || value === null ? '' : `; ${name}=${value}`;
  const expires = cookie.expires?.value?.seconds;
  return [
    `${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`,
    part('max-age', cookie.maxAge?.value),
    part('expires', expires === undefined ? undefined : new Date(expires * 1_000).toUTCString()),
    part('domain', cookie.domain?.value),
    part('path', cookie.path?.value),
    cookie.secure?.value === true ? '; secure' : '',
    SAME_SITE[cookie.sameSite],
    cookie.httpOnly?.value === true ? '; httponly' : '',
  ].join('');
}
