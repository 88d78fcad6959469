import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { Clock } from '../../../../src/access/core/clock.ts';
import {
  ABEL,
  ANNA_ADMIN,
  APPROVAL_APP,
  ENGINEERS_GROUP_ID,
  FOREIGN_TENANT_ID,
  GINA,
  GUS,
  PERIMETER_APP,
  RITA,
  TENANT_ID,
} from '../../../../src/playground/cast.ts';
import type { Actor } from '../../../../src/playground/microsoft/tenant/audit.ts';
import { signIn } from '../../../support/browserless.ts';
import { text } from '../far-end.ts';
import { C1, CHALLENGE, type Changes, type Scene, startScene, VERIFIER } from './relying-party.ts';

let aheadMs = 0;
const now: Clock = { now: () => Date.now() + aheadMs, onMoved: () => () => undefined };
const BY_HAND: Actor = { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name };

let scene: Scene;
beforeAll(async () => {
  scene = await startScene({ now });
});
afterAll(() => scene.close());
beforeEach(() => {
  aheadMs = 0;
  scene.far.tenant.reset();
});

const back = async (changes: Changes = {}, person: { readonly name: string } = RITA) =>
  signIn(await scene.browser().open(scene.authorizeUrl(changes)), person);
const code = async (changes: Changes = {}) => scene.parameters(await back(changes))['code'] ?? '';
const claims = async (changes: Changes = {}, person: { readonly name: string } = RITA) =>
  scene.claims(await back(changes, person));

/** Status, OAuth error and Entra's number. */
async function told(redeeming: ReturnType<Scene['redeem']>): Promise<readonly unknown[]> {
  const { status, body } = await redeeming;
  return [status, body['error'], body['error_codes']?.[0]];
}

describe('a code', () => {
  it('is good for an ID token and an access token, once', async () => {
    const one = await code();
    const answer = await scene.redeem(one);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store, no-cache' },
      body: { token_type: 'Bearer', scope: 'openid profile', expires_in: 3_599 },
    });
    expect(answer.body).not.toHaveProperty('refresh_token');
    expect(await told(scene.redeem(one))).toEqual([400, 'invalid_grant', 54_005]);
  });

  it('is good for one of two who come at the same time', async () => {
    const one = await code();
    const assertion = await scene.assertion();
    const both = await Promise.all([1, 2].map(() => scene.redeem(one, { client_assertion: assertion })));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
  });

  it('is good for ten minutes', async () => {
    const [early, late] = [await code(), await code()];
    aheadMs = 10 * 60_000 - 10_000;
    expect((await scene.redeem(early)).status).toBe(200);
    aheadMs = 10 * 60_000 + 10_000;
    expect(await told(scene.redeem(late))).toEqual([400, 'invalid_grant', 70_008]);
  });

  it.each<[what: string, changes: Changes, status: number, error: string, number: number]>([
    ['no code', { code: undefined }, 400, 'invalid_request', 900_144],
    ['no redirect address', { redirect_uri: undefined }, 400, 'invalid_request', 900_144],
    ['another redirect address', { redirect_uri: 'https://evil.test/' }, 401, 'invalid_client', 500_112],
    ['no verifier', { code_verifier: undefined }, 400, 'invalid_grant', 50_148],
    ['another verifier', { code_verifier: `${VERIFIER}x` }, 400, 'invalid_grant', 501_481],
    ['the challenge in place of the verifier', { code_verifier: CHALLENGE }, 400, 'invalid_grant', 501_481],
    ['a code that never was', { code: '1.Amade-up' }, 400, 'invalid_grant', 9_002_313],
    ['no proof of who asks', { client_assertion: undefined, client_assertion_type: undefined }, 401, 'invalid_client', 7_000_218],
    ['a secret that it does not have', { client_assertion: undefined, client_secret: 'x' }, 401, 'invalid_client', 7_000_215],
  ])('is refused with %s, and stays good for who comes rightly', async (_, changes, status, error, number) => {
    const one = await code();
    expect(await told(scene.redeem(one, changes))).toEqual([status, error, number]);
    expect((await scene.redeem(one)).status).toBe(200);
  });

  it('is refused to another application, even with its own secret', async () => {
    const one = await code();
    const other = {
      client_id: PERIMETER_APP.clientId,
      client_secret: scene.far.tenant.clientSecretOf(PERIMETER_APP.clientId),
      client_assertion: undefined,
    };
    expect(await told(scene.redeem(one, other))).toEqual([400, 'invalid_grant', 70_000]);
  });

  it('without a challenge takes no verifier, and needs none', async () => {
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    expect(await told(scene.redeem(await code(without)))).toEqual([400, 'invalid_grant', 50_148]);
    expect((await scene.redeem(await code(without), { code_verifier: undefined })).status).toBe(200);
  });

  it('is refused once the account is disabled', async () => {
    const one = await code();
    scene.far.tenant.disableUser(RITA.objectId);
    expect(await told(scene.redeem(one))).toEqual([400, 'invalid_grant', 50_057]);
  });

  it('by an application with a secret is redeemed as before, by form or by header', async () => {
    const secret = scene.far.tenant.addSecret(APPROVAL_APP.clientId, 'test', scene.bench.clock.now() + 10 ** 12).secretText;
    const plain = { client_assertion: undefined, client_assertion_type: undefined };
    expect((await scene.redeem(await code(), { ...plain, client_secret: secret })).status).toBe(200);
  });
});

