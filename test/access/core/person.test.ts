import { expect, it } from '@jest/globals';
import { personKey, samePerson, sameTenant } from '../../../src/access/core/person.ts';

const TENANT = 'abcdef00-0000-4000-8000-000000000001';
const OTHER = 'abcdef00-0000-4000-8000-000000000002';
const inCapitals = TENANT.toUpperCase();

it.each([
  [TENANT, TENANT, true],
  [TENANT, inCapitals, true],
  [inCapitals, TENANT, true],
  [TENANT, OTHER, false],
])('a tenant is told by its id, in whatever letters: %s and %s: %s', (one, other, isSame) => {
  expect(sameTenant(one, other)).toBe(isSame);
});

it('nobody is the same in another tenant', () => {
  const [here, there] = [TENANT, OTHER].map((tenantId) => ({ tenantId, objectId: TENANT }));
  if (here === undefined || there === undefined) throw new Error('nobody');
  expect(samePerson(here, { tenantId: inCapitals, objectId: inCapitals })).toBe(true);
  expect(samePerson(here, there)).toBe(false);
  expect(personKey({ tenantId: inCapitals, objectId: inCapitals })).toBe(`${TENANT}/${TENANT}`);
});
