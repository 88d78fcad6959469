import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import { ABEL, ANNA, RITA, TENANT_ID } from '../perimeter/support/perimeter-config.ts';
import { type LocalIdp, newKey, startLocalIdp } from '../perimeter/approve/support/local-idp.ts';
import { type FakeDirectory, fakeDirectory, FOREIGN_TENANT } from '../bot/bot-world.ts';
import { slowForm } from '../support/slow-form.ts';
import { codeOn, type ConsoleWorld, SIGN_IN, startConsole, VIEWERS } from './support/console-world.ts';

let idp: LocalIdp;
let directory: FakeDirectory;
let world: ConsoleWorld;
beforeAll(async () => {
  idp = await startLocalIdp(TENANT_ID, ANNA);
});
beforeEach(async () => {
  directory = fakeDirectory();
  directory.groups.set(VIEWERS, [ANNA.objectId]);
  // Its own clock: a test may move it on.
  world = await startConsole({ idp, directory });
  idp.lie = (claims) => claims;
  idp.sign = undefined;
  idp.declines = undefined;
});
afterEach(() => world.close());
afterAll(() => idp.close());

const SESSION = '__Host-hallpass-console';
const has = (browser: { readonly cookies: { readonly all: readonly { readonly name: string }[] } }) =>
  browser.cookies.all.some(({ name }) => name === SESSION);
const says = (more: JWTPayload) => {
  idp.lie = (claims) => ({ ...claims, ...more });
};

describe('before a sign-in', () => {
  it.each(['/console', '/console?of=everybody', '/console/now.json', '/console/nowhere'])(
    '%s says nothing of anybody, and offers the sign-in that leads back there',
    async (path) => {
      const page = await world.browserOf(ANNA).open(world.at(path));
      expect([page.status, page.title]).toEqual([401, 'Sign in to Hallpass · Hallpass']);
      expect(page.html).toContain(`/signin?to=${encodeURIComponent(path)}`);
      expect(page.text).not.toContain('Rita');
    },
  );

  it('every answer forbids scripts, frames, storing and telling where one came from', async () => {
    for (const path of ['/console', '/signin/callback', '/signout', '/console/nowhere', '/signin?to=//evil.test']) {
      const { headers } = await fetch(world.at(path));
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
        ),
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(headers.has('strict-transport-security')).toBe(false);
    }
  });

  it('a scanner that looks with HEAD begins nothing', async () => {
    const before = idp.begun.length;
    const looks = await Promise.all(['/signin', '/signin/callback'].map((path) => fetch(world.at(path), { method: 'HEAD' })));
    expect(looks.map(({ status, headers }) => [status, headers.get('set-cookie')])).toEqual([
      [404, null],
      [404, null],
    ]);
    expect(idp.begun.length).toBe(before);
  });
});

