import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errors, type JWTPayload, SignJWT } from 'jose';
import { createIdTokenVerifier, type ExpectedSignIn, type VerifyIdToken } from '../../src/identity/id-token.ts';
import { type IdTokenRule, RULE_OF_CLAIM, tokenRefused } from '../../src/identity/id-token-refusal.ts';
import { signedBy, signingKeysAt } from '../../src/identity/id-token-signature.ts';
import { type HttpsServer, startHttps } from '../support/https-server.ts';
import { newKey } from '../perimeter/approve/support/local-idp.ts';

const TENANT = '5c0ffee0-1111-4222-8333-444455556666';
const CLIENT = 'a9920000-0000-4000-8000-000000000004';
const ABEL = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000003' };
const ISSUER = `https://login.microsoftonline.com/${TENANT}/v2.0`;
const BEGUN = Date.parse('2026-03-01T12:00:00Z');
const begun = BEGUN / 1000;
const clock = { now: () => BEGUN, onMoved: () => () => undefined };

const AGAIN = 'What came back from the sign-in is not what was asked for. Begin again.';
const TOO_LONG = 'The sign-in took too long, or the clock of this machine is wrong. Begin again.';

describe('whoever signed in and was not accepted', () => {
  it.each<[IdTokenRule, string]>([
    [
      'signature',
      'What came back from the sign-in is not signed by a key of your tenant. Begin again; if it happens again, tell an administrator: something may stand between this page and Microsoft.',
    ],
    ['issuer', AGAIN],
    ['audience', AGAIN],
    ['expired', TOO_LONG],
    [
      'claims',
      'What came back from the sign-in lacks something that is needed here. An administrator can add the optional claims acct, auth_time and acrs to the app registration of this page.',
    ],
    ['tenant', AGAIN],
    ['nonce', AGAIN],
    ['stale', TOO_LONG],
    ['app', AGAIN],
    [
      'guest',
      'Only members of the tenant may sign here, and guests whom the configuration names. Sign in with a member account.',
    ],
    [
      'step-up',
      'Entra did not say that the sign-in was as strong or as fresh as this needs. Begin again; if that does not help, an administrator can check the Conditional Access policy of the authentication context.',
    ],
    ['person', 'You signed in with another account than the one that looked at this. Begin again with one account.'],
  ])('is told what helps, when it is about the rule %s', (rule, hint) => {
    expect(tokenRefused(rule, 'x')).toMatchObject({
      ...{ code: `id-token.${rule}`, message: `the ID token was not accepted: ${rule} (x)`, hint, retryable: false },
    });
  });
});

it('a claim that is wrong breaks the rule of its name, and any other that of claims', () => {
  expect(RULE_OF_CLAIM).toEqual({ iss: 'issuer', aud: 'audience', exp: 'expired', nbf: 'expired', nonce: 'nonce' });
});

describe('what is wrong with the keys, and not with the token', () => {
  it.each<[string, Error, string]>([
    ['a timeout', new errors.JWKSTimeout(), 'id-token.keys-unavailable'],
    ['a list that is none', new errors.JWKSInvalid(), 'id-token.keys-unavailable'],
    ['an answer that was none', new errors.JOSEError(), 'id-token.keys-unavailable'],
    ['a network that is down', new TypeError('fetch failed'), 'id-token.keys-unavailable'],
    ['no key of that name', new errors.JWKSNoMatchingKey(), 'id-token.signature'],
  ])('is told apart: %s', async (_name, error, code) => {
    const key = await newKey();
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'RS256', kid: 'x' }).sign(key.privateKey);
    const failing = Object.assign(() => Promise.reject(error), { jwks: () => undefined });
    await expect(signedBy(token, { issuer: ISSUER, clientId: CLIENT }, failing, BEGUN)).rejects.toMatchObject({ code });
  });
});