describe('an ID token', () => {
  it('says who, to whom, from whom, and until when', async () => {
    const seconds = Math.floor(Date.now() / 1_000);
    const got = await claims();
    expect(got).toMatchObject({
      aud: APPROVAL_APP.clientId,
      iss: `${scene.far.loginUrl}/${TENANT_ID}/v2.0`,
      tid: TENANT_ID,
      oid: RITA.objectId,
      name: RITA.name,
      preferred_username: RITA.userPrincipalName,
      nonce: 'nonce-1',
      ver: '2.0',
      acct: 0,
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      uti: expect.any(String),
      sub: expect.any(String),
    });
    // Entra puts iat and nbf five minutes back, and lets the token live for an hour.
    expect([got.iat === got.nbf, Number(got.exp) - Number(got.iat)]).toEqual([true, 3_899]);
    expect(Math.abs(Number(got.iat) - (seconds - 300))).toBeLessThan(60);
    expect(Math.abs(Number(got['auth_time']) - seconds)).toBeLessThan(60);
    for (const absent of ['amr', 'idtyp', 'email', 'upn', 'groups', 'acrs', 'idp', 'unique_name', 'roles'])
      expect(got).not.toHaveProperty(absent);
  });

  it('has a subject of this person for this application alone', async () => {
    const first = await claims();
    expect((await claims()).sub).toBe(first.sub);
    expect((await claims({}, ABEL)).sub).not.toBe(first.sub);
    expect([RITA.objectId, RITA.userPrincipalName]).not.toContain(first.sub);
  });

  it('without the scope profile names nobody', async () => {
    const got = await claims({ scope: 'openid' });
    expect(Object.keys(got).toSorted()).toEqual(
      ['acct', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'nbf', 'nonce', 'sid', 'sub', 'uti', 'ver'].toSorted(),
    );
  });

  it('carries an e-mail address only where it is asked for and there is one', async () => {
    expect(await claims({ scope: 'openid profile email' })).toMatchObject({ email: RITA.userPrincipalName });
    expect(await claims({ scope: 'openid profile email' }, ANNA_ADMIN)).not.toHaveProperty('email');
  });

  it('of a guest says so, and where they are at home', async () => {
    expect(await claims({}, GUS)).toMatchObject({
      acct: 1,
      tid: TENANT_ID,
      idp: `https://sts.windows.net/${FOREIGN_TENANT_ID}/`,
      email: GUS.mail,
      preferred_username: GUS.mail,
    });
  });

  it('leaves out what the registration does not ask for, and a nonce that was not sent', async () => {
    scene.far.tenant.applications.change(APPROVAL_APP.clientId, { optionalClaims: { idToken: [], accessToken: [] } });
    const got = await claims({ nonce: undefined });
    for (const absent of ['acct', 'auth_time', 'nonce']) expect(got).not.toHaveProperty(absent);
    expect(await claims({ claims: C1 })).toMatchObject({ acrs: ['c1'] });
  });

  it('carries groups where the registration says so, and above two hundred only where to ask', async () => {
    const { applications, directory } = scene.far.tenant;
    expect(await claims()).not.toHaveProperty('groups');
    applications.change(APPROVAL_APP.clientId, { groupMembershipClaims: 'SecurityGroup' });
    expect(await claims()).toMatchObject({ groups: [ENGINEERS_GROUP_ID] });
    expect(await claims({}, GINA)).not.toHaveProperty('groups');
    const add = (index: number) =>
      directory.addGroup(
        {
          id: `96000000-0000-4000-9000-${String(index).padStart(12, '0')}`,
          displayName: 'One of many',
          memberIds: [RITA.objectId],
        },
        BY_HAND,
      );
    for (let index = 0; index < 199; index++) add(index);
    expect((await claims())['groups']).toHaveLength(200);
    add(199);
    const got = await claims();
    expect(got).not.toHaveProperty('groups');
    expect(got).toMatchObject({
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: expect.stringContaining(`/users/${RITA.objectId}/getMemberObjects`) } },
    });
  });
});

