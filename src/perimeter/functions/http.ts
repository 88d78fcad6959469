import type { Cookie, HttpRequest, HttpResponseInit } from '@azure/functions';

/** What Azure Functions received, as a request of the standard. The body is passed on unread, so that our own limit on its size holds. */
export function standardRequest(request: HttpRequest): Request {
  const { url, method, body } = request;
  const headers = withoutPorts(request.headers);
  return body === null ? new Request(url, { method, headers }) : new Request(url, { method, headers, body, duplex: 'half' });
}

/** App Service names whoever calls with a port, which differs from call to call: what is counted by address would count nothing. */
function withoutPorts(received: Headers): Headers {
  const headers = new Headers(received);
  const forwarded = headers.get('x-forwarded-for');
  if (forwarded !== null) headers.set('x-forwarded-for', forwarded.split(',').map(addressOnly).join(', '));
  return headers;
}

function addressOnly(one: string): string {
  const named = one.trim();
  return /^\[([^\]]+)\](?::\d+)?$/.exec(named)?.[1] ?? /^([\d.]+):\d+$/.exec(named)?.[1] ?? named;
}

/**
 * The answer, as Azure Functions takes it: its channel to the host holds one value a header, so cookies go apart.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-reference-node#http-response
 */
export async function functionsResponse(response: Response): Promise<HttpResponseInit> {
  const headers = [...response.headers].filter(([name]) => name !== 'set-cookie');
  return {
    status: response.status,
    headers,
    body: new Uint8Array(await response.arrayBuffer()),
    cookies: response.headers.getSetCookie().map(cookieOf),
  };
}

/** Refuses what it does not know: a cookie that silently lost an attribute would be weaker than the one that was meant. */
export function cookieOf(line: string): Cookie {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  // The host encodes names and values again when it writes the header.
  const start = { name: pair.slice(0, at), value: decodeURIComponent(pair.slice(at + 1)) };
  return attributes.reduce<Cookie>((cookie, attribute) => ({ ...cookie, ...attributeOf(attribute) }), start);
}

const SAME_SITE = { lax: 'Lax', strict: 'Strict', none: 'None' } as const;

function attributeOf(attribute: string): Partial<Cookie> {
  const [name = '', value = ''] = attribute.split('=', 2);
  switch (name.toLowerCase()) {
    case 'path':
      return { path: value };
    case 'max-age':
      return { maxAge: Number(value) };
    case 'expires':
      return { expires: new Date(value) };
    case 'secure':
      return { secure: true };
    case 'httponly':
      return { httpOnly: true };
    case 'samesite': {
      const known = Object.entries(SAME_SITE).find(([key]) => key === value.toLowerCase())?.[1];
      if (known !== undefined) return { sameSite: known };
      break;
    }
  }
  throw new TypeError(`a cookie has an attribute that Azure Functions cannot pass on: ${name}`);
}
