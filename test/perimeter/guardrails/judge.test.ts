import { describe, expect, it } from '@jest/globals';
import type { Person } from '../../../src/access/core/person.ts';
import type { MembershipReader, PersonFacts } from '../../../src/entra/membership-reader.ts';
import { createJudge, type Waiting } from '../../../src/perimeter/guardrails/judge.ts';
import type { GrantDecisionRecord } from '../../../flows/grant.ts';
import {
  ABEL,
  ANNA,
  APPROVERS,
  type ConfigWishes,
  ENGINEERS,
  GINA,
  GLOBAL_READER,
  perimeterConfig,
  RITA,
} from '../support/perimeter-config.ts';
import { everybodyKnown, forbidden, known } from '../support/people.ts';

const NOW = Date.parse('2026-03-02T12:00:00.000Z');
const clock = { now: () => NOW, onMoved: () => () => undefined };
const GROUP = '96000000-0000-4000-8000-000000000009';
const target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' } as const;

/** Who is in which group; everybody else is in none. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  [RITA.objectId]: [ENGINEERS],
  [ANNA.objectId]: [APPROVERS],
  [ABEL.objectId]: [APPROVERS],
};
/** A directory that answers from the table, except where it is told otherwise; it keeps what it was asked. */
function directory(different: Readonly<Record<string, Partial<PersonFacts>>> = {}, more: Partial<MembershipReader> = {}) {
  const asked: string[] = [];
  const people = everybodyKnown({
    factsOf(objectId, groupIds) {
      asked.push(objectId);
      const memberOf = (GROUPS[objectId] ?? []).filter((id) => groupIds.includes(id));
      return Promise.resolve({ ...known({ memberOf, employeeId: objectId }), ...different[objectId] } as PersonFacts);
    },
    ...more,
  });
  return { people, asked };
}

const approvers = (...groups: readonly string[]) => ({ people: [], groups: [...groups] });
function judgeWith(
  more: ConfigWishes['more'],
  { people }: { readonly people: MembershipReader } = directory(),
  file: ConfigWishes['file'] = {},
) {
  return createJudge({ config: perimeterConfig({ ...(more ? { more } : {}), file }), people, clock });
}
const signed = { assurance: 'signed', approvers: approvers(APPROVERS) } as const;
const twoStages: ConfigWishes['more'] = {
  assurance: 'signed',
  stages: [
    { approvers: approvers(APPROVERS), approvalsNeeded: 1 },
    { approvers: { people: [GINA], groups: [] }, approvalsNeeded: 1 },
  ],
};

const approvalBy = (approver: Person, stage = 0, more: Partial<GrantDecisionRecord> = {}): GrantDecisionRecord => ({
  decisionId: approver.objectId,
  decision: 'approve',
  approver,
  assurance: 'signed',
  decidedAt: '',
  stage,
  notAfter: new Date(NOW + 1).toISOString(),
  ...more,
});

function waiting(stages: readonly number[], decisions: readonly GrantDecisionRecord[] = [], more: object = {}): Waiting {
  const registration = {
    requestId: 'request0001',
    requester: RITA,
    principal: RITA,
    entitlementId: 'global-reader',
    durationMinutes: 30,
    justification: { textDigest: 'x' },
    approvalWindowMinutes: 60,
    breakGlass: false,
    ...more,
  };
  const needs = { stages, assurance: 'signed', requesterSigns: false } as const;
  return { decisions, opening: { kind: 'open', registration, target, needs } } as unknown as Waiting;
}

const codeOf = async (verdict: ReturnType<ReturnType<typeof createJudge>['mayDecide']>) => {
  const said = await verdict;
  return said.permitted ? 'permitted' : said.code;
};
const request = {
  ...waiting([1]).opening.registration,
  justification: 'ticket 42',
};

