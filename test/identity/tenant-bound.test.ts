import { expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { tenantBound } from '../../src/identity/tenant-bound.ts';
import { FOREIGN_TENANT_ID, TENANT_ID } from '../../src/playground/cast.ts';

const token = (claims: Readonly<Record<string, unknown>>) => new UnsecuredJWT({ ...claims, secret: 'planted' }).encode();

it.each<[string, string, string]>([
  ['of the tenant that was asked for', token({ tid: TENANT_ID }), 'handed out'],
  ['of the same tenant, written otherwise', token({ tid: TENANT_ID.toUpperCase() }), 'handed out'],
  ['of another tenant, as a managed identity of that one gets', token({ tid: FOREIGN_TENANT_ID }), 'identity.other-tenant'],
  ['that names no tenant', token({}), 'identity.unreadable'],
  ['that names something else', token({ tid: 'common' }), 'identity.unreadable'],
  ['that is none', 'planted-and-opaque', 'identity.unreadable'],
])('a token %s', async (_, given, expected) => {
  const credential = { getToken: () => Promise.resolve({ token: given, expiresOnTimestamp: 1 }) };
  const told = await tenantBound(credential, TENANT_ID)
    .getToken('scope')
    .then(
      (answer) => (answer?.token === given ? 'handed out' : 'another'),
      (error: unknown) => {
        expect(String(error) + JSON.stringify(error)).not.toContain('planted');
        return String(Reflect.get(Object(error), 'code'));
      },
    );
  expect(told).toBe(expected);
});
