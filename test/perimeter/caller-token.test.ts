import { beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import {
  callerSettingsOf,
  createCallerVerifier,
  saysItIsTheBots,
  tenantKeys,
  type VerifyCaller,
} from '../../src/perimeter/caller-token.ts';
import { type HttpsServer, startHttps } from '../support/https-server.ts';
import { BOT_CLIENT_ID, perimeterConfig, TENANT_ID } from './support/perimeter-config.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const now = { now: () => NOW, onMoved: () => () => undefined };
const seconds = NOW / 1000;
const LOGIN = 'https://localhost:9443';
const V1 = `https://sts.windows.net/${TENANT_ID}/`;
const V2 = `${LOGIN}/${TENANT_ID}/v2.0`;
const OTHER = '0ddba110-1111-4222-8333-444455556666';
const AUDIENCE = 'api://9e710000-0000-4000-8000-000000000002';

const config = perimeterConfig({ login: LOGIN, audience: AUDIENCE });
let ours: Awaited<ReturnType<typeof generateKeyPair>>;
let theirs: Awaited<ReturnType<typeof generateKeyPair>>;
let verify: VerifyCaller;

beforeAll(async () => {
  ours = await generateKeyPair('RS256');
  theirs = await generateKeyPair('RS256');
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'one', use: 'sig' }] });
  verify = createCallerVerifier(callerSettingsOf(config), keys, now);
});

const life = { iat: seconds - 60, nbf: seconds - 60, exp: seconds + 3600 };
const v2 = {
  ver: '2.0',
  iss: V2,
  aud: AUDIENCE.slice('api://'.length),
  tid: TENANT_ID,
  azp: BOT_CLIENT_ID,
  roles: ['Access.Give'],
  idtyp: 'app',
  ...life,
};
const v1 = {
  ver: '1.0',
  iss: V1,
  aud: AUDIENCE,
  tid: TENANT_ID,
  appid: BOT_CLIENT_ID,
  roles: ['Access.Give'],
  idtyp: 'app',
  ...life,
};

type Claims = Readonly<Record<string, unknown>>;

async function bearer(said: Claims, key = ours.privateKey, kid = 'one'): Promise<string> {
  const claims: JWTPayload = JSON.parse(JSON.stringify(said));
  return `Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(key)}`;
}

describe('the one caller of the perimeter', () => {
  it.each<[string, Claims]>([
    ['a token of version 2', v2],
    ['a token of version 1', v1],
    ['a client id in other letter case', { ...v2, azp: BOT_CLIENT_ID.toUpperCase() }],
    ['a token that ran out within the tolerance of clocks', { ...v2, exp: seconds - 29 }],
    ['several roles, ours among them', { ...v2, roles: ['Other.Role', 'Access.Give'] }],
  ])('is let in with %s', async (_name, claims) => {
    await expect(verify(await bearer(claims))).resolves.toBeUndefined();
  });

  it.each<[string, Claims, string]>([
    ['another audience', { ...v2, aud: 'api://somebody-else' }, 'caller.unauthenticated'],
    ['no audience', { ...v2, aud: undefined }, 'caller.unauthenticated'],
    ['the issuer of another tenant', { ...v2, iss: `${LOGIN}/${OTHER}/v2.0` }, 'caller.unauthenticated'],
    ['the v1 issuer of another tenant', { ...v1, iss: `https://sts.windows.net/${OTHER}/` }, 'caller.unauthenticated'],
    ['the placeholder issuer of the common endpoint', { ...v2, iss: `${LOGIN}/{tenantid}/v2.0` }, 'caller.unauthenticated'],
    ['a token that has run out', { ...v2, exp: seconds - 31 }, 'caller.unauthenticated'],
    ['a token that is not valid yet', { ...v2, nbf: seconds + 31 }, 'caller.unauthenticated'],
    ['a token that never runs out', { ...v2, exp: undefined }, 'caller.unauthenticated'],
    ['another tenant id', { ...v2, tid: OTHER }, 'caller.forbidden'],
    ['no tenant id', { ...v2, tid: undefined }, 'caller.unauthenticated'],
    ['another application', { ...v2, azp: OTHER }, 'caller.forbidden'],
    ['another application of version 1', { ...v1, appid: OTHER }, 'caller.forbidden'],
    ['no application', { ...v2, azp: undefined }, 'caller.forbidden'],
    ['the application in the claim of the other version', { ...v2, azp: undefined, appid: BOT_CLIENT_ID }, 'caller.forbidden'],
    ['a version that does not fit the issuer', { ...v2, ver: '1.0' }, 'caller.forbidden'],
    ['no role', { ...v2, roles: undefined }, 'caller.forbidden'],
    ['another role', { ...v2, roles: ['Access.Read'] }, 'caller.forbidden'],
    ['a role as plain text', { ...v2, roles: 'Access.Give' }, 'caller.forbidden'],
    ['a role in other letter case', { ...v2, roles: ['access.give'] }, 'caller.forbidden'],
    ['a user behind it', { ...v2, idtyp: 'user' }, 'caller.forbidden'],
    ['no word about what stands behind it', { ...v2, idtyp: undefined }, 'caller.forbidden'],
    ['no word about what stands behind it, in version 1', { ...v1, idtyp: undefined }, 'caller.forbidden'],
    ['an application in other letter case', { ...v2, idtyp: 'App' }, 'caller.forbidden'],
    ['a delegated scope', { ...v2, scp: 'Access.Give' }, 'caller.forbidden'],
  ])('is refused with %s', async (_name, claims, code) => {
    await expect(verify(await bearer(claims))).rejects.toMatchObject({ code, retryable: false });
  });

  it('is refused when somebody else signed, although everything else is right', async () => {
    await expect(verify(await bearer(v2, theirs.privateKey))).rejects.toMatchObject({ code: 'caller.unauthenticated' });
    await expect(verify(await bearer(v2, ours.privateKey, 'unknown'))).rejects.toMatchObject({ code: 'caller.unauthenticated' });
  });

  it('is refused when the signature is none, or made with the public key as a shared secret', async () => {
    const [, body] = (await bearer(v2)).split('.');
    const none = `Bearer ${Buffer.from('{"alg":"none","kid":"one"}').toString('base64url')}.${body ?? ''}.AA`;
    await expect(verify(none)).rejects.toMatchObject({ code: 'caller.unauthenticated' });
    const shared = new TextEncoder().encode(JSON.stringify(await exportJWK(ours.publicKey)));
    const hs = await new SignJWT(v2).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(shared);
    await expect(verify(`Bearer ${hs}`)).rejects.toMatchObject({ code: 'caller.unauthenticated' });
  });

  it.each([undefined, '', 'Bearer', 'Bearer x', 'Basic dXNlcjpwYXNz', 'Bearer a.b.c.d'])('is refused with %p', async (header) => {
    await expect(verify(header)).rejects.toMatchObject({ code: 'caller.unauthenticated' });
  });
});