describe('what is told about a token', () => {
  let server: HttpsServer;
  let verify: VerifyIdToken;
  let key: Awaited<ReturnType<typeof newKey>>;
  let keys: readonly unknown[];
  beforeAll(async () => {
    key = await newKey();
    keys = [key.jwk];
    server = await startHttps(() => ({ status: 200, body: { keys } }));
    verify = fresh();
  });
  afterAll(() => server.close());
  const fresh = () =>
    createIdTokenVerifier(
      { issuer: ISSUER, clientId: CLIENT, tenantId: TENANT.toUpperCase(), isNamedGuest: () => false },
      signingKeysAt(`${server.url}/keys`),
      clock,
    );
  const honest: JWTPayload = {
    ...{ aud: CLIENT, iss: ISSUER, iat: begun, nbf: begun, exp: begun + 3600, tid: TENANT, oid: ABEL.objectId },
    ...{ nonce: 'n', acct: 0, ver: '2.0' },
  };
  const signed = (lie: object, kid: string = key.jwk.kid ?? '') =>
    new SignJWT(JSON.parse(JSON.stringify({ ...honest, ...lie }))).setProtectedHeader({ alg: 'RS256', kid }).sign(key.privateKey);
  const refusalOf = async (lie: object, expected: Partial<ExpectedSignIn> = {}): Promise<unknown> =>
    verify(await signed(lie), { nonce: 'n', begunAt: BEGUN, ...expected }).then(
      (accepted) => accepted,
      (error: unknown) => Reflect.get(Object(error), 'message'),
    );

  it('is who signed in and by which key, where nobody and nothing more is expected', async () => {
    expect(await refusalOf({})).toStrictEqual({
      person: ABEL,
      key: { kty: 'RSA', kid: key.jwk.kid, n: key.jwk.n, e: key.jwk.e },
      claims: honest,
    });
  });

  it.each<[string, object, Partial<ExpectedSignIn>, string]>([
    ['which claims are missing', { oid: undefined, ver: '1.0' }, {}, 'claims (oid, ver)'],
    ['which one of a list is wrong', { acrs: ['c1', 2] }, {}, 'claims (acrs)'],
    ['which rule of ours was broken', { nonce: 'x' }, {}, 'nonce (a claim is not as it has to be)'],
    ['which claim the library found wrong', { aud: 'x' }, {}, 'audience (aud)'],
    ['that another required claim is missing', { iss: undefined }, {}, 'issuer (iss)'],
    ['that it had not begun', { nbf: begun + 31 }, {}, 'expired (nbf)'],
    ['that it has no end', { exp: undefined }, {}, 'claims (exp)'],
    ['that it has no beginning', { nbf: undefined }, {}, 'claims (nbf)'],
    ['that its end is no instant', { exp: 'never' }, {}, 'expired (exp)'],
    ['that it was over', { exp: begun - 31 }, {}, 'expired (ERR_JWT_EXPIRED)'],
    ['that its date is none', { iat: 'yesterday' }, {}, 'claims (iat)'],
  ])('is %s', async (_name, lie, expected, words) => {
    expect(await refusalOf(lie, expected)).toBe(`the ID token was not accepted: ${words}`);
  });

  it('is what was wrong with its signature', async () => {
    await expect(verify(await signed({}, 'strange'), { nonce: 'n', begunAt: BEGUN })).rejects.toMatchObject({
      message: 'the ID token was not accepted: signature (ERR_JWKS_NO_MATCHING_KEY)',
    });
    await expect(verify('x', { nonce: 'n', begunAt: BEGUN })).rejects.toMatchObject({
      message: 'the ID token was not accepted: signature (ERR_JWS_INVALID)',
    });
    const { exp: _exp, ...endless } = honest;
    const noKid = await new SignJWT(endless).setProtectedHeader({ alg: 'RS256' }).sign(key.privateKey);
    await expect(verify(noKid, { nonce: 'n', begunAt: BEGUN })).rejects.toMatchObject({ code: 'id-token.claims' });
    const whole = await new SignJWT(honest).setProtectedHeader({ alg: 'RS256' }).sign(key.privateKey);
    await expect(verify(whole, { nonce: 'n', begunAt: BEGUN })).rejects.toMatchObject({
      message: 'the ID token was not accepted: signature (no kid)',
    });
  });

  it('is the key of its name among several, and none that is not complete', async () => {
    const other = await newKey();
    keys = [{ kty: 'RSA', kid: 'x' }, { kty: 'EC', kid: 'y' }, other.jwk, key.jwk];
    const verified = await fresh()(await signed({}), { nonce: 'n', begunAt: BEGUN });
    expect(verified.key.kid).toBe(key.jwk.kid);
    keys = [key.jwk];
  });

  it('is that the keys cannot be had, and to try again', async () => {
    const gone = createIdTokenVerifier(
      { issuer: ISSUER, clientId: CLIENT, tenantId: TENANT, isNamedGuest: () => false },
      signingKeysAt('https://localhost:1/keys'),
      clock,
    );
    await expect(gone(await signed({}), { nonce: 'n', begunAt: BEGUN })).rejects.toMatchObject({
      ...{ code: 'id-token.keys-unavailable', message: "the tenant's signing keys cannot be had", retryable: true },
      hint: 'Entra did not give its signing keys right now. Try again in a minute.',
    });
  });

  it.each<[string, unknown]>([
    ['no keys at all', {}],
    ['no list', { keys: 'x' }],
  ])('is the same when what is published is %s', async (_name, body) => {
    const odd = await startHttps(() => ({ status: 200, body }));
    const by = createIdTokenVerifier(
      { issuer: ISSUER, clientId: CLIENT, tenantId: TENANT, isNamedGuest: () => false },
      signingKeysAt(`${odd.url}/keys`),
      clock,
    );
    await expect(by(await signed({}), { nonce: 'n', begunAt: BEGUN })).rejects.toMatchObject({
      code: 'id-token.keys-unavailable',
    });
    await odd.close();
  });
});