describe('at the door', () => {
  it.each<[string, Partial<PersonFacts>, string]>([
    ['a receiver', {}, 'permitted'],
    ['somebody who left the group', { memberOf: new Set<string>() }, 'guardrail.receiver'],
    ['somebody whose account was disabled', { enabled: false }, 'guardrail.principal-disabled'],
    ['a service principal', { status: 'absent' }, 'guardrail.principal-absent'],
    ['somebody who cannot be looked up', forbidden, 'directory.forbidden'],
  ])('the directory is asked about %s', async (_name, facts, expected) => {
    expect(await codeOf(judgeWith(signed, directory({ [RITA.objectId]: facts })).mayRegister(request))).toBe(expected);
  });

  it('is asked nothing about what the file refuses anyway', async () => {
    const entra = directory();
    expect(await codeOf(judgeWith(signed, entra).mayRegister({ ...request, durationMinutes: 61 }))).toBe('guardrail.duration');
    expect(entra.asked).toEqual([]);
  });
});

describe('who may decide now', () => {
  it.each<[string, Person, readonly GrantDecisionRecord[], string]>([
    ['an approver of the first stage', ANNA, [], 'permitted'],
    ['an approver of the second stage, in the first', GINA, [], 'guardrail.approver'],
    ['an approver of the second stage, after the first', GINA, [approvalBy(ANNA)], 'permitted'],
    ['an approver of the first stage, in the second', ABEL, [approvalBy(ANNA)], 'guardrail.approver'],
    ['the same approver again', ANNA, [approvalBy(ANNA)], 'guardrail.same-person'],
    ['the requester', RITA, [], 'guardrail.self-approval'],
  ])('approve: %s', async (_name, approver, decisions, expected) => {
    expect(await codeOf(judgeWith(twoStages).mayDecide(waiting([1, 1], decisions), approver, 'approve'))).toBe(expected);
  });

  it.each<[string, Person, readonly GrantDecisionRecord[], string]>([
    ['an approver of the first stage', ANNA, [], 'permitted'],
    ['an approver of the second stage, in the first', GINA, [], 'permitted'],
    ['whoever approved before', ANNA, [approvalBy(ANNA)], 'permitted'],
    ['somebody in neither', { ...ANNA, objectId: GROUP }, [], 'guardrail.approver'],
    ['the requester, who may withdraw', RITA, [], 'guardrail.self-approval'],
  ])('deny: %s', async (_name, approver, decisions, expected) => {
    expect(await codeOf(judgeWith(twoStages).mayDecide(waiting([1, 1], decisions), approver, 'deny'))).toBe(expected);
  });

  it('is anybody who may be an approver at all, where the file leaves it to the bot', async () => {
    expect(await codeOf(judgeWith({}).mayDecide(waiting([1]), GINA, 'approve'))).toBe('permitted');
    const disabled = directory({ [GINA.objectId]: { enabled: false } });
    expect(await codeOf(judgeWith({}, disabled).mayDecide(waiting([1]), GINA, 'approve'))).toBe('guardrail.approver-disabled');
  });

  it('is nobody once the file does not give it any more', async () => {
    const gone = waiting([1], [], { entitlementId: 'gone' });
    expect(await codeOf(judgeWith(signed).mayDecide(gone, ANNA, 'approve'))).toBe('guardrail.entitlement');
  });

  const people = (...ids: readonly string[]) => Promise.resolve({ status: 'known', ids: new Set(ids) } as const);
  const byManager = { assurance: 'signed', approvers: { ...approvers(), managerOf: 'principal' } } as const;
  it('is the manager of the principal, asked for by the principal', async () => {
    const entra = directory({}, { managerOf: (id) => people(...(id === RITA.objectId ? [GINA.objectId] : [])) });
    expect(await codeOf(judgeWith(byManager, entra).mayDecide(waiting([1]), GINA, 'approve'))).toBe('permitted');
    expect(await codeOf(judgeWith(byManager, entra).mayDecide(waiting([1]), ABEL, 'approve'))).toBe('guardrail.approver');
  });

  const byOwners = { ...signed, approvers: { ...approvers(), ownersOf: 'entitlement' } } as const;
  it('is an owner of the very group that is given', async () => {
    const entra = directory({}, { ownersOf: (id) => people(...(id === GROUP ? [GINA.objectId] : [])) });
    const { opening } = waiting([1]);
    const ofGroup = (groupId: string): Waiting => ({
      decisions: [],
      opening: { ...opening, target: { kind: 'group', groupId } },
    });
    const judge = judgeWith({ ...byOwners, group: { groupId: GROUP }, directoryRole: undefined }, entra);
    expect(await codeOf(judge.mayDecide(ofGroup(GROUP), GINA, 'approve'))).toBe('permitted');
    expect(await codeOf(judge.mayDecide(ofGroup(GROUP), ABEL, 'approve'))).toBe('guardrail.approver');
    expect(await codeOf(judgeWith(byOwners, entra).mayDecide(waiting([1]), GINA, 'approve'))).toBe('guardrail.approvals');
  });

  it('takes the requester’s other account for what it is', async () => {
    const file = { samePerson: { attribute: 'employeeId' } } as const;
    const lie = directory({ [RITA.objectId]: { employeeId: 'E1' }, [ANNA.objectId]: { employeeId: 'e1' } });
    expect(await codeOf(judgeWith(signed, lie, file).mayDecide(waiting([1]), ANNA, 'approve'))).toBe('guardrail.same-person');
    const honest = directory({ [RITA.objectId]: { employeeId: 'E1' }, [ANNA.objectId]: { employeeId: 'E2' } });
    expect(await codeOf(judgeWith(signed, honest, file).mayDecide(waiting([1]), ANNA, 'approve'))).toBe('permitted');
  });
});