describe('a token in a flood, before anybody looks at its signature', () => {
  const says = async (claims: Claims) => saysItIsTheBots(await bearer(claims, theirs.privateKey), callerSettingsOf(config), NOW);

  it.each<[string, Claims, boolean]>([
    ['version 2', v2, true],
    ['version 1', v1, true],
    ['its client spelt in capitals', { ...v2, azp: BOT_CLIENT_ID.toUpperCase() }, true],
    ['another tenant', { ...v2, tid: OTHER }, false],
    ['another audience', { ...v2, aud: OTHER }, false],
    ['two audiences', { ...v2, aud: [v2.aud, OTHER] }, false],
    ['another client', { ...v2, azp: OTHER }, false],
    ['no client', { ...v2, azp: undefined }, false],
    ['a client that is no text', { ...v2, azp: 7 }, false],
    ['one more second', { ...v2, exp: seconds + 1 }, true],
    ['no time left', { ...v2, exp: seconds }, false],
    ['no end', { ...v2, exp: undefined }, false],
  ])("may be the bot's, or not: with %s", async (_name, claims, may) => {
    expect(await says(claims)).toBe(may);
  });

  it.each([undefined, '', 'Bearer', 'Bearer a.b.c', 'Basic abc', 'Bearer eyJ.eyJ.'])(
    'is nothing of the kind: %s',
    (authorization) => {
      expect(saysItIsTheBots(authorization, callerSettingsOf(config), NOW)).toBe(false);
    },
  );
});

describe("the tenant's signing keys", () => {
  let login: HttpsServer;
  let answer: () => unknown;
  beforeAll(async () => {
    login = await startHttps(() => {
      const body = answer();
      return body === undefined ? { status: 503, body: {} } : { status: 200, body };
    });
  });

  it('are fetched once, from the tenant of the configuration', async () => {
    const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'one', use: 'sig' };
    answer = () => ({ keys: [jwk] });
    const here = perimeterConfig({ login: login.url, audience: AUDIENCE });
    const verifyHere = createCallerVerifier(callerSettingsOf(here), tenantKeys(here), now);
    const token = await bearer({ ...v2, iss: `${login.url}/${TENANT_ID}/v2.0` });
    const before = login.asked.length;
    await verifyHere(token);
    await verifyHere(token);
    expect(login.asked.slice(before).map(({ path }) => path)).toEqual([`/${TENANT_ID}/discovery/v2.0/keys`]);
  });

  it('that cannot be had are no reason to call the token wrong', async () => {
    answer = () => undefined;
    const here = perimeterConfig({ login: login.url, audience: AUDIENCE });
    const verifyHere = createCallerVerifier(callerSettingsOf(here), tenantKeys(here), now);
    const token = await bearer({ ...v2, iss: `${login.url}/${TENANT_ID}/v2.0` });
    await expect(verifyHere(token)).rejects.toMatchObject({ code: 'caller.keys-unavailable', retryable: true });
    await login.close();
  });
});
