import { describe, expect, it } from '@jest/globals';
import type { FoundPeople, PersonFacts } from '../../../src/entra/membership-reader.ts';
import { mayApprove } from '../../../src/perimeter/guardrails/may-approve.ts';
import type { Stage } from '../../../src/perimeter/perimeter-config.ts';
import { ABEL, ANNA, APPROVERS, ENGINEERS, GINA, perimeterConfig, RITA } from '../support/perimeter-config.ts';
import { forbidden, known } from '../support/people.ts';

const OTHER_TENANT = '0ddba110-1111-4222-8333-444455556666';
const config = perimeterConfig();
const stage = (approvers: Partial<Stage['approvers']>): Stage => ({
  approvers: { people: [], groups: [], ...approvers },
  approvalsNeeded: 1,
});
const byGroup = stage({ groups: [APPROVERS.toUpperCase()] });
const byName = stage({ people: [ABEL] });
const byManager = stage({ managerOf: 'principal' });
const people = (...ids: readonly string[]): FoundPeople => ({ status: 'known', ids: new Set(ids) });
const approver = known({ memberOf: [APPROVERS] });
const capitals = (person: typeof RITA) => ({ ...person, objectId: person.objectId.toUpperCase() });

interface Facts {
  readonly person?: typeof ABEL;
  readonly facts?: PersonFacts;
  readonly before?: readonly (typeof ABEL)[];
  readonly found?: readonly FoundPeople[];
}

function codeFor(at: Stage | undefined, { person = ABEL, facts = approver, before = [], found = [] }: Facts, file = config) {
  const verdict = mayApprove(file, at, {
    approver: { person, facts },
    requester: { person: RITA, facts: known({ employeeId: 'E1' }) },
    before: before.map((one) => ({ person: one, facts: known({ employeeId: 'E2' }) })),
    found,
  });
  return verdict.permitted ? 'permitted' : verdict.code;
}

describe('who may approve', () => {
  it.each<[string, Stage | undefined, Facts, string]>([
    ['a member of an approver group', byGroup, {}, 'permitted'],
    ['a member of another group', byGroup, { facts: known({ memberOf: [ENGINEERS] }) }, 'guardrail.approver'],
    ['somebody who is named', byName, { facts: known() }, 'permitted'],
    ['somebody who is named, in capitals', byName, { facts: known(), person: capitals(ABEL) }, 'permitted'],
    ['somebody else than who is named', byName, { person: ANNA }, 'guardrail.approver'],
    ['the manager of the principal', byManager, { facts: known(), found: [people(ABEL.objectId)] }, 'permitted'],
    ['somebody else’s manager', byManager, { facts: known(), found: [people(ANNA.objectId)] }, 'guardrail.approver'],
    ['anybody, where the principal has no manager', byManager, { found: [people()] }, 'guardrail.approver'],
    ['anybody, where the manager cannot be read', byManager, { found: [forbidden] }, 'directory.forbidden'],
    ['somebody who is named, where the manager cannot be read', byName, { found: [forbidden] }, 'directory.forbidden'],
    ['one of several who are found', byManager, { found: [people(ANNA.objectId), people(ABEL.objectId)] }, 'permitted'],
    ['anybody of the tenant, where the bot’s rule decides', undefined, { facts: known() }, 'permitted'],
    ['a guest in an approver group', byGroup, { facts: { ...approver, userType: 'Guest' } }, 'guardrail.approver-guest'],
    ['a guest who is named', byName, { facts: known({ userType: 'Guest' }) }, 'permitted'],
    ['a guest, where the bot’s rule decides', undefined, { facts: known({ userType: 'Guest' }) }, 'guardrail.approver-guest'],
    ['a disabled account', byGroup, { facts: { ...approver, enabled: false } }, 'guardrail.approver-disabled'],
    ['a disabled account that is named', byName, { facts: known({ enabled: false }) }, 'guardrail.approver-disabled'],
    [
      'a disabled account, where the bot’s rule decides',
      undefined,
      { facts: known({ enabled: false }) },
      'guardrail.approver-disabled',
    ],
    ['a service principal, or nobody', byName, { facts: { status: 'absent' } }, 'guardrail.approver-absent'],
    ['somebody who cannot be looked up', byName, { facts: forbidden }, 'directory.forbidden'],
    ['the requester', stage({ people: [RITA] }), { person: RITA }, 'guardrail.self-approval'],
    ['the requester in capitals', stage({ people: [RITA] }), { person: capitals(RITA) }, 'guardrail.self-approval'],
    ['somebody of another tenant', byGroup, { person: { ...ABEL, tenantId: OTHER_TENANT } }, 'guardrail.approver-tenant'],
    ['somebody who has approved before', byGroup, { before: [ANNA, capitals(ABEL)] }, 'guardrail.same-person'],
    ['the second of two people', byGroup, { before: [ANNA] }, 'permitted'],
  ])('%s', (_name, at, facts, expected) => {
    expect(codeFor(at, facts)).toBe(expected);
  });

  it.each([
    ['an emergency account', ABEL.objectId, 'guardrail.emergency-account'],
    ['an emergency account in capitals', ABEL.objectId.toUpperCase(), 'guardrail.emergency-account'],
    ['where another account is one', GINA.objectId, 'permitted'],
  ])('%s', (_name, account, expected) => {
    expect(codeFor(byName, {}, perimeterConfig({ file: { emergencyAccounts: [account] } }))).toBe(expected);
  });

  const byId = perimeterConfig({ file: { samePerson: { attribute: 'employeeId' } } });
  const approverWith = (employeeId: string) => ({ ...approver, employeeId });
  it.each<[string, Facts, string]>([
    ['somebody with an employeeId of their own', { facts: approverWith('E3'), before: [ANNA] }, 'permitted'],
    ['the requester under another account', { facts: approverWith('E1') }, 'guardrail.same-person'],
    ['an approver under another account', { facts: approverWith('E2'), before: [ANNA] }, 'guardrail.same-person'],
    ['that account, before the other approved', { facts: approverWith('E2') }, 'permitted'],
    ['somebody without an employeeId', { facts: approverWith('') }, 'guardrail.same-person-unknown'],
  ])('%s', (_name, facts, expected) => {
    expect(codeFor(byGroup, facts, byId)).toBe(expected);
  });
});