describe('right before it is given', () => {
  const two = { ...signed, approvalsNeeded: 2 };
  const both = waiting([2], [approvalBy(ANNA), approvalBy(ABEL)]);
  const facts = (person: Person, different: Partial<PersonFacts>) => directory({ [person.objectId]: different });
  it.each<[string, ReturnType<typeof directory>, string]>([
    ['all is as it was', directory(), 'permitted'],
    ['the receiver left the group', facts(RITA, { memberOf: new Set<string>() }), 'guardrail.receiver'],
    ['the first approver left the group', facts(ANNA, { memberOf: new Set<string>() }), 'guardrail.approver'],
    ['the last approver left the group', facts(ABEL, { memberOf: new Set<string>() }), 'guardrail.approver'],
    ['an approver was disabled', facts(ABEL, { enabled: false }), 'guardrail.approver-disabled'],
    ['an approver was deleted', facts(ABEL, { status: 'absent' }), 'guardrail.approver-absent'],
    ['an approver cannot be looked up', facts(ABEL, forbidden), 'directory.forbidden'],
  ])('%s', async (_name, entra, expected) => {
    expect(await codeOf(judgeWith(two, entra).mayGive(both))).toBe(expected);
  });

  it.each<[string, Waiting, string]>([
    ['one of two approved', waiting([2], [approvalBy(ANNA)]), 'guardrail.approvals'],
    ['one approved twice', waiting([2], [approvalBy(ANNA), approvalBy(ANNA)]), 'guardrail.approvals'],
    [
      'what one signed holds no longer',
      waiting([2], [approvalBy(ANNA), approvalBy(ABEL, 0, { notAfter: new Date(NOW).toISOString() })]),
      'approval.expired',
    ],
    ['one approved in chat', waiting([2], [approvalBy(ANNA), approvalBy(ABEL, 0, { assurance: 'chat' })]), 'guardrail.approvals'],
    ['it is to last longer than it may', waiting([2], both.decisions, { durationMinutes: 61 }), 'guardrail.duration'],
  ])('%s', async (_name, grant, expected) => {
    expect(await codeOf(judgeWith(two).mayGive(grant))).toBe(expected);
  });

  it('counts by the file of now, also where it needed less when it was asked for', async () => {
    const grant = waiting([1], [approvalBy(ANNA)]);
    expect(await codeOf(judgeWith(signed).mayGive(grant))).toBe('permitted');
    expect(await codeOf(judgeWith(two).mayGive(grant))).toBe('guardrail.approvals');
  });

  it('does not count one human twice', async () => {
    const file = { samePerson: { pairs: [[ANNA.objectId, ABEL.objectId] as [string, string]] } };
    expect(await codeOf(judgeWith(two, directory(), file).mayGive(both))).toBe('guardrail.same-person');
    const others = { samePerson: { pairs: [[ANNA.objectId, GINA.objectId] as [string, string]] } };
    expect(await codeOf(judgeWith(two, directory(), others).mayGive(both))).toBe('permitted');
  });

  it('lets each approver count in the stage of theirs', async () => {
    const decided = waiting([1, 1], [approvalBy(ANNA), approvalBy(GINA, 1)]);
    expect(await codeOf(judgeWith(twoStages).mayGive(decided))).toBe('permitted');
    const crossed = waiting([1, 1], [approvalBy(GINA), approvalBy(ANNA, 1)]);
    expect(await codeOf(judgeWith(twoStages).mayGive(crossed))).toBe('guardrail.approver');
  });

  it('needs nobody for break-glass but the requester, who has signed and may', async () => {
    const breakGlass = { who: { people: [RITA], groups: [] }, longestMinutes: 60, perDay: 1 };
    const broken: Waiting = {
      ...waiting([], [], { breakGlass: true }),
      signature: { signedAt: '', evidenceDigest: '', notAfter: new Date(NOW + 1).toISOString() },
    };
    expect(await codeOf(judgeWith({ ...signed, breakGlass }).mayGive(broken))).toBe('permitted');
    expect(await codeOf(judgeWith(signed).mayGive(broken))).toBe('guardrail.break-glass');
    const { signature: _, ...unsigned } = broken;
    expect(await codeOf(judgeWith({ ...signed, breakGlass }).mayGive(unsigned))).toBe('guardrail.approvals');
  });
});

