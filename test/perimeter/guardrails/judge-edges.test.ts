import { describe, expect, it } from '@jest/globals';
import type { Person } from '../../../src/access/core/person.ts';
import { createJudge, type Waiting } from '../../../src/perimeter/guardrails/judge.ts';
import { isAmong } from '../../../src/perimeter/guardrails/may-receive.ts';
import { reachOf } from '../../../src/perimeter/guardrails/protected-set.ts';
import {
  ABEL,
  ANNA,
  APPROVERS,
  type ConfigWishes,
  ENGINEERS,
  GLOBAL_READER,
  perimeterConfig,
  RITA,
} from '../support/perimeter-config.ts';
import { everybodyKnown, known } from '../support/people.ts';

const clock = { now: () => Date.parse('2026-03-02T12:00:00.000Z'), onMoved: () => () => undefined };
const target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' } as const;
const request = {
  ...{ requestId: 'request00001', requester: RITA, principal: RITA, entitlementId: 'global-reader', durationMinutes: 20 },
  ...{ justification: 'ticket 42', approvalWindowMinutes: 60, breakGlass: false },
};
const waiting = (before: readonly Person[] = []): Waiting => {
  const needs = { stages: [2], assurance: 'signed', requesterSigns: false } as const;
  const decisions = before.map((approver) => ({
    ...{
      decisionId: approver.objectId,
      decision: 'approve' as const,
      approver,
      assurance: 'signed' as const,
      decidedAt: '',
      stage: 0,
    },
  }));
  const registration = { ...request, justification: { textDigest: 'x' } };
  return { decisions, opening: { kind: 'open', registration, target, needs } };
};
function judgeWith(wishes: ConfigWishes) {
  const asked: string[] = [];
  const people = everybodyKnown({
    factsOf(objectId, groupIds) {
      asked.push([objectId, ...groupIds].join(' '));
      return Promise.resolve(known({ employeeId: objectId, memberOf: groupIds }));
    },
  });
  return { asked, judge: createJudge({ config: perimeterConfig(wishes), people, clock }) };
}
const codeOf = async (verdict: ReturnType<ReturnType<typeof createJudge>['mayDecide']>) => {
  const told = await verdict;
  return told.permitted ? 'permitted' : told.code;
};
const signed: NonNullable<ConfigWishes['more']> = {
  ...{ assurance: 'signed', approvers: { people: [], groups: [APPROVERS] }, approvalsNeeded: 2 },
};

describe('whom the judge looks up', () => {
  const pairs: [string, string][] = [[RITA.objectId, ABEL.objectId]];
  it.each<[string, ConfigWishes['file'], readonly string[]]>([
    ['is the approver alone, where accounts are not compared', {}, [`${ANNA.objectId} ${APPROVERS}`]],
    ['is the approver alone, where pairs are compared', { samePerson: { pairs } }, [`${ANNA.objectId} ${APPROVERS}`]],
    [
      'is everybody who counts, where an attribute is compared, and of the others no groups',
      { samePerson: { attribute: 'employeeId' } },
      [`${ANNA.objectId} ${APPROVERS}`, RITA.objectId, ABEL.objectId],
    ],
  ])('%s', async (_name, file, expected) => {
    const { asked, judge } = judgeWith({ more: signed, ...(file === undefined ? {} : { file }) });
    expect(await codeOf(judge.mayDecide(waiting([ABEL]), ANNA, 'approve'))).toBe('permitted');
    expect(asked).toEqual(expected);
  });

  it('is whoever denies, and the requester, where an attribute is compared', async () => {
    const { asked, judge } = judgeWith({ file: { samePerson: { attribute: 'employeeId' } } });
    expect(await codeOf(judge.mayDecide(waiting([ABEL]), ANNA, 'deny'))).toBe('permitted');
    expect(asked).toEqual([ANNA.objectId, RITA.objectId]);
  });

  it.each<[string, object, readonly string[]]>([
    ['is a receiver, with the groups of receivers', {}, [`${RITA.objectId} ${ENGINEERS}`]],
    [
      'is a receiver, with the groups of those who may break the glass, too',
      { breakGlass: { who: { people: [], groups: [APPROVERS] }, longestMinutes: 20, perDay: 1 } },
      [`${RITA.objectId} ${ENGINEERS} ${APPROVERS}`],
    ],
  ])('%s', async (_name, more, expected) => {
    const { asked, judge } = judgeWith({ more });
    expect(await codeOf(judge.mayRegister(request))).toBe('permitted');
    expect(asked).toEqual(expected);
  });
});

