import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createBrowser, type Page } from '../../support/browserless.ts';
import { linesBesidesRefusals } from '../support/journal-lines.ts';
import { ABEL, ANNA } from '../support/perimeter-config.ts';
import { type ApproveWorld, startApproveWorld } from './support/approve-world.ts';

jest.setTimeout(180_000);

let world: ApproveWorld;
beforeAll(async () => {
  world = await startApproveWorld();
});
afterAll(() => world.close());

const address = (id: string) => `${world.origin}/approve/${id}`;
const codeOn = ({ text }: Page) => /Code: (\S+)/.exec(text)?.[1];
/** Nothing was begun at the sign-in service, no code redeemed, no line written. */
async function untouched<T>(work: () => Promise<T>): Promise<T> {
  const before = await traces();
  const result = await work();
  expect(await traces()).toEqual(before);
  return result;
}
async function traces() {
  return [world.idp.begun.length, world.idp.redeemed(), await linesBesidesRefusals(world.ledger)];
}

describe('before anybody has signed in', () => {
  it('a request that waits, one that is over, and one that never was look exactly alike', async () => {
    await world.register('lookalike001');
    await world.register('lookalike002', { entitlementId: 'security-reader' });
    await world.end('lookalike002', 'withdraw');
    const seen = await Promise.all(
      ['lookalike001', 'lookalike002', 'lookalike003'].map(async (id) => {
        const answer = await fetch(address(id));
        const html = (await answer.text()).replace(/name="csrf" value="[^"]*"/, '');
        const headers = [...answer.headers].filter(([name]) => !['set-cookie', 'date'].includes(name));
        return { status: answer.status, html, headers };
      }),
    );
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[0]).toMatchObject({ status: 200, html: expect.stringContaining('Sign in to see a request') });
    await world.end('lookalike001', 'withdraw');
  });

  it('link scanners change nothing, however they ask', async () => {
    await world.register('scanned00001');
    await untouched(async () => {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
        for (const path of [
          '/approve/scanned00001',
          '/approve/callback',
          '/approve/callback?code=x&state=y',
          '/approve/scanned00001?act=approve',
        ])
          await fetch(`${world.origin}${path}`, { method, redirect: 'manual' });
    });
    await world.end('scanned00001', 'withdraw');
  });

  it.each([
    '/',
    '/approve',
    '/approve/',
    '/approve/UPPER0001',
    '/approve/short',
    '/approve/a/b',
    '/grants',
    '/events',
    '/metrics',
    '/readyz',
  ])('there is no %s', async (path) => {
    const answer = await fetch(`${world.origin}${path}`);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('page.unknown')]);
  });

  it('whether it lives is told to anybody', async () => {
    expect(await (await fetch(`${world.origin}/healthz`)).json()).toEqual({ status: 'ok' });
  });
});

describe('what every answer says to the browser', () => {
  it.each(['/approve/whatever0001', '/approve/callback', '/nowhere', '/healthz'])('at %s', async (path) => {
    const { headers } = await fetch(`${world.origin}${path}`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
    });
    for (const cookie of headers.getSetCookie())
      expect(cookie).toMatch(/^__Host-hallpass-(approve|attempt)=[^;]*; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  });

  it('and the page holds no script, no picture and nothing from elsewhere; its style is the one that the policy names', async () => {
    const answer = await fetch(address('whatever0001'));
    const html = await answer.text();
    expect(html).not.toMatch(/<script|<img|<link|\bon\w+=|style="|https?:/i);
    const { createHash } = await import('node:crypto');
    const style = /<style>(.*)<\/style>/s.exec(html)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(answer.headers.get('content-security-policy')).toContain(`'sha256-${digest}'`);
    expect(html).toMatch(/<html lang="en">.*<meta name="viewport".*<title>[^<]+<\/title>.*<h1>/s);
  });
});

describe('a sign-in that somebody else wants to be begun', () => {
  it('by a form on their page: refused, and the same by the button of ours goes through', async () => {
    const browser = world.browserOf(ABEL);
    await browser.open(address('forgedforge1'));
    const forged = await untouched(() =>
      browser.postFrom('https://evil.test', address('forgedforge1'), { act: 'sign-in', csrf: '' }),
    );
    expect([forged.status, codeOn(forged)]).toEqual([400, 'sign-in.begin-again']);
    const honest = await world.look(browser, 'forgedforge1');
    expect([honest.title, codeOn(honest)]).toEqual(['There is nothing here for you · Hallpass', 'page.nothing-for-you']);
  });

  it('by a button that only those who are signed in have: refused', async () => {
    await world.register('tooearly0001');
    const browser = world.browserOf(ABEL);
    const csrf = (await browser.open(address('tooearly0001'))).forms[0]?.fields[0]?.value ?? '';
    for (const act of ['approve', 'deny', 'sign', 'unsigned']) {
      const early = await untouched(() => browser.postFrom(world.origin, address('tooearly0001'), { act, csrf, shown: 'x' }));
      expect([early.status, codeOn(early)]).toEqual([400, 'sign-in.begin-again']);
    }
    expect((await world.look(browser, 'tooearly0001')).has('Approve')).toBe(true);
    await world.end('tooearly0001', 'withdraw');
  });

  it("with a token of the attacker's own visit: refused", async () => {
    const mine = await world.browserOf(ANNA).open(address('forgedforge2'));
    const csrf = mine.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const browser = world.browserOf(ABEL);
    const shown = await browser.open(address('forgedforge2'));
    const forged = await untouched(() => shown.click('Sign in', { csrf }));
    expect([forged.status, codeOn(forged)]).toEqual([403, 'page.forged']);
  });

  it('from a page of another origin of the same site, with the right token: refused by what the browser says of it', async () => {
    const browser = createBrowser({ headers: {} });
    const shown = await browser.open(address('forgedforge3'));
    const csrf = shown.forms[0]?.fields[0]?.value ?? '';
    const forged = await untouched(() =>
      browser.postFrom('http://localhost:9', address('forgedforge3'), { act: 'sign-in', csrf }),
    );
    expect([forged.status, codeOn(forged)]).toEqual([403, 'page.forged']);
  });

  it.each([
    ['JSON', { 'content-type': 'application/json' }, '{"act":"sign-in"}', 400, 'page.malformed'],
    ['another form type', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--', 400, 'page.malformed'],
    ['a button that is none', { 'content-type': 'application/x-www-form-urlencoded' }, 'csrf=a', 400, 'page.malformed'],
    [
      'a body far too long',
      { 'content-type': 'application/x-www-form-urlencoded' },
      `csrf=${'x'.repeat(5_000)}`,
      413,
      'page.too-large',
    ],
    ['no visit', { 'content-type': 'application/x-www-form-urlencoded' }, 'csrf=a&act=sign-in', 400, 'sign-in.begin-again'],
  ])('in a body that is %s: refused', async (_name, headers, body, status, code) => {
    const answer = await untouched(() => fetch(address('malformed001'), { method: 'POST', headers, body }));
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(code)]);
  });
});

