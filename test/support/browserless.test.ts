import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Blocked, type Browser, createBrowser, signIn } from './browserless.ts';
import { textOf } from './browserless/html.ts';
import { startHttps } from './https-server.ts';

interface Seen {
  readonly path: string;
  readonly cookie: string | undefined;
  readonly origin: string | undefined;
  readonly site: unknown;
}

type Answer = readonly [status: number, headers: Readonly<Record<string, string | readonly string[]>>, html?: string];
interface Site {
  readonly url: string;
  readonly seen: Seen[];
  answer: (request: IncomingMessage, body: string) => Answer;
}

const closers: (() => void)[] = [];
async function site(host: 'localhost' | '127.0.0.1'): Promise<Site> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { cookie, origin, 'sec-fetch-site': from } = request.headers;
    seen.push({ path: request.url ?? '', cookie, origin, site: from });
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const [status, headers, html = ''] = found.answer(request, body);
      response.writeHead(status, headers as Record<string, string | string[]>).end(html);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const found: Site = { url: `http://${host}:${(server.address() as AddressInfo).port}`, seen, answer: () => [200, {}, 'ok'] };
  return found;
}

let ours: Site;
let theirs: Site;
let browser: Browser;
beforeAll(async () => {
  ours = await site('localhost');
  theirs = await site('127.0.0.1');
});
beforeEach(() => {
  browser = createBrowser();
  for (const one of [ours, theirs]) {
    one.seen.length = 0;
    one.answer = () => [200, {}, 'ok'];
  }
});
afterAll(() => {
  for (const close of closers) close();
});

const COOKIES = [
  '__Host-lax=1; Secure; HttpOnly; Path=/; SameSite=Lax',
  'strict=1; Path=/; SameSite=Strict',
  'none=1; Path=/; SameSite=None; Secure',
  'silent=1; Path=/',
];

describe('cookies', () => {
  it.each([
    ['a typed address', (url: string) => browser.open(url), '__Host-lax=1; strict=1; none=1; silent=1'],
    ["a link on somebody else's page", (url: string) => browser.openFrom(theirs.url, url), '__Host-lax=1; none=1; silent=1'],
    ["a form on somebody else's page", (url: string) => browser.postFrom(theirs.url, url, {}), 'none=1'],
    ['a form of the same site', (url: string) => browser.postFrom(ours.url, url, {}), '__Host-lax=1; strict=1; none=1; silent=1'],
  ])('go with %s as their SameSite says', async (_, go, expected) => {
    ours.answer = () => [200, { 'set-cookie': COOKIES }, ''];
    await browser.open(ours.url);
    await go(`${ours.url}/second`);
    expect(ours.seen.at(-1)?.cookie).toBe(expected);
  });

  it.each([
    ['__Host-a=1; Path=/', '__Host-'],
    ['__Host-a=1; Secure; Path=/there', '__Host-'],
    ['__Host-a=1; Secure; Path=/; Domain=localhost', '__Host-'],
    ['a=1; SameSite=None', 'SameSite=None without Secure'],
    ['a=1; Domain=elsewhere.test', 'of another domain'],
  ])('are not taken: %s', async (cookie, reason) => {
    ours.answer = () => [200, { 'set-cookie': cookie }, ''];
    await browser.open(ours.url);
    expect(browser.cookies.all).toEqual([]);
    expect(browser.cookies.refused[0]).toContain(reason);
  });

  it('end when their time is over, and stay on their path', async () => {
    ours.answer = ({ url }) => [200, url === '/in/page' ? { 'set-cookie': ['here=1', 'gone=1; Max-Age=0'] } : {}, ''];
    await browser.open(`${ours.url}/in/page`);
    await browser.open(`${ours.url}/in/other`);
    await browser.open(`${ours.url}/inside`);
    expect(ours.seen.map(({ cookie }) => cookie)).toEqual([undefined, 'here=1', undefined]);
  });
});