describe('keys', () => {
  const keys = async () => {
    const answer = await scene.bench.raw('GET', `${scene.far.loginUrl}/${TENANT_ID}/discovery/v2.0/keys`, {});
    return answer.body['keys'] as unknown as readonly Readonly<Record<string, string>>[];
  };
  const idToken = async () => text((await scene.redeem(await code())).body['id_token']);

  it('are RSA, say whose they are, and do not say for which algorithm', async () => {
    const [only, ...others] = await keys();
    expect(only).toMatchObject({ kty: 'RSA', use: 'sig', issuer: scene.far.issuer });
    expect([others.length, Object.keys(only ?? {}).filter((name) => ['alg', 'd', 'p', 'q'].includes(name))]).toEqual([0, []]);
    const token = await idToken();
    expect(decodeProtectedHeader(token)).toEqual({ typ: 'JWT', alg: 'RS256', kid: only?.['kid'] });
    await jwtVerify(token, createLocalJWKSet({ keys: [...(await keys())] }));
  });

  it('change: the new one signs at once, the old one stays for a while and then goes', async () => {
    const old = await idToken();
    await scene.far.tokens.rotateKeys({ oldStaysMs: 60_000 });
    const fresh = await idToken();
    const [oldKid, newKid] = [decodeProtectedHeader(old).kid, decodeProtectedHeader(fresh).kid];
    expect((await keys()).map(({ kid }) => kid)).toEqual([newKid, oldKid]);
    for (const token of [old, fresh]) await jwtVerify(token, createLocalJWKSet({ keys: [...(await keys())] }));
    aheadMs = 61_000;
    expect((await keys()).map(({ kid }) => kid)).toEqual([newKid]);
  });

  it('that have gone no longer open Graph either', async () => {
    const token = text(
      (await scene.bench.tokenOf(PERIMETER_APP.clientId, 'https://graph.microsoft.com/.default')).body['access_token'],
    );
    await scene.far.tokens.rotateKeys({ oldStaysMs: 60_000 });
    expect((await scene.bench.graph({ token }, 'GET', `/users/${RITA.objectId}`)).status).toBe(200);
    aheadMs = 61_000;
    expect((await scene.bench.graph({ token }, 'GET', `/users/${RITA.objectId}`)).status).toBe(401);
  });
});

it('gives an access token that opens nothing of Graph but the person’s own profile', async () => {
  const token = text((await scene.redeem(await code())).body['access_token']);
  expect((await scene.bench.graph({ token }, 'GET', '/users')).status).toBe(401);
});
