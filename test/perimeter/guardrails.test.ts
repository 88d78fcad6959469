import { describe, expect, it } from '@jest/globals';
import type { PersonFacts } from '../../src/entra/membership-reader.ts';
import { mayDecide, mayReceive, mayRegister } from '../../src/perimeter/guardrails.ts';
import { ABEL, ANNA, ENGINEERS, perimeterConfig, RITA } from './support/perimeter-config.ts';

const config = perimeterConfig();
const setting = config.entitlements[0] ?? fail();
const OTHER_TENANT = '0ddba110-1111-4222-8333-444455556666';
const request = {
  requestId: 'request0001',
  requester: RITA,
  principal: RITA,
  entitlementId: 'global-reader',
  durationMinutes: 30,
  justification: 'ticket 42',
  approvalWindowMinutes: 60,
  breakGlass: false,
};

function fail(): never {
  throw new Error('the test configuration has no entitlement');
}
const codeOf = (verdict: ReturnType<typeof mayRegister>) => (verdict.permitted ? 'permitted' : verdict.code);

describe('what may be registered', () => {
  it('is a person asking for themselves, for something in the guardrails, for as long as they allow', () => {
    expect(mayRegister(request, config)).toEqual({ permitted: true });
  });

  it.each([
    ['the longest duration', { durationMinutes: 60 }, 'permitted'],
    ['a minute more', { durationMinutes: 61 }, 'guardrail.duration'],
    ['something the perimeter does not know', { entitlementId: 'global-admin' }, 'guardrail.entitlement'],
    ['the same word in other letter case', { entitlementId: 'Global-Reader' }, 'guardrail.entitlement'],
    ['somebody else', { principal: ANNA }, 'guardrail.requester'],
    ['the same person written in capitals', { principal: { ...RITA, objectId: RITA.objectId.toUpperCase() } }, 'permitted'],
    ['a requester of another tenant', { requester: { ...RITA, tenantId: OTHER_TENANT } }, 'guardrail.tenant'],
    ['a principal of another tenant', { principal: { ...RITA, tenantId: OTHER_TENANT } }, 'guardrail.tenant'],
  ])('%s', (_name, lie, expected) => {
    expect(codeOf(mayRegister({ ...request, ...lie }, config))).toBe(expected);
  });
});

describe('who may receive', () => {
  const member = { status: 'known', enabled: true, userType: 'Member', memberOf: new Set([ENGINEERS]) } as const;
  it.each<[string, typeof RITA, PersonFacts, string]>([
    ['a member of a group that may', RITA, member, 'permitted'],
    ['a person named in the file, whatever their groups', ANNA, { ...member, memberOf: new Set() }, 'permitted'],
    ['somebody in no group that may', RITA, { ...member, memberOf: new Set() }, 'guardrail.receiver'],
    ['a guest', RITA, { ...member, userType: 'Guest' }, 'guardrail.principal-guest'],
    ['an account whose kind the directory does not say', RITA, { ...member, userType: '' }, 'guardrail.principal-guest'],
    ['a disabled account', RITA, { ...member, enabled: false }, 'guardrail.principal-disabled'],
    ['a person named in the file whose account is disabled', ANNA, { ...member, enabled: false }, 'guardrail.principal-disabled'],
    ['nobody of the tenant', RITA, { status: 'absent' }, 'guardrail.principal-absent'],
    [
      'somebody whom the directory did not let us look up',
      RITA,
      { status: 'unknown', code: 'directory.forbidden', hint: 'x' },
      'directory.forbidden',
    ],
    [
      'a person named in the file who cannot be looked up',
      ANNA,
      { status: 'unknown', code: 'directory.forbidden', hint: 'x' },
      'directory.forbidden',
    ],
  ])('%s', (_name, principal, facts, expected) => {
    expect(codeOf(mayReceive(setting, principal, facts))).toBe(expected);
  });
});

describe('who may decide', () => {
  it.each([
    ['somebody else of the tenant', ABEL, 'permitted'],
    ['the requester', RITA, 'guardrail.self-approval'],
    ['the requester written in capitals', { ...RITA, objectId: RITA.objectId.toUpperCase() }, 'guardrail.self-approval'],
    ['somebody of another tenant', { ...ABEL, tenantId: OTHER_TENANT }, 'guardrail.approver-tenant'],
  ])('%s', (_name, approver, expected) => {
    expect(codeOf(mayDecide(approver, RITA, RITA, config))).toBe(expected);
  });

  it('is never the principal, also where somebody else asked', () => {
    expect(codeOf(mayDecide(ABEL, RITA, ABEL, config))).toBe('guardrail.self-approval');
  });
});