describe('forms', () => {
  const page = (more = '') =>
    `<title>A &amp; B</title><form method=post action="/go"><input type=hidden name=token value="x&quot;y"><input type=checkbox name=no>
     <input name=why><button name=answer value=yes>Yes, <b>do it</b></button><button name=answer value=no ${more}>No</button></form>`;

  it('send what is hidden, what was typed, and the button that was pressed', async () => {
    let got = '';
    ours.answer = ({ url }, body) => {
      got ||= body;
      return url === '/go' ? [303, { location: '/done' }] : [200, {}, page()];
    };
    const shown = await browser.open(`${ours.url}/`);
    expect([shown.title, shown.text]).toEqual(['A & B', 'A & B Yes, do it No']);
    const done = await shown.click('Yes', { why: 'because' });
    expect([done.url, Object.fromEntries(new URLSearchParams(got))]).toEqual([
      `${ours.url}/done`,
      { token: 'x"y', why: 'because', answer: 'yes' },
    ]);
    await expect(shown.click('Maybe')).rejects.toThrow(/no button or link "Maybe"/);
    await expect(shown.click('Yes', { other: '1' })).rejects.toThrow(/no field other/);
  });

  it('of a no-referrer page say nothing of where they come from, even at home', async () => {
    ours.answer = () => [200, { 'referrer-policy': 'no-referrer' }, page()];
    await (await browser.open(ours.url)).click('No');
    expect(ours.seen.at(-1)).toMatchObject({ origin: 'null', site: 'same-origin' });
    ours.answer = () => [200, {}, page()];
    await (await browser.open(ours.url)).click('No');
    expect(ours.seen.at(-1)?.origin).toBe(ours.url);
  });

  it('go nowhere that form-action does not name, not even by a redirect', async () => {
    const policy = (more: string) => ({ 'content-security-policy': `default-src 'none'; form-action 'self'${more}` });
    theirs.answer = () => [302, { location: `${ours.url}/back` }];
    const answering = (more: string) => () => {
      ours.answer = ({ url }) => (url === '/go' ? [303, { location: `${theirs.url}/authorize` }] : [200, policy(more), page()]);
    };
    answering('')();
    const shown = await browser.open(ours.url);
    await expect(shown.click('No')).rejects.toThrow(Blocked);
    expect(theirs.seen).toEqual([]);
    answering(` ${theirs.url}`)();
    const back = await (await browser.open(ours.url)).click('No');
    expect([back.url, ours.seen.at(-1)?.site]).toEqual([`${ours.url}/back`, 'cross-site']);
  });
});

it('keeps the method over a redirect that says so, and drops it over one that does not', async () => {
  const methods: (string | undefined)[] = [];
  ours.answer = ({ method, url }) => {
    methods.push(method);
    return url === '/307' ? [307, { location: '/303' }] : url === '/303' ? [303, { location: '/end' }] : [200, {}, ''];
  };
  await browser.postFrom(ours.url, `${ours.url}/307`, { a: '1' });
  expect(methods).toEqual(['POST', 'POST', 'GET']);
});

it('reaches names that no DNS knows, and checks the certificate against the name', async () => {
  const server = await startHttps(() => ({ status: 200, body: 'there' }));
  const named = createBrowser({ hosts: { 'approve.hallpass.test': new URL(server.url).host } });
  await expect(named.open('https://approve.hallpass.test/')).rejects.toThrow(/altnames/i);
  expect((await named.open(server.url)).text).toBe('there');
  await server.close();
});

it('signs in by the name on the button, and stops where it is told to', async () => {
  const list =
    '<form method=post action=/login><button name=person value=1>Rita Requester rita@x</button><button>Cancel</button></form>';
  const confirm = '<form method=post action=/mfa><button>Confirm</button></form>';
  theirs.answer = ({ url }) => {
    if (url === '/login') return [200, {}, confirm];
    if (url === '/mfa') return [302, { location: `${ours.url}/callback?code=1` }];
    return [200, {}, list];
  };
  const stopped = await signIn(await browser.open(theirs.url), { name: 'Rita Requester' }, { confirm: false });
  expect(stopped.has('Confirm')).toBe(true);
  const back = await signIn(await browser.open(theirs.url), { name: 'Rita Requester' });
  expect([back.url, ours.seen.at(-1)?.site]).toEqual([`${ours.url}/callback?code=1`, 'cross-site']);
});

it('reads a page as a person would', () => {
  expect(textOf('<style>a{}</style><h1>One&nbsp;two</h1><!-- no --><p>&#x2014; three <script>x</script>four')).toBe(
    'One two — three four',
  );
});

describe('a refresh', () => {
  it('goes on at once, as a link would: past the form-action of the page before', async () => {
    const onward = `<meta http-equiv="refresh" content="0; url=${theirs.url}/on?a=1&amp;b=2">`;
    ours.answer = (request) =>
      request.method === 'POST'
        ? [200, { 'referrer-policy': 'no-referrer' }, onward]
        : [200, { 'content-security-policy': "form-action 'self'" }, '<form method="post"><button>Go</button></form>'];
    const page = await (await browser.open(ours.url)).click('Go');
    expect(page.url).toBe(`${theirs.url}/on?a=1&b=2`);
    expect(theirs.seen).toMatchObject([{ site: 'cross-site', origin: undefined }]);
  });
});
