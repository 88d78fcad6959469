import { describe, expect, it } from '@jest/globals';
import { guardrailsDigest, mayRegister, mayStillGive, needsOf } from '../../src/perimeter/guardrails.ts';
import {
  ANNA,
  APPROVERS,
  type ConfigWishes,
  GLOBAL_READER,
  perimeterConfig,
  RITA,
  SECURITY_READER,
} from './support/perimeter-config.ts';

const config = perimeterConfig();
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

const codeOf = (verdict: ReturnType<typeof mayRegister>) => (verdict.permitted ? 'permitted' : verdict.code);

describe('what may be registered', () => {
  it('is a person asking for themselves, for something in the guardrails, for as long as they allow', () => {
    expect(mayRegister(request, config)).toEqual({ permitted: true });
  });

  it.each([
    ['the longest duration', { durationMinutes: 60 }, 'permitted'],
    ['a minute more', { durationMinutes: 61 }, 'guardrail.duration'],
    ['as long to wait as requests may', { approvalWindowMinutes: 1_440 }, 'permitted'],
    ['a minute longer', { approvalWindowMinutes: 1_441 }, 'guardrail.approval-window'],
    ['something the perimeter does not know', { entitlementId: 'global-admin' }, 'guardrail.entitlement'],
    ['the same word in other letter case', { entitlementId: 'Global-Reader' }, 'guardrail.entitlement'],
    ['somebody else', { principal: ANNA }, 'guardrail.requester'],
    ['the same person written in capitals', { principal: { ...RITA, objectId: RITA.objectId.toUpperCase() } }, 'permitted'],
    ['a requester of another tenant', { requester: { ...RITA, tenantId: OTHER_TENANT } }, 'guardrail.tenant'],
    ['a principal of another tenant', { principal: { ...RITA, tenantId: OTHER_TENANT } }, 'guardrail.tenant'],
  ])('%s', (_name, lie, expected) => {
    expect(codeOf(mayRegister({ ...request, ...lie }, config))).toBe(expected);
  });

  it('waits as long as the file says, and no longer', () => {
    const week = perimeterConfig({ file: { approvalsGoodForMinutes: 10_080 } });
    const asked = (approvalWindowMinutes: number) => mayRegister({ ...request, approvalWindowMinutes }, week);
    expect(codeOf(asked(10_080))).toBe('permitted');
    expect(asked(10_081)).toMatchObject({
      code: 'guardrail.approval-window',
      reason: 'A request waits for at most 10080 minutes here.',
    });
  });

  it.each([
    ['somebody else’s', ANNA.objectId, 'permitted'],
    ['their own', RITA.objectId, 'guardrail.emergency-account'],
    ['their own, written in capitals', RITA.objectId.toUpperCase(), 'guardrail.emergency-account'],
  ])('is nothing for an emergency account: it is %s', (_name, account, expected) => {
    expect(codeOf(mayRegister(request, perimeterConfig({ file: { emergencyAccounts: [account] } })))).toBe(expected);
  });
});

describe('what may be taken without waiting for anybody', () => {
  const who = { people: [RITA], groups: [] };
  const broken = perimeterConfig({ more: { breakGlass: { who, longestMinutes: 20, perDay: 1 } } });
  it.each([
    ['for as long as break-glass allows', broken, 20, true, 'permitted'],
    ['a minute more', broken, 21, true, 'guardrail.duration'],
    ['that long in the usual way', broken, 21, false, 'permitted'],
    ['where the file does not speak of it', config, 20, true, 'guardrail.break-glass'],
  ])('%s', (_name, file, durationMinutes, breakGlass, expected) => {
    expect(codeOf(mayRegister({ ...request, durationMinutes, breakGlass }, file))).toBe(expected);
  });

  it('may be longer than what is approved', () => {
    const longer = perimeterConfig({ more: { breakGlass: { who, longestMinutes: 90, perDay: 1 } } });
    expect(codeOf(mayRegister({ ...request, durationMinutes: 90, breakGlass: true }, longer))).toBe('permitted');
    expect(codeOf(mayRegister({ ...request, durationMinutes: 90 }, longer))).toBe('guardrail.duration');
  });
});