describe('the judge', () => {
  it('lets nobody break the glass who may not, although they may have it in the usual way', async () => {
    const breakGlass = { who: { people: [ANNA], groups: [] }, longestMinutes: 20, perDay: 1 };
    const { judge } = judgeWith({ more: { breakGlass } });
    expect(await codeOf(judge.mayRegister({ ...request, breakGlass: true }))).toBe('guardrail.break-glass');
    expect(await codeOf(judge.mayRegister(request))).toBe('permitted');
  });

  it('lets whoever may be an approver at all deny, where the bot’s rule decides', async () => {
    const { judge } = judgeWith({});
    expect(await codeOf(judge.mayDecide(waiting(), ANNA, 'deny'))).toBe('permitted');
    expect(await codeOf(judge.mayDecide(waiting(), RITA, 'deny'))).toBe('guardrail.self-approval');
  });

  it('lets no manager and no owner approve where the file does not name them', async () => {
    const manager = () => Promise.resolve({ status: 'known', ids: new Set([ANNA.objectId]) } as const);
    const people = everybodyKnown({ managerOf: manager, ownersOf: manager });
    const config = perimeterConfig({ more: { ...signed, approvers: { people: [ABEL], groups: [] } } });
    expect(await codeOf(createJudge({ config, people, clock }).mayDecide(waiting(), ANNA, 'approve'))).toBe('guardrail.approver');
    expect(await codeOf(createJudge({ config, people, clock }).mayDecide(waiting(), ABEL, 'approve'))).toBe('permitted');
  });

  it.each(['approve', 'deny'] as const)('lets nobody %s what is not given any more', async (decision) => {
    const { judge } = judgeWith({ without: 'global-reader' });
    expect(await codeOf(judge.mayDecide(waiting(), ANNA, decision))).toBe('guardrail.entitlement');
  });

  it('signs and gives nothing that is not given any more', async () => {
    const { judge } = judgeWith({ without: 'global-reader' });
    expect(await codeOf(judge.maySign(waiting(), RITA))).toBe('guardrail.entitlement');
    expect(await codeOf(judge.mayGive(waiting()))).toBe('guardrail.entitlement');
    expect(await codeOf(judge.mayRegister(request))).toBe('guardrail.entitlement');
  });
});

describe('what is still in the file, and means something else or allows less than when it was asked for', () => {
  const other = { longestMinutes: request.durationMinutes - 1 };
  it.each<[string, ConfigWishes, string]>([
    ['a shorter duration', { more: { ...signed, ...other } }, 'guardrail.duration'],
    ['another role', { more: signed, readerRole: ENGINEERS }, 'guardrail.entitlement'],
  ])('is neither decided nor signed nor given: %s', async (_name, wishes, code) => {
    const { asked, judge } = judgeWith(wishes);
    const verdicts = [
      judge.mayDecide(waiting(), ANNA, 'approve'),
      judge.mayDecide(waiting(), ANNA, 'deny'),
      judge.maySign(waiting(), RITA),
      judge.mayGive(waiting()),
    ];
    expect(await Promise.all(verdicts.map(codeOf))).toEqual([code, code, code, code]);
    expect(asked).toEqual([]);
  });
});

describe('a group, in whatever letters the file writes it', () => {
  const LETTERS = 'abcdef00-0000-4000-8000-00000000abcd';
  it.each([LETTERS, LETTERS.toUpperCase()])('holds who is in it: %s', (groupId) => {
    expect(isAmong(RITA, known({ memberOf: [LETTERS] }), { people: [], groups: [groupId] })).toBe(true);
    expect(isAmong(RITA, { status: 'absent' }, { people: [], groups: [groupId] })).toBe(false);
  });

  it.each([
    [LETTERS, LETTERS.toUpperCase(), true],
    [LETTERS.toUpperCase(), LETTERS, true],
    [LETTERS, LETTERS.replace('a', 'b'), false],
  ])('decides in this file, and is protected: %s beside %s: %s', (given, deciding, isProtected) => {
    const config = perimeterConfig({
      more: { directoryRole: undefined, group: { groupId: given }, approvers: { people: [], groups: [deciding] } },
    });
    const [setting] = config.entitlements;
    expect(setting && reachOf(setting, config)).toEqual(isProtected ? expect.any(String) : undefined);
  });
});
