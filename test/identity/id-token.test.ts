import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { exportJWK, importJWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { codeOf } from '../../src/access/core/app-error.ts';
import {
  createIdTokenVerifier,
  type ExpectedSignIn,
  LONGEST_SIGN_IN_SECONDS,
  type VerifyIdToken,
} from '../../src/identity/id-token.ts';
import { signingKeysAt } from '../../src/identity/id-token-signature.ts';
import { type HttpsServer, startHttps } from '../support/https-server.ts';
import { newKey } from '../perimeter/approve/support/local-idp.ts';

const TENANT = '5c0ffee0-1111-4222-8333-444455556666';
const OTHER_TENANT = '0ddba110-1111-4222-8333-444455556666';
const CLIENT = 'a9920000-0000-4000-8000-000000000004';
const ABEL = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000003' };
const GUEST = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000009' };
const ISSUER = `https://login.microsoftonline.com/${TENANT}/v2.0`;
const NONCE = 'the-digest-of-the-statement';
/** The click. */
const BEGUN = Date.parse('2026-03-01T12:00:00Z');
const begun = BEGUN / 1000;

let now = BEGUN;
const clock = { now: () => now, onMoved: () => () => undefined };
let server: HttpsServer;
let verify: VerifyIdToken;
let key: Awaited<ReturnType<typeof newKey>>;
let published: unknown[];

beforeAll(async () => {
  key = await newKey();
  published = [key.jwk];
  server = await startHttps(() => ({ status: 200, body: { keys: published } }));
  verify = fresh();
});
afterAll(() => server.close());

function fresh(): VerifyIdToken {
  const isNamedGuest = ({ objectId }: { readonly objectId: string }) => objectId === GUEST.objectId;
  return createIdTokenVerifier(
    { issuer: ISSUER, clientId: CLIENT, tenantId: TENANT, isNamedGuest },
    signingKeysAt(`${server.url}/keys`),
    clock,
  );
}

const honest: JWTPayload = {
  aud: CLIENT,
  iss: ISSUER,
  iat: begun - 290,
  nbf: begun - 290,
  exp: begun + 3600,
  tid: TENANT,
  oid: ABEL.objectId,
  sub: 'pairwise',
  nonce: NONCE,
  acct: 0,
  ver: '2.0',
  acrs: ['c1'],
  auth_time: begun,
};
const expected: ExpectedSignIn = {
  nonce: NONCE,
  begunAt: BEGUN,
  person: ABEL,
  stepUp: { authenticationContext: 'c1' },
};
const LOGIN: ExpectedSignIn = { ...expected, stepUp: { promptLogin: true } };

function signed(claims: JWTPayload, header: { readonly kid?: string } = { kid: key.jwk.kid ?? '' }): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...header }).sign(key.privateKey);
}
async function outcome(token: string | Promise<string>, what = expected, by = verify): Promise<string> {
  return by(await token, what).then(
    () => 'accepted',
    (error: unknown) => codeOf(error),
  );
}
/** `undefined` takes a claim out. */
type Lie = Readonly<Record<string, unknown>>;
const but = (lie: Lie): JWTPayload => JSON.parse(JSON.stringify({ ...honest, ...lie }));

describe('an ID token that says everything as it has to be', () => {
  it('is accepted, with the person, the key that signed it, and all that it says', async () => {
    const claims = { ...honest, preferred_username: 'abel@x' };
    expect(await verify(await signed(claims), expected)).toEqual({
      person: ABEL,
      key: { kty: 'RSA', kid: key.jwk.kid, n: key.jwk.n, e: key.jwk.e },
      claims,
      loginHint: 'abel@x',
    });
  });

  it('is accepted of people without a name or an address for mail, and whatever it says of groups', async () => {
    expect(await outcome(signed(honest))).toBe('accepted');
    const overage = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x' } } };
    expect(await outcome(signed({ ...honest, ...overage }))).toBe('accepted');
  });

  it('names people in lower case, however Entra writes them', async () => {
    const token = await signed(but({ oid: ABEL.objectId.toUpperCase(), tid: TENANT.toUpperCase() }));
    expect((await verify(token, expected)).person).toEqual(ABEL);
  });
});

