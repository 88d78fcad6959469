import { beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, errors, exportJWK, generateKeyPair, type JWTVerifyGetKey, SignJWT } from 'jose';
import { type CallerSettings, callerSettingsOf, createCallerVerifier } from '../../src/perimeter/caller-token.ts';
import { BOT_CLIENT_ID, perimeterConfig, TENANT_ID } from '../perimeter/support/perimeter-config.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const seconds = NOW / 1000;
const clock = { now: () => NOW, onMoved: () => () => undefined };
const LOGIN = 'https://localhost:9443';
const V1 = `https://sts.windows.net/${TENANT_ID}/`;
const V2 = `${LOGIN}/${TENANT_ID}/v2.0`;
const BARE = '9e710000-0000-4000-8000-000000000002';
const OTHER = '0ddba110-1111-4222-8333-444455556666';
const HINT = 'The bot needs a token of its own application, for this audience and with the app role of perimeter.yaml.';

const settings = callerSettingsOf(perimeterConfig({ login: LOGIN, audience: `api://${BARE}` }));
let ours: Awaited<ReturnType<typeof generateKeyPair>>;
let keys: JWTVerifyGetKey;
beforeAll(async () => {
  ours = await generateKeyPair('RS256');
  keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'one' }] });
});

const v2 = {
  ...{ ver: '2.0', iss: V2, aud: BARE, tid: TENANT_ID, azp: BOT_CLIENT_ID, roles: ['Access.Give'], idtyp: 'app' },
  ...{ iat: seconds, nbf: seconds, exp: seconds + 3600 },
};
const v1 = { ...v2, ver: '1.0', iss: V1, aud: `api://${BARE}`, azp: undefined, appid: BOT_CLIENT_ID };
const bearer = async (claims: object, alg = 'RS256') =>
  `Bearer ${await new SignJWT(JSON.parse(JSON.stringify(claims))).setProtectedHeader({ alg, kid: 'one' }).sign(ours.privateKey)}`;
const told = async (header: string | undefined, by: CallerSettings = settings, known = keys): Promise<unknown> =>
  createCallerVerifier(
    by,
    known,
    clock,
  )(header).then(
    () => 'let in',
    (error: unknown) => [
      Reflect.get(Object(error), 'code'),
      Reflect.get(Object(error), 'message'),
      Reflect.get(Object(error), 'hint'),
    ],
  );
const forbidden = (rule: string) => ['caller.forbidden', `the caller's token is not the bot's: ${rule}`, HINT];
const strange = (why: string) => ['caller.unauthenticated', `the caller's token was not accepted: ${why}`, HINT];

describe('what the file says of the caller', () => {
  it.each<[string, string, readonly string[]]>([
    ['names the audience by its bare id, too', `api://${BARE}`, [`api://${BARE}`, BARE]],
    ['in any letters', `API://${BARE.toUpperCase()}`, [`API://${BARE.toUpperCase()}`, BARE.toUpperCase()]],
    ['names one audience where it holds no id', 'api://perimeter', ['api://perimeter']],
    ['names one audience where more stands behind the id', `api://${BARE}/x`, [`api://${BARE}/x`]],
    ['names one audience where more stands in front', `x-api://${BARE}`, [`x-api://${BARE}`]],
    ['names one audience where the id is too short', 'api://9e710000', ['api://9e710000']],
    [
      'names one audience where the id holds other letters',
      `api://${BARE.replace('9', 'g')}`,
      [`api://${BARE.replace('9', 'g')}`],
    ],
  ])('%s', (_name, audience, audiences) => {
    expect(callerSettingsOf(perimeterConfig({ login: LOGIN, audience }))).toStrictEqual({
      ...{ tenantId: TENANT_ID, issuers: { v1: V1, v2: V2 }, audiences, clientId: BOT_CLIENT_ID, appRole: 'Access.Give' },
    });
  });
});