describe('signing in', () => {
  it('leads somebody back to the very page they had asked for, by a code with PKCE, state and nonce', async () => {
    const browser = world.browserOf(ANNA);
    const page = await world.signIn(browser, '/console?of=me');
    expect([page.status, page.url]).toEqual([200, world.at('/console?of=me')]);
    expect(page.text).toContain('Anna Approver');
    expect(idp.begun.at(-1)).toMatchObject({
      response_type: 'code',
      response_mode: 'query',
      code_challenge_method: 'S256',
      scope: 'openid profile',
      redirect_uri: world.at('/signin/callback'),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const cookie = browser.cookies.all.find(({ name }) => name === SESSION);
    expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax', path: '/', hostOnly: true });
  });

  it('needs neither an address nor a user name', async () => {
    says({ preferred_username: undefined, email: undefined, name: undefined });
    const page = await world.signIn(world.browserOf(ANNA));
    expect(page.text).toContain('Anna Approver viewer');
  });

  it('may name this very tenant as where the account is at home', async () => {
    for (const home of [world.idp.issuer, `https://sts.windows.net/${TENANT_ID.toUpperCase()}/`]) {
      says({ idp: home });
      expect((await world.signIn(world.browserOf(ANNA))).status).toBe(200);
    }
  });

  it('lets nobody in with a code that came to another browser, and lets the one who began go on', async () => {
    const own = world.browserOf(ANNA);
    const callback = await world.callbackFor(own);
    const stray = world.browserOf(ABEL);
    expect(codeOn(await stray.openFrom('https://evil.test', callback))).toBe('sign-in.begin-again');
    expect(has(stray)).toBe(false);
    expect((await own.open(callback)).status).toBe(200);
  });

  it('lets nobody in with the answer to another sign-in, and keeps their own one', async () => {
    const theirs = await world.callbackFor(world.browserOf(ABEL));
    const browser = world.browserOf(ANNA);
    const own = await world.callbackFor(browser);
    expect(codeOn(await browser.openFrom('https://evil.test', theirs))).toBe('sign-in.crossed');
    expect(has(browser)).toBe(false);
    expect((await browser.open(own)).text).toContain('Anna Approver');
  });

  it('takes an answer once', async () => {
    const browser = world.browserOf(ANNA);
    const callback = await world.callbackFor(browser);
    await browser.open(callback);
    expect(codeOn(await browser.open(callback))).toBe('sign-in.begin-again');
  });

  it('gives up a sign-in that was begun too long ago', async () => {
    const browser = world.browserOf(ANNA);
    const callback = await world.callbackFor(browser);
    world.transport.advance(11);
    expect(codeOn(await browser.open(callback))).toBe('sign-in.begin-again');
  });

  it.each<readonly [what: string, lie: JWTPayload, code: string]>([
    ['of another tenant', { tid: FOREIGN_TENANT }, 'id-token.tenant'],
    ['of another issuer', { iss: `https://login.microsoftonline.com/${FOREIGN_TENANT}/v2.0` }, 'id-token.issuer'],
    ['for another application', { aud: 'a9970000-0000-4000-8000-0000000000ff' }, 'id-token.audience'],
    ['for another sign-in', { nonce: 'of-another-one' }, 'id-token.nonce'],
    ['of an application', { idtyp: 'app' }, 'id-token.app'],
    ['of a guest', { acct: 1 }, 'id-token.guest'],
    ['of somebody at home elsewhere', { idp: `https://sts.windows.net/${FOREIGN_TENANT}/` }, 'id-token.guest'],
    ['of somebody at home at no address', { idp: 'live.com' }, 'id-token.guest'],
    ['of somebody at home in a list', { idp: [TENANT_ID] }, 'id-token.guest'],
    ['that does not say what kind of account it is', { acct: undefined }, 'id-token.claims'],
    ['without an object id', { oid: undefined }, 'id-token.claims'],
  ])('takes no token %s', async (_, lie, code) => {
    says(lie);
    const browser = world.browserOf(ANNA);
    const page = await world.signIn(browser);
    expect([page.status, codeOn(page), has(browser)]).toEqual([403, code, false]);
  });

  it('takes no token that the tenant did not sign', async () => {
    const stranger = await newKey();
    const { SignJWT } = await import('jose');
    idp.sign = (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'x' }).sign(stranger.privateKey);
    const page = await world.signIn(world.browserOf(ANNA));
    expect([page.status, codeOn(page)]).toEqual([403, 'id-token.signature']);
  });

  it('says what Entra says of somebody who may not, and nothing that stood in the address', async () => {
    idp.declines = { error: 'access_denied', error_description: 'AADSTS50105: <b>x</b>' };
    const page = await world.signIn(world.browserOf(ABEL));
    expect([page.status, codeOn(page)]).toEqual([400, 'sign-in.declined']);
    expect(page.text).toContain('You are not assigned to the console.');
    expect(page.html).not.toContain('<b>');
  });

  it('leaves neither a token nor a code in the log', async () => {
    await world.signIn(world.browserOf(ANNA));
    await world.browserOf(ANNA).open(await world.callbackFor(world.browserOf(ANNA)));
    const text = JSON.stringify(world.logged);
    expect(text).toContain('signed in at the console');
    expect(text).not.toMatch(/eyJ|code=|state=|opaque/);
  });
});

describe('where a sign-in leads', () => {
  it.each([
    ['/console', '/console'],
    ['/console?of=me&x=1', '/console?of=me&x=1'],
    ['/console/now.json?of=me', '/console/now.json?of=me'],
    ['/console/./', '/console/'],
  ])('%s goes on to %s', async (to, path) => {
    const page = await world.browserOf(ANNA).open(world.at(`/signin?to=${encodeURIComponent(to)}`));
    expect(page.url).toBe(world.at(path));
  });

  it.each([
    'https://evil.test/console',
    '//evil.test/console',
    '/\\evil.test/console',
    '\\\\evil.test/console',
    '/console/../..//evil.test',
    '/console/%2e%2e//evil.test',
    '/consoles',
    '/signin',
    '/',
    'javascript:alert(1)',
    '\t//evil.test/console',
    'http://user@here.invalid/console',
    `/console?${'x'.repeat(1_000)}`,
  ])('%s is refused before anybody is sent anywhere', async (to) => {
    const before = idp.begun.length;
    const page = await world.browserOf(ANNA).open(world.at(`/signin?to=${encodeURIComponent(to)}`));
    expect([page.status, codeOn(page), idp.begun.length]).toEqual([400, 'sign-in.foreign-target', before]);
  });
});

describe('groups', () => {
  const OVERAGE = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x' } } };
  const many = Array.from({ length: 200 }, (_, at) => `96000000-0000-4000-8000-${String(at).padStart(12, '0')}`);

  it('are taken from the token where it says them', async () => {
    directory.groups.set(VIEWERS, []);
    says({ groups: [...many.slice(1), VIEWERS.toUpperCase()] });
    expect((await world.signIn(world.browserOf(ANNA))).text).toContain('Anna Approver viewer');
  });

  it('that the token says are other ones give no role, until the directory is asked again', async () => {
    says({ groups: many });
    const browser = world.browserOf(ANNA);
    expect((await world.signIn(browser)).text).toContain('Anna Approver no role here');
    world.transport.advance(2.1);
    expect((await browser.open(world.at('/console'))).text).toContain('Anna Approver viewer');
  });

  it.each<readonly [how: string, lie: JWTPayload]>([
    ['too many for the token', OVERAGE],
    ['too many, and some are there all the same', { ...OVERAGE, groups: many.slice(0, 5) }],
    ['announced alone', { hasgroups: true }],
    ['absent', {}],
    ['names', { groups: ['Console viewers'] }],
  ])('are looked up where they are %s', async (_, lie) => {
    says(lie);
    expect((await world.signIn(world.browserOf(ANNA))).text).toContain('Anna Approver viewer');
    directory.groups.set(VIEWERS, []);
    expect((await world.signIn(world.browserOf(ANNA))).text).toContain('Anna Approver no role here');
  });

  it.each<readonly [how: string, lie: JWTPayload]>([
    ['too many for the token', OVERAGE],
    ['absent', {}],
  ])('that are %s, with the directory down, let nobody in', async (_, lie) => {
    says(lie);
    directory.down = true;
    const browser = world.browserOf(ANNA);
    const page = await world.signIn(browser);
    expect([page.status, codeOn(page), has(browser)]).toEqual([503, 'console.unknown', false]);
    expect(page.text).toContain('Microsoft Entra could not be asked just now');
  });
});

describe('somebody who is signed in', () => {
  it('is looked at again at every request: a disabled account is out at once, and stays out', async () => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    const copy = browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; ');
    directory.people.set(ANNA.objectId, { objectId: ANNA.objectId, displayName: 'Anna', enabled: false, guest: false });
    const page = await browser.open(world.at('/console'));
    expect([page.status, codeOn(page), has(browser)]).toEqual([403, 'console.disabled', false]);
    directory.people.set(ANNA.objectId, { objectId: ANNA.objectId, displayName: 'Anna', enabled: true, guest: false });
    expect((await fetch(world.at('/console'), { headers: { cookie: copy } })).status).toBe(401);
  });

  it.each<readonly [what: string, change: () => void, code: string]>([
    ['is gone from the directory', () => directory.people.delete(ANNA.objectId), 'console.account-gone'],
    [
      'has become a guest',
      () => directory.people.set(ANNA.objectId, { objectId: ANNA.objectId, displayName: 'Anna', enabled: true, guest: true }),
      'console.guest',
    ],
  ])('and %s is out', async (_, change, code) => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    change();
    const page = await browser.open(world.at('/console'));
    expect([page.status, codeOn(page), has(browser)]).toEqual([403, code, false]);
  });

  it('sees nothing while the directory does not answer, and goes on afterwards', async () => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    directory.down = true;
    const page = await browser.open(world.at('/console'));
    expect([page.status, codeOn(page), page.headers['retry-after']]).toEqual([503, 'console.unknown', '5']);
    directory.down = false;
    expect((await browser.open(world.at('/console'))).status).toBe(200);
  });

  it('loses a role two minutes after leaving its group, and not later', async () => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    directory.groups.set(VIEWERS, []);
    world.transport.advance(1.9);
    expect((await browser.open(world.at('/console'))).text).toContain('Anna Approver viewer');
    world.transport.advance(0.2);
    expect((await browser.open(world.at('/console'))).text).toContain('Anna Approver no role here');
  });

  it('stays for as long as they click, but no longer than an hour', async () => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    for (const minutes of [14, 14, 14, 14]) {
      world.transport.advance(minutes);
      expect((await browser.open(world.at('/console'))).status).toBe(200);
    }
    world.transport.advance(4.1);
    expect((await browser.open(world.at('/console'))).status).toBe(401);
  });

  it('is forgotten after a quarter of an hour without a click', async () => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    const cookie = browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; ');
    const look = () => fetch(world.at('/console'), { headers: { cookie } });
    world.transport.advance(14.9);
    expect((await look()).status).toBe(200);
    world.transport.advance(0.2);
    expect((await look()).status).toBe(401);
  });

  it('and signs in as somebody else is that other one alone: the session before is over', async () => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    const before = browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; ');
    idp.signedIn = ABEL;
    expect((await browser.open(world.at('/signin?choose=yes'))).text).toContain('Abel Approver');
    expect(idp.begun.at(-1)).toMatchObject({ prompt: 'select_account' });
    expect((await fetch(world.at('/console'), { headers: { cookie: before } })).status).toBe(401);
  });
});