describe('a claim that is not as it has to be', () => {
  it.each<[string, Lie, string]>([
    ['another audience', { aud: '00000003-0000-0000-c000-000000000000' }, 'id-token.audience'],
    ['our audience among others', { aud: [CLIENT, 'https://graph.microsoft.com'] }, 'id-token.claims'],
    ['no audience', { aud: undefined }, 'id-token.audience'],
    ['another issuer', { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` }, 'id-token.issuer'],
    ['the issuer of version 1', { iss: `https://sts.windows.net/${TENANT}/` }, 'id-token.issuer'],
    ['the issuer with a slash more', { iss: `${ISSUER}/` }, 'id-token.issuer'],
    ['another tenant', { tid: OTHER_TENANT }, 'id-token.tenant'],
    ['no tenant', { tid: undefined }, 'id-token.claims'],
    ['version 1', { ver: '1.0' }, 'id-token.claims'],
    ['another nonce', { nonce: 'the-digest-of-another' }, 'id-token.nonce'],
    ['the nonce in other letter case', { nonce: NONCE.toUpperCase() }, 'id-token.nonce'],
    ['no nonce', { nonce: undefined }, 'id-token.claims'],
    ['no end', { exp: undefined }, 'id-token.claims'],
    ['no beginning', { nbf: undefined }, 'id-token.claims'],
    ['no issue date', { iat: undefined }, 'id-token.claims'],
    ['another person', { oid: GUEST.objectId }, 'id-token.person'],
    ['no person', { oid: undefined }, 'id-token.claims'],
    ['a person by name only', { oid: 'abel@playground.example' }, 'id-token.claims'],
    ['an application', { idtyp: 'app' }, 'id-token.app'],
    ['a guest who is named nowhere', { acct: 1 }, 'id-token.guest'],
    ['nothing about the kind of account', { acct: undefined }, 'id-token.claims'],
    ['a kind of account that does not exist', { acct: 2 }, 'id-token.claims'],
    ['another authentication context', { acrs: ['c2'] }, 'id-token.step-up'],
    ['a context that begins like ours', { acrs: ['c11'] }, 'id-token.step-up'],
    ['no authentication context', { acrs: undefined }, 'id-token.step-up'],
    ['the context where another claim belongs', { acrs: undefined, acr: 'c1' }, 'id-token.step-up'],
  ])('%s: refused, and its honest twin accepted', async (_name, lie, code) => {
    expect(await outcome(signed(but(lie)))).toBe(code);
    expect(await outcome(signed(honest))).toBe('accepted');
  });

  it('is no matter where it is as strict in other words', async () => {
    expect(await outcome(signed(but({ acrs: ['urn:user:registersecurityinfo', 'c1'] })))).toBe('accepted');
    expect(await outcome(signed(but({ acrs: 'c1' })))).toBe('accepted');
    expect(await outcome(signed(but({ idtyp: 'user' })))).toBe('accepted');
    expect(await outcome(signed(but({ acct: 1, oid: GUEST.objectId })), { ...expected, person: GUEST })).toBe('accepted');
  });
});

describe('the time', () => {
  const skew = 30;
  it.each<[string, Lie, number, string]>([
    ['its end, with the tolerance', { exp: begun + 100 }, begun + 100 + skew - 1, 'accepted'],
    ['its end, and a second more', { exp: begun + 100 }, begun + 100 + skew, 'id-token.expired'],
    ['its beginning, with the tolerance', { nbf: begun + skew }, begun, 'accepted'],
    ['its beginning, and a second before', { nbf: begun + skew + 1 }, begun, 'id-token.expired'],
    ['issued as long before the click as Entra dates back', { iat: begun - 330 }, begun, 'accepted'],
    ['issued a second before that', { iat: begun - 331 }, begun, 'id-token.stale'],
    ['issued in a future that clocks explain', { iat: begun + skew }, begun, 'accepted'],
    ['issued in a future that they do not', { iat: begun + skew + 1 }, begun, 'id-token.stale'],
    ['as long after the click as a sign-in may take', {}, begun + LONGEST_SIGN_IN_SECONDS, 'accepted'],
    ['a second more', {}, begun + LONGEST_SIGN_IN_SECONDS + 1, 'id-token.stale'],
  ])('%s', async (_name, lie, at, code) => {
    now = at * 1000;
    expect(await outcome(signed(but(lie)))).toBe(code);
    now = BEGUN;
  });

  it.each<[string, Lie, string]>([
    ['after the click', { auth_time: begun }, 'accepted'],
    ['at the click, by a clock that is behind', { auth_time: begun - skew }, 'accepted'],
    ['before the click', { auth_time: begun - skew - 1 }, 'id-token.step-up'],
    ['at a time that nobody tells', { auth_time: undefined }, 'id-token.step-up'],
    ['at a time that is none', { auth_time: String(begun) }, 'id-token.claims'],
  ])('of a sign-in that had to be fresh, with the password %s', async (_name, lie, code) => {
    expect(await outcome(signed(but({ acrs: undefined, ...lie })), LOGIN)).toBe(code);
  });
});

describe('the signature', () => {
  const byRightKey = async (alg: string) =>
    new SignJWT(honest).setProtectedHeader({ alg, kid: key.jwk.kid }).sign(await importJWK(await exportJWK(key.privateKey), alg));
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forgeries: readonly (readonly [string, () => Promise<string>])[] = [
    ['none at all', () => Promise.resolve(new UnsecuredJWT(honest).encode())],
    [
      'a header that says none, with our key id',
      () => Promise.resolve(`${part({ alg: 'none', kid: key.jwk.kid })}.${part(honest)}.`),
    ],
    [
      "HS256 with the public key's own text as secret",
      async () => {
        const { createPublicKey } = await import('node:crypto');
        const pem = createPublicKey({ key: key.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
        const body = `${part({ alg: 'HS256', typ: 'JWT', kid: key.jwk.kid })}.${part(honest)}`;
        return `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
      },
    ],
    [
      "another key under our key's name",
      async () => {
        const other = await newKey();
        return new SignJWT(honest).setProtectedHeader({ alg: 'RS256', kid: key.jwk.kid ?? '' }).sign(other.privateKey);
      },
    ],
    [
      'a key that the token brings along',
      async () => {
        const other = await newKey();
        return new SignJWT(honest).setProtectedHeader({ alg: 'RS256', kid: 'mine', jwk: other.jwk }).sign(other.privateKey);
      },
    ],
    ['PS256 by the right key', () => byRightKey('PS256')],
    ['RS512 by the right key', () => byRightKey('RS512')],
    ['no key id', () => signed(honest, {})],
    [
      'of another token',
      async () => {
        const [header, , signature] = (await signed(honest)).split('.');
        return `${header ?? ''}.${part({ ...honest, oid: GUEST.objectId })}.${signature ?? ''}`;
      },
    ],
  ];
  it.each(forgeries)('%s: refused, and its honest twin accepted', async (_name, forge) => {
    expect(await outcome(forge())).toBe('id-token.signature');
    expect(await outcome(signed(honest))).toBe('accepted');
  });

  it('of a new key is known once the tenant publishes it; strangers do not make us ask again and again', async () => {
    const by = fresh();
    expect(await outcome(signed(honest), expected, by)).toBe('accepted');
    const asked = server.asked.length;
    const next = await newKey();
    const token = () => new SignJWT(honest).setProtectedHeader({ alg: 'RS256', kid: next.jwk.kid }).sign(next.privateKey);
    expect(await outcome(token(), expected, by)).toBe('id-token.signature');
    expect(server.asked.length).toBe(asked);
    published = [key.jwk, next.jwk];
    expect(await outcome(token(), expected, fresh())).toBe('accepted');
    published = [key.jwk];
  });

  it.each<[string, number, 'known' | 'unknown', number]>([
    ['a moment less than a day later, of a key that is known', 86_399_000, 'known', 0],
    ['a day later, of a key that is known', 86_400_000, 'known', 1],
    ['a moment less than half a minute later, of a key that nobody knows', 29_000, 'unknown', 0],
    ['half a minute later, of a key that nobody knows', 30_000, 'unknown', 1],
  ])('is judged by the keys that were fetched before: %s', async (_name, ms, kid, fetched) => {
    const by = fresh();
    const before = Date.now();
    const dated = jest.spyOn(Date, 'now').mockReturnValue(before);
    expect(await outcome(signed(honest), expected, by)).toBe('accepted');
    const asked = server.asked.length;
    dated.mockReturnValue(before + ms);
    await outcome(signed(honest, kid === 'known' ? undefined : { kid }), expected, by);
    dated.mockRestore();
    expect(server.asked.length - asked).toBe(fetched);
  });

  it('cannot be judged while the keys cannot be had: that is not a refusal for good', async () => {
    server.answerWith(() => 'reset');
    const by = fresh();
    await expect(by(await signed(honest), expected)).rejects.toMatchObject({
      code: 'id-token.keys-unavailable',
      retryable: true,
    });
    server.answerWith(() => ({ status: 503, body: {} }));
    expect(await outcome(signed(honest), expected, by)).toBe('id-token.keys-unavailable');
    server.answerWith(() => ({ status: 200, body: { keys: published } }));
    expect(await outcome(signed(honest), expected, by)).toBe('accepted');
  });

  it('that fails is told without a word of the token', async () => {
    const error = await verify(await signed(but({ nonce: 'x' })), expected).catch((thrown: unknown) => thrown);
    const words = JSON.stringify([String(error), Object.entries(Object(error)), Reflect.get(Object(error), 'cause')]);
    expect(words).not.toMatch(/eyJ|pairwise/);
  });
});