describe('what is told to whoever calls', () => {
  it.each<[string, object, unknown]>([
    ['nothing, where all is right', v2, 'let in'],
    ['nothing, where all is right in version 1', v1, 'let in'],
    ['that the tenant is another', { ...v2, tid: OTHER }, forbidden('tid')],
    ['that the version is another', { ...v2, ver: '1.0' }, forbidden('ver')],
    ['that the version is another in version 1', { ...v1, ver: '2.0' }, forbidden('ver')],
    ['that the application is another', { ...v2, azp: OTHER }, forbidden('azp')],
    ['that the application is no text', { ...v2, azp: 7 }, forbidden('azp')],
    ['that the application is another in version 1', { ...v1, appid: OTHER }, forbidden('appid')],
    [
      'that the application stands in the claim of version 2',
      { ...v1, appid: undefined, azp: BOT_CLIENT_ID },
      forbidden('appid'),
    ],
    ['that somebody may stand behind it', { ...v2, idtyp: 'user' }, forbidden('idtyp')],
    ['that somebody stands behind it', { ...v2, scp: '' }, forbidden('scp')],
    ['that the role is missing', { ...v2, roles: [] }, forbidden('roles')],
    ['that the role is no list', { ...v2, roles: 'Access.Give' }, forbidden('roles')],
    ['that it was over', { ...v2, exp: seconds - 31 }, strange('ERR_JWT_EXPIRED')],
    ['that it had not begun', { ...v2, nbf: seconds + 31 }, strange('ERR_JWT_CLAIM_VALIDATION_FAILED')],
    ['that it names no beginning', { ...v2, nbf: undefined }, strange('ERR_JWT_CLAIM_VALIDATION_FAILED')],
    ['that it names no end', { ...v2, exp: undefined }, strange('ERR_JWT_CLAIM_VALIDATION_FAILED')],
    ['that it names no tenant', { ...v2, tid: undefined }, strange('ERR_JWT_CLAIM_VALIDATION_FAILED')],
    ['that it is for somebody else', { ...v2, aud: OTHER }, strange('ERR_JWT_CLAIM_VALIDATION_FAILED')],
    ['that it is by somebody else', { ...v2, iss: `${V2}/` }, strange('ERR_JWT_CLAIM_VALIDATION_FAILED')],
  ])('%s', async (_name, claims, expected) => {
    expect(await told(await bearer(claims))).toEqual(expected);
  });

  it('that it began within the tolerance of clocks is no matter', async () => {
    expect(await told(await bearer({ ...v2, nbf: seconds + 30 }))).toBe('let in');
    expect(await told(await bearer({ ...v2, exp: seconds - 29 }))).toBe('let in');
    expect(await told(await bearer({ ...v2, exp: seconds - 30 }))).toEqual(strange('ERR_JWT_EXPIRED'));
  });

  it.each<[string, (header: string) => string | undefined, unknown]>([
    ['without a header', () => undefined, strange('no bearer token')],
    ['with another scheme', (header) => header.replace('Bearer', 'Basic'), strange('no bearer token')],
    ['with something in front', (header) => `x${header}`, strange('no bearer token')],
    ['with something behind', (header) => `${header} x`, strange('no bearer token')],
    ['with a part more', (header) => `${header}.x`, strange('no bearer token')],
    ['with a part less', (header) => header.replace(/\.[^.]*$/, ''), strange('no bearer token')],
    ['with an empty part', (header) => header.replace(/\.[^.]*$/, '.'), strange('no bearer token')],
    ['with the scheme in small letters', (header) => header.replace('Bearer', 'bearer'), 'let in'],
    ['with what is no token', () => 'Bearer a.b.c', strange('ERR_JWS_INVALID')],
  ])('%s', async (_name, change, expected) => {
    expect(await told(change(await bearer(v2)))).toEqual(expected);
  });

  it('by RS512 and the right key, that the algorithm is another', async () => {
    const { importPKCS8, exportPKCS8 } = await import('jose');
    const pair = await generateKeyPair('RS256', { extractable: true });
    const strong = await importPKCS8(await exportPKCS8(pair.privateKey), 'RS512');
    const token = await new SignJWT(JSON.parse(JSON.stringify(v2))).setProtectedHeader({ alg: 'RS512', kid: 'one' }).sign(strong);
    expect(await told(`Bearer ${token}`)).toEqual(strange('ERR_JOSE_ALG_NOT_ALLOWED'));
  });

  it('that the client id may stand in other letters in the file', async () => {
    expect(await told(await bearer(v2), { ...settings, clientId: BOT_CLIENT_ID.toUpperCase() })).toBe('let in');
    expect(await told(await bearer({ ...v2, azp: BOT_CLIENT_ID.toUpperCase() }))).toBe('let in');
  });

  it.each<[string, unknown, string]>([
    ['a timeout', new errors.JWKSTimeout(), 'caller.keys-unavailable'],
    ['a list of keys that is none', new errors.JWKSInvalid(), 'caller.keys-unavailable'],
    ['an answer that was none', new errors.JOSEError(), 'caller.keys-unavailable'],
    ['a network that is down', new TypeError('fetch failed'), 'caller.keys-unavailable'],
    ['no key of that name', new errors.JWKSNoMatchingKey(), 'caller.unauthenticated'],
  ])('is told apart from what is wrong with the keys: %s', async (_name, error, code) => {
    const failing: JWTVerifyGetKey = () => Promise.reject(error);
    const thrown = await createCallerVerifier(settings, failing, clock)(await bearer(v2)).catch((one: unknown) => one);
    expect(thrown).toMatchObject({ code });
    if (code === 'caller.keys-unavailable')
      expect(thrown).toMatchObject({
        ...{ message: "the tenant's signing keys cannot be had", retryable: true, cause: error },
        hint: 'Entra did not give its signing keys right now; try again.',
      });
  });
});