describe('a sign-in that comes back', () => {
  const callbackOf = async (id: string) => {
    const browser = world.browserOf(ANNA);
    world.idp.stops = true;
    const page = await (await browser.open(address(id))).click('Sign in');
    world.idp.stops = false;
    return { browser, url: /href="([^"]*)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&') ?? '' };
  };

  it('to a browser that began none: nothing is redeemed; where it was begun, it goes through', async () => {
    const { browser, url } = await callbackOf('comesback001');
    const victim = world.browserOf(ABEL);
    const stray = await untouched(() => victim.openFrom('https://evil.test', url));
    expect([stray.status, codeOn(stray)]).toEqual([400, 'sign-in.begin-again']);
    expect((await browser.open(url)).title).toContain('There is nothing here for you');
  });

  it('to a browser that began another one: nothing is redeemed, and its own one still goes through', async () => {
    const theirs = await callbackOf('comesback002');
    const own = await callbackOf('comesback003');
    const crossed = await untouched(() => own.browser.openFrom('https://evil.test', theirs.url));
    expect([crossed.status, codeOn(crossed)]).toEqual([400, 'sign-in.crossed']);
    expect((await own.browser.open(own.url)).title).toContain('There is nothing here for you');
  });

  it('by a look that is no navigation: nothing is redeemed', async () => {
    const { browser, url } = await callbackOf('comesback004');
    const cookie = browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; ');
    const head = await untouched(() => fetch(url, { method: 'HEAD', headers: { cookie } }));
    expect(head.status).toBe(404);
    expect((await browser.open(url)).status).toBe(200);
  });

  it('a second time: nothing happens', async () => {
    const { browser, url } = await callbackOf('comesback005');
    await browser.open(url);
    const again = await untouched(() => browser.open(url));
    expect(codeOn(again)).toBe('sign-in.begin-again');
  });

  it('after the page forgot what it sealed, by a restart: begin again, and that goes through', async () => {
    const { browser, url } = await callbackOf('comesback006');
    await world.stop();
    await world.start();
    const forgotten = await untouched(() => browser.open(url));
    expect([forgotten.status, codeOn(forgotten)]).toEqual([400, 'sign-in.begin-again']);
    expect((await world.look(world.browserOf(ANNA), 'comesback006')).title).toContain('There is nothing here for you');
  });

  it('with two states, or a code twice: nothing is redeemed', async () => {
    const { browser, url } = await callbackOf('comesback007');
    const state = new URL(url).searchParams.get('state') ?? '';
    const twice = await untouched(() => browser.open(url.replace(`state=${state}`, `state=x&state=${state}`)));
    expect(codeOn(twice)).toBe('sign-in.crossed');
    expect((await browser.open(url)).status).toBe(200);
  });

  it.each([
    [
      { error: 'access_denied', error_description: 'AADSTS50105: Your administrator has configured…' },
      /not assigned.*AADSTS50105/,
    ],
    [{ error: 'access_denied' }, /You stopped the sign-in/],
    [{ error: 'interaction_required', error_description: 'AADSTS50076: …' }, /something more of you.*AADSTS50076/],
    [{ error: 'server_error', error_description: '<b>x</b> AADSTS1' }, /right now/],
    [{ error: '<script>alert(1)</script>' }, /did not sign you in/],
  ])('as an error %j: a sentence, and nothing of what stood there', async (declines, words) => {
    world.idp.declines = declines;
    const page = await world.look(world.browserOf(ABEL), 'declined0001');
    world.idp.declines = undefined;
    expect([page.status, codeOn(page)]).toEqual([400, 'sign-in.declined']);
    expect(page.text).toMatch(words);
    expect(page.html).not.toMatch(/<script|<b>/);
    expect(page.html).toContain('href="/approve/declined0001"');
  });
});
