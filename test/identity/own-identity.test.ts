import { describe, expect, it } from '@jest/globals';
import { ownIdentityOf } from '../../src/identity/own-identity.ts';

const OID = '9e710000-0000-4000-8000-0000000000a2';
const APP = '9e710000-0000-4000-8000-000000000002';
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenWith = (claims: unknown) => `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;

describe('who we are', () => {
  it.each([
    ['version 1', { oid: OID, appid: APP }],
    ['version 2', { oid: OID, azp: APP }],
  ])('stands in a token of %s', (_version, claims) => {
    expect(ownIdentityOf(tokenWith(claims))).toEqual({ appId: APP, servicePrincipalId: OID });
  });

  it.each([
    ['has no application', tokenWith({ oid: OID })],
    ['has no object', tokenWith({ appid: APP })],
    ['has names instead of ids', tokenWith({ oid: 'perimeter', appid: APP })],
    ['is no token that can be read', 'opaque-and-secret'],
  ])('is not guessed when the token %s, and the token is not quoted', (_name, token) => {
    let thrown: unknown;
    try {
      ownIdentityOf(token);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'identity.unreadable' });
    const { message, cause } = thrown as Error;
    expect(cause).toBeUndefined();
    expect(message).not.toContain(token);
  });
});