describe('who may sign a request', () => {
  it.each([
    ['whoever made it', RITA, directory(), 'permitted'],
    ['somebody else', ANNA, directory(), 'guardrail.requester'],
    [
      'whoever made it, and may not have it any more',
      RITA,
      directory({ [RITA.objectId]: { enabled: false } }),
      'guardrail.principal-disabled',
    ],
  ])('%s', async (_name, person, entra, expected) => {
    expect(await codeOf(judgeWith(signed, entra).maySign(waiting([1]), person))).toBe(expected);
  });
});

describe('who may lift a freeze', () => {
  const file = {
    unfreeze: { people: [ANNA, ABEL] },
    samePerson: { pairs: [[ABEL.objectId, GINA.objectId] as [string, string]] },
  };
  it.each<[string, Person, readonly Person[], ConfigWishes['file'], string]>([
    ['one who is listed', ANNA, [], file, 'permitted'],
    ['the second who is listed', ABEL, [ANNA], file, 'permitted'],
    ['one who is not listed', GINA, [], file, 'guardrail.approver'],
    ['the same again', ANNA, [ANNA], file, 'guardrail.same-person'],
    ['a second account of the first', ABEL, [GINA], file, 'guardrail.same-person'],
    ['nobody, where nobody is listed', ANNA, [], {}, 'guardrail.approver'],
    ['no emergency account', ANNA, [], { ...file, emergencyAccounts: [ANNA.objectId] }, 'guardrail.emergency-account'],
  ])('%s', async (_name, person, before, settings, expected) => {
    expect(await codeOf(judgeWith({}, directory(), settings).mayUnfreeze(person, before))).toBe(expected);
  });
});
