import { describe, expect, it } from '@jest/globals';
import type { PersonFacts } from '../../../src/entra/membership-reader.ts';
import { groupsOfReceivers, mayReceive } from '../../../src/perimeter/guardrails/may-receive.ts';
import { ANNA, APPROVERS, ENGINEERS, perimeterConfig, RITA } from '../support/perimeter-config.ts';
import { forbidden, known } from '../support/people.ts';

const setting = settingWith({});
function settingWith(more: object) {
  const [first] = perimeterConfig({ more }).entitlements;
  if (first === undefined) throw new Error('the test configuration has no entitlement');
  return first;
}
const engineer = known({ memberOf: [ENGINEERS] });

const codeOf = (verdict: ReturnType<typeof mayReceive>) => (verdict.permitted ? 'permitted' : verdict.code);

describe('who may receive', () => {
  it.each<[string, typeof RITA, PersonFacts, string]>([
    ['a member of a group that may', RITA, engineer, 'permitted'],
    ['a person named in the file, whatever their groups', ANNA, known(), 'permitted'],
    ['somebody in no group that may', RITA, known(), 'guardrail.receiver'],
    ['a guest in a group that may', RITA, { ...engineer, userType: 'Guest' }, 'guardrail.principal-guest'],
    ['a guest who is named', ANNA, known({ userType: 'Guest' }), 'permitted'],
    ['an account whose kind the directory does not say', RITA, { ...engineer, userType: '' }, 'guardrail.principal-guest'],
    ['a disabled account', RITA, { ...engineer, enabled: false }, 'guardrail.principal-disabled'],
    ['a person named in the file whose account is disabled', ANNA, known({ enabled: false }), 'guardrail.principal-disabled'],
    ['nobody of the tenant, or a service principal', RITA, { status: 'absent' }, 'guardrail.principal-absent'],
    ['the same, named in the file', ANNA, { status: 'absent' }, 'guardrail.principal-absent'],
    ['somebody whom the directory did not let us look up', RITA, forbidden, 'directory.forbidden'],
    ['a person named in the file who cannot be looked up', ANNA, forbidden, 'directory.forbidden'],
  ])('%s', (_name, principal, facts, expected) => {
    expect(codeOf(mayReceive(setting, principal, facts, { breakGlass: false }))).toBe(expected);
  });
});

describe('who may break the glass', () => {
  const limits = { longestMinutes: 20, perDay: 1 };
  const byGroup = settingWith({ breakGlass: { who: { people: [], groups: [APPROVERS] }, ...limits } });
  const byName = settingWith({ breakGlass: { who: { people: [RITA], groups: [] }, ...limits } });
  const onCall = known({ memberOf: [ENGINEERS, APPROVERS] });
  it.each([
    ['a receiver in a group that may', byGroup, RITA, onCall, 'permitted'],
    ['a receiver who is named for it', byName, RITA, engineer, 'permitted'],
    ['a receiver who is neither', byGroup, RITA, engineer, 'guardrail.break-glass'],
    ['somebody who may, and may not receive', byGroup, RITA, known({ memberOf: [APPROVERS] }), 'guardrail.receiver'],
    ['anybody, where the file does not speak of it', setting, RITA, onCall, 'guardrail.break-glass'],
  ])('%s', (_name, entitlement, principal, facts, expected) => {
    expect(codeOf(mayReceive(entitlement, principal, facts, { breakGlass: true }))).toBe(expected);
  });

  it('is asked of the directory together with who may receive', () => {
    expect(groupsOfReceivers(byGroup)).toEqual([ENGINEERS, APPROVERS]);
    expect(groupsOfReceivers(setting)).toEqual([ENGINEERS]);
  });
});