describe('what may still be given', () => {
  const target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' } as const;
  it.each([
    ['the same as when it was asked for', target, 'permitted'],
    ['the same, written in capitals', { ...target, roleDefinitionId: GLOBAL_READER.toUpperCase() }, 'permitted'],
    ['another role', { ...target, roleDefinitionId: SECURITY_READER }, 'guardrail.entitlement'],
    ['the same role elsewhere', { ...target, directoryScopeId: '/administrativeUnits/1' }, 'guardrail.entitlement'],
  ])('%s', (_name, registered, expected) => {
    expect(codeOf(mayStillGive(request, registered, config))).toBe(expected);
  });
});

describe('what has to come together', () => {
  const approvers = { people: [], groups: [APPROVERS] };
  const needs = (more: object, breakGlass = false) => {
    const [setting] = perimeterConfig({ more }).entitlements;
    return setting && needsOf(setting, { breakGlass });
  };
  it.each([
    ['one word of the bot’s, for chat', {}, { stages: [1], assurance: 'chat', requesterSigns: false }],
    ['as many as are needed', { approvers, approvalsNeeded: 2 }, { stages: [2], assurance: 'chat', requesterSigns: false }],
    [
      'stage by stage',
      { stages: [{ approvers, approvalsNeeded: 2 }, { approvers }] },
      { stages: [2, 1], assurance: 'chat', requesterSigns: false },
    ],
    [
      'the signature of the requester too, where it is protected',
      { approvers, assurance: 'signed', protected: true },
      { stages: [1], assurance: 'signed', requesterSigns: true },
    ],
  ])('%s', (_name, more, expected) => {
    expect(needs(more)).toEqual(expected);
  });

  it('is the signature of the requester alone where the glass is broken', () => {
    expect(needs({ approvers, assurance: 'signed' }, true)).toEqual({ stages: [], assurance: 'signed', requesterSigns: true });
  });
});

describe('the digest of the guardrails', () => {
  const before = guardrailsDigest(config);
  const two: [string, string] = [RITA.objectId, ANNA.objectId];
  const approve = {
    listen: { host: '127.0.0.1', port: 1, behindProxy: false },
    publicUrl: 'https://approve.example',
    clientId: APPROVERS,
    managedIdentity: { clientId: APPROVERS },
    stepUp: { promptLogin: true as const },
    limits: { addressPerMinute: 1, personPerMinute: 1, atOnce: 1 },
  };
  it.each<[string, ConfigWishes]>([
    ['how long', { longestMinutes: 61 }],
    ['what', { readerRole: SECURITY_READER }],
    ['who receives', { more: { mayReceive: { people: [], groups: [APPROVERS] } } }],
    ['who decides', { more: { approvers: { people: [ANNA], groups: [] } } }],
    ['how often', { more: { atMostPerPrincipalPerDay: 3 } }],
    ['whose word counts', { more: { assurance: 'signed' } }],
    ['that there is one less', { without: 'security-reader' }],
    ['who is one human', { file: { samePerson: { pairs: [two] } } }],
    ['which accounts are for emergencies', { file: { emergencyAccounts: [RITA.objectId] } }],
    ['where it is hosted', { file: { hostedOn: ['/subscriptions/1'] } }],
    ['how long what was signed is good', { file: { approvalsGoodForMinutes: 1_441 } }],
    ['who lifts a freeze', { file: { unfreeze: { people: [RITA, ANNA] } } }],
    ['how a signature is made fresh', { file: { approve } }],
    ['who calls', { audience: 'api://other' }],
  ])('changes with %s', (_name, wishes) => {
    expect(guardrailsDigest(perimeterConfig(wishes))).not.toBe(before);
  });

  it('does not change with how the perimeter is hosted, or said again', () => {
    const elsewhere = { listen: { host: '127.0.0.1', port: 7, behindProxy: true }, sweepEverySeconds: 7 };
    expect(guardrailsDigest(perimeterConfig({ file: elsewhere, alarmUrl: 'https://alarm.example' }))).toBe(before);
    expect(guardrailsDigest(perimeterConfig())).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    const signing = guardrailsDigest(perimeterConfig({ file: { approve } }));
    const moved = { ...approve, listen: { ...approve.listen, port: 2 } };
    expect(guardrailsDigest(perimeterConfig({ file: { approve: moved } }))).toBe(signing);
  });
});