describe('signing out', () => {
  it('ends the session, also for whoever has a copy of the cookie', async () => {
    const browser = world.browserOf(ANNA);
    const page = await world.signIn(browser);
    const copy = browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; ');
    const out = await page.click('Sign out');
    expect([out.title, has(browser)]).toEqual(['Signed out · Hallpass', false]);
    expect((await fetch(world.at('/console'), { headers: { cookie: copy } })).status).toBe(401);
    expect((await out.click('Sign in again')).status).toBe(200);
    expect(idp.begun.at(-1)).toMatchObject({ prompt: 'select_account' });
  });

  it('is a press of a button: a link to it only asks', async () => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    const asks = await browser.openFrom('https://evil.test', world.at('/signout'));
    expect([asks.title, has(browser)]).toEqual(['Sign out of Hallpass? · Hallpass', true]);
    expect((await asks.click('Sign out')).title).toBe('Signed out · Hallpass');
  });

  it.each<readonly [from: string, origin: () => string, fields: (csrf: string) => Record<string, string>, code: string]>([
    ['our origin, without the token', () => world.origin, () => ({}), 'page.malformed'],
    ['our origin, with a token of somebody else', () => world.origin, () => ({ csrf: 'A'.repeat(22) }), 'page.forged'],
    ['another origin of our site, with the right token', () => 'http://localhost:9', (csrf) => ({ csrf }), 'page.forged'],
  ])('is refused from %s', async (_, origin, fields, code) => {
    const browser = world.browserOf(ANNA);
    const page = await world.signIn(browser);
    const csrf = page.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const forged = await browser.postFrom(origin(), world.at('/signout'), fields(csrf));
    expect([codeOn(forged), has(browser)]).toEqual([code, true]);
    expect((await page.click('Sign out')).title).toBe('Signed out · Hallpass');
  });

  it('with a form that is far too long is not read to its end', async () => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    const form = (chars: number) =>
      browser.postFrom(world.origin, world.at('/signout'), { csrf: 'A'.repeat(22), more: 'x'.repeat(chars) });
    const [short, long] = [await form(8_000), await form(9_000)];
    expect([short.status, codeOn(short), long.status, codeOn(long)]).toEqual([403, 'page.forged', 413, 'page.too-large']);
  });

  it('does nothing to somebody whose cookie a foreign form cannot bring along', async () => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    await browser.postFrom('https://evil.test', world.at('/signout'), { csrf: 'x' });
    expect((await browser.open(world.at('/console'))).status).toBe(200);
  });
});

describe('a cookie', () => {
  it.each<readonly [what: string, value: (own: string) => string]>([
    ['that is made up', () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA'],
    ['that was changed', (own) => `${own.slice(0, -6)}AAAAAA`],
    ['that is empty', () => ''],
  ])('%s opens nothing', async (_, value) => {
    const browser = world.browserOf(ANNA);
    await world.signIn(browser);
    const own = browser.cookies.all.find(({ name }) => name === SESSION)?.value ?? '';
    const open = (cookie: string) => fetch(world.at('/console'), { headers: { cookie: `${SESSION}=${cookie}` } });
    expect((await open(value(own))).status).toBe(401);
    expect((await open(own)).status).toBe(200);
  });

  it('of a machine with the same key opens what it opened there', async () => {
    const cookieKey = new Uint8Array(32).fill(7);
    const [one, other] = await Promise.all(
      [1, 2].map(() => startConsole({ idp, directory, adjust: (parts) => ({ ...parts, cookieKey }) })),
    );
    try {
      const browser = one?.browserOf(ANNA) ?? fail();
      await one?.signIn(browser);
      const cookie = browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; ');
      expect((await fetch(other?.at('/console') ?? '', { headers: { cookie } })).status).toBe(200);
    } finally {
      await Promise.all([one?.close(), other?.close()]);
    }
  });

  it('of another process, or another purpose, opens nothing', async () => {
    const other = await startConsole({ idp, directory });
    try {
      const browser = other.browserOf(ANNA);
      await other.signIn(browser);
      const foreign = browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; ');
      expect((await fetch(other.at('/console'), { headers: { cookie: foreign } })).status).toBe(200);
      expect((await fetch(world.at('/console'), { headers: { cookie: foreign } })).status).toBe(401);
      const begun = world.browserOf(ANNA);
      await world.callbackFor(begun);
      const attempt = begun.cookies.all.find(({ name }) => name === '__Host-hallpass-signin')?.value ?? '';
      expect(attempt).not.toBe('');
      expect((await fetch(world.at('/console'), { headers: { cookie: `${SESSION}=${attempt}` } })).status).toBe(401);
    } finally {
      await other.close();
    }
  });
});

describe('a guest whom the configuration names', () => {
  it('may come in, and another guest may not', async () => {
    const named = await startConsole({ idp, directory, adjust: (parts) => ({ ...parts, namedPeople: [RITA] }) });
    try {
      says({ acct: 1, idp: 'live.com' });
      directory.people.set(RITA.objectId, { objectId: RITA.objectId, displayName: 'Rita', enabled: true, guest: true });
      expect((await named.signIn(named.browserOf(RITA))).status).toBe(200);
      expect(codeOn(await named.signIn(named.browserOf(ANNA)))).toBe('id-token.guest');
    } finally {
      await named.close();
    }
  });
});

describe('behind TLS', () => {
  it('browsers are told to come by no other way', async () => {
    const secure = await startConsole({ idp, directory, setting: { publicUrl: 'https://hallpass.example' } });
    try {
      const { headers } = await fetch(secure.at('/console'));
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    } finally {
      await secure.close();
    }
  });
});

describe('too many calls', () => {
  it('are told to wait, whoever makes them', async () => {
    const few = await startConsole({ idp, directory, setting: { limits: { addressPerMinute: 3 } } });
    try {
      for (let call = 0; call < 3; call++) expect((await fetch(few.at('/console'))).status).toBe(401);
      const over = await fetch(few.at('/signin'));
      expect([over.status, over.headers.has('retry-after')]).toEqual([429, true]);
    } finally {
      await few.close();
    }
  });

  it('behind a proxy are counted by what the proxy says, and by nothing that stands before it', async () => {
    const setting = { limits: { addressPerMinute: 2 } };
    const proxied = await startConsole({ idp, directory, setting, adjust: (parts) => ({ ...parts, behindProxy: true }) });
    try {
      const from = (forwarded: string) => fetch(proxied.at('/console'), { headers: { 'x-forwarded-for': forwarded } });
      const seen = [];
      for (const claimed of ['198.51.100.1', '198.51.100.2', '198.51.100.3'])
        seen.push((await from(`${claimed}, 203.0.113.7`)).status);
      expect([...seen, (await from('203.0.113.8')).status]).toEqual([401, 401, 429, 401]);
    } finally {
      await proxied.close();
    }
  });

  it('that never send their form hold no place of those who are answered', async () => {
    const few = await startConsole({ idp, directory, setting: { limits: { addressPerMinute: 1_000, atOnce: 2 } } });
    const slow = await Promise.all(['/signout', '/console/link', '/signin'].map((path) => slowForm(few.at(path))));
    try {
      expect((await fetch(few.at('/console'))).status).toBe(401);
    } finally {
      for (const socket of slow) socket.destroy();
      await few.close();
    }
  });

  it('of one person are counted together, whatever their browsers', async () => {
    const few = await startConsole({ idp, directory, setting: { limits: { addressPerMinute: 1_000, personPerMinute: 2 } } });
    try {
      await few.signIn(few.browserOf(ANNA));
      expect((await few.signIn(few.browserOf(ANNA))).status).toBe(200);
      expect(codeOn(await few.signIn(few.browserOf(ANNA)))).toBe('page.limited');
      expect((await few.signIn(few.browserOf(ABEL))).status).toBe(200);
    } finally {
      await few.close();
    }
  });
});

describe('with several tenants', () => {
  it('asks where the account belongs, and sends nobody to one that is not configured', async () => {
    const twice = await startConsole({
      idp,
      directory,
      adjust: (parts) => ({
        ...parts,
        tenants: [...parts.tenants, ...parts.tenants.map((one) => ({ ...one, tenantId: FOREIGN_TENANT, name: 'partner' }))],
      }),
    });
    try {
      const choice = await (await twice.browserOf(ANNA).open(twice.at('/console?of=me'))).click(SIGN_IN);
      expect([choice.has('playground'), choice.has('partner')]).toEqual([true, true]);
      expect((await choice.click('playground')).url).toBe(twice.at('/console?of=me'));
      expect(codeOn(await choice.click('partner'))).toBe('id-token.tenant');
      const nowhere = await twice.browserOf(ANNA).open(twice.at(`/signin?tenant=${ANNA.objectId}`));
      expect([nowhere.status, codeOn(nowhere)]).toEqual([404, 'page.unknown']);
    } finally {
      await twice.close();
    }
  });
});

function fail(): never {
  throw new Error('not started');
}
