import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../src/access/core/app-error.ts';
import { permit } from '../../../src/access/core/verdict.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import type { GroupFacts, MembershipReader } from '../../../src/entra/membership-reader.ts';
import { type GroupStanding, startGroupStanding, withStanding } from '../../../src/perimeter/guardrails/group-standing.ts';
import type { Judge, Waiting } from '../../../src/perimeter/guardrails/judge.ts';
import { lookAtGroups } from '../../../src/perimeter/guardrails/look-at-groups.ts';
import { refuseUnsafeGroups } from '../../../src/perimeter/guardrails/refuse-unsafe-groups.ts';
import { recordingLog } from '../../durable/support/durable-world.ts';
import { ABEL, ANNA, APPROVERS, type ConfigWishes, ENGINEERS, GINA, perimeterConfig } from '../support/perimeter-config.ts';
import { everybodyKnown, forbidden, known } from '../support/people.ts';

const OTHER = '96000000-0000-4000-8000-000000000009';
const closed = { status: 'known', roleAssignable: true, dynamic: false, synced: false } as const;
const open = { ...closed, roleAssignable: false };
type More = NonNullable<ConfigWishes['more']>;
const signed: More = { assurance: 'signed', approvers: { people: [], groups: [APPROVERS] } };
const config = (more: More) => perimeterConfig({ more });
const outage = () => Promise.reject(new AppError('directory.unavailable', 'x', { retryable: true, hint: 'Later.' }));

function directory(group: GroupFacts | undefined, more: Partial<MembershipReader> = {}): MembershipReader {
  return everybodyKnown({ groupOf: () => (group === undefined ? outage() : Promise.resolve(group)), ...more });
}
const ownedBy = (...ids: readonly string[]) => ({
  ownersOf: () => Promise.resolve({ status: 'known', ids: new Set(ids) } as const),
});
/** The group that is asked about is in these, and says so only of those it is asked for. */
const inside = (...outer: readonly string[]): Partial<MembershipReader> => ({
  groupsAround: (_, among) => Promise.resolve({ status: 'known', ids: new Set(among.filter((id) => outer.includes(id))) }),
});
const inGroup = (...members: readonly string[]): Partial<MembershipReader> => ({
  factsOf: (objectId, groupIds) => Promise.resolve(known({ memberOf: members.includes(objectId) ? groupIds : [] })),
});
const foundBy = async (more: More, people: MembershipReader) => {
  const [first] = await lookAtGroups(config(more), people);
  return first === undefined ? 'nothing' : `${first.kind}: ${first.path.slice(2).join('.')} ${first.message}`;
};

describe('a group that approves what is signed', () => {
  it.each<[string, MembershipReader, RegExp | 'nothing']>([
    ['is role-assignable and has no owner', directory(closed), 'nothing'],
    ['is not role-assignable', directory(open), /^unsafe: approvers\.groups\.0 is not role-assignable/],
    ['is dynamic', directory({ ...closed, dynamic: true }), /^unsafe: approvers\.groups\.0 is a dynamic group/],
    ['is synchronised', directory({ ...closed, synced: true }), /^unsafe: approvers\.groups\.0 is synchronised/],
    ['is not there', directory({ status: 'absent' }), /^unsafe: approvers\.groups\.0 does not exist/],
    ['has owners who are in it', directory(closed, { ...ownedBy(ANNA.objectId), ...inGroup(ANNA.objectId) }), 'nothing'],
    [
      'has one owner who is not',
      directory(closed, { ...ownedBy(ANNA.objectId, GINA.objectId), ...inGroup(ANNA.objectId) }),
      new RegExp(`^unsafe: approvers\\.groups\\.0 has the owner ${GINA.objectId}, who is no member`),
    ],
    [
      'has an owner who is no person',
      directory(closed, { ...ownedBy(OTHER), factsOf: () => Promise.resolve({ status: 'absent' }) }),
      /^unsafe: .* has the owner/,
    ],
    ['may not be read', directory(forbidden), /^unchecked: .* could not be looked up \(directory\.forbidden\)/],
    [
      'cannot be read, and nobody says what helps',
      directory(undefined, { groupOf: () => Promise.reject(new AppError('directory.broken', 'x')) }),
      /^unchecked: .* could not be looked up \(directory\.broken\)\.$/,
    ],
    ['cannot be read now', directory(undefined), /^unchecked: .* could not be looked up \(directory\.unavailable\)\. Later\.$/],
    [
      'has owners who may not be read',
      directory(closed, { ownersOf: () => Promise.resolve(forbidden) }),
      /^unchecked: .*forbidden/,
    ],
    [
      'has an owner who may not be looked up',
      directory(closed, { ...ownedBy(ANNA.objectId), factsOf: () => Promise.resolve(forbidden) }),
      /^unchecked: .*forbidden/,
    ],
  ])('%s', async (_name, people, expected) => {
    expect(await foundBy(signed, people)).toMatch(expected);
  });

  it('is looked at in each stage, and in each entitlement', async () => {
    const approvers = { people: [ABEL], groups: [] };
    const stages = [
      { approvers, approvalsNeeded: 1 },
      { approvers: { people: [], groups: [APPROVERS, OTHER] }, approvalsNeeded: 1 },
    ];
    const findings = await lookAtGroups(config({ assurance: 'signed', stages }), directory(open));
    expect(findings).toHaveLength(6);
    expect(findings[1]).toMatchObject({
      entitlementId: 'global-reader',
      path: ['entitlements', 0, 'stages', 1, 'approvers', 'groups', 1],
    });
  });

  it('has to be closed, and so has one that breaks the glass', async () => {
    const breakGlass = { who: { people: [], groups: [OTHER] }, longestMinutes: 15, perDay: 1 };
    const more: More = { assurance: 'signed', approvers: { people: [ABEL], groups: [] }, breakGlass };
    expect(await foundBy(more, directory(closed))).toBe('nothing');
    expect(await foundBy(more, directory(open))).toMatch(/^unsafe: breakGlass\.who\.groups\.0 is not role-assignable/);
  });

  it.each<[string, More]>([
    ['in chat', { ...signed, assurance: 'chat' }],
    ['by nobody’s group', { assurance: 'signed', approvers: { people: [ABEL], groups: [] } }],
  ])('is not asked for where it approves %s', async (_name, more) => {
    expect(await foundBy(more, directory(open))).toBe('nothing');
  });
});

describe('a group that is given', () => {
  const given = { directoryRole: undefined, group: { groupId: OTHER } };
  it.each<[string, More, MembershipReader, RegExp | 'nothing']>([
    ['carries no roles', {}, directory(open), 'nothing'],
    ['may carry roles', {}, directory(closed), /^unsafe: group\.groupId is protected: the group is role-assignable/],
    ['may carry roles, and the file says so', { protected: true }, directory(closed), 'nothing'],
    ['is not there', {}, directory({ status: 'absent' }), /^unsafe: group\.groupId does not exist/],
    ['cannot be read', {}, directory(undefined), /^unchecked: group\.groupId could not be looked up/],
    [
      'is in a group that receives',
      {},
      directory(open, inside(ENGINEERS)),
      new RegExp(`^unsafe: group\\.groupId is protected: whoever is in the group is also in ${ENGINEERS}, .* receive or decide`),
    ],
    ['is in a group that the file does not name', {}, directory(open, inside(APPROVERS)), 'nothing'],
    ['is in a group that receives, and the file says so', { protected: true }, directory(open, inside(ENGINEERS)), 'nothing'],
    [
      'is in groups that may not be read',
      {},
      directory(open, { groupsAround: () => Promise.resolve(forbidden) }),
      /^unchecked: group\.groupId could not be looked up \(directory\.forbidden\)/,
    ],
    [
      'is in groups that cannot be read now',
      {},
      directory(open, { groupsAround: outage }),
      /^unchecked: group\.groupId could not be looked up \(directory\.unavailable\)/,
    ],
  ])('%s', async (_name, more, people, expected) => {
    expect(await foundBy({ ...given, assurance: 'chat', ...more }, people)).toMatch(expected);
  });

  it.each<[string, More]>([
    ['approves', { approvers: { people: [], groups: [APPROVERS] } }],
    ['approves in a stage', { stages: [{ approvers: { people: [], groups: [APPROVERS] }, approvalsNeeded: 1 }] }],
    ['breaks the glass', { breakGlass: { who: { people: [], groups: [APPROVERS] }, longestMinutes: 15, perDay: 1 } }],
  ])('is in a group that %s, of another entitlement', async (_name, more) => {
    const { entitlements, ...rest } = config({});
    const [first, second, ...others] = entitlements;
    if (first === undefined || second === undefined) throw new Error('too few');
    const changed = [{ ...first, ...given }, { ...second, ...more }, ...others];
    const findings = await lookAtGroups({ ...rest, entitlements: changed }, directory(open, inside(APPROVERS)));
    expect(findings).toMatchObject([
      { entitlementId: 'global-reader', kind: 'unsafe', path: ['entitlements', 0, 'group', 'groupId'] },
    ]);
  });
});

it('a group that is given is looked for in the groups that the file names, and in no others', async () => {
  const asked: string[] = [];
  const people = directory(open, {
    groupsAround: (_, among) => {
      asked.push(...among);
      return Promise.resolve({ status: 'known', ids: new Set() });
    },
  });
  const approvers = { people: [], groups: [APPROVERS] };
  const given: More = { directoryRole: undefined, group: { groupId: OTHER }, approvers };
  await lookAtGroups(perimeterConfig({ more: given, file: { unfreeze: { people: [ANNA, ABEL] } } }), people);
  expect(new Set(asked)).toEqual(new Set([ENGINEERS, APPROVERS]));
});

describe('the standing of groups', () => {
  const log = recordingLog();
  async function withStandingOf(people: MembershipReader, work: (standing: GroupStanding) => Promise<void>): Promise<void> {
    const standing = startGroupStanding({ config: config(signed), people, log });
    try {
      await work(standing);
    } finally {
      standing.stop();
    }
  }

  it.each<[string, GroupFacts | undefined, object]>([
    ['closed groups', closed, { permitted: true }],
    ['an open group', open, { permitted: false, code: 'guardrail.unsafe-group' }],
    ['a group nobody can ask about', undefined, { permitted: false, code: 'guardrail.unchecked' }],
  ])('is known before anybody is told, of %s', async (_name, group, expected) => {
    await withStandingOf(directory(group), async (standing) => {
      expect(await standing.verdictOn('global-reader')).toMatchObject(expected);
      expect(await standing.verdictOn('something-else')).toEqual({ permitted: true });
    });
  });

  it('changes with what is found when it is looked again, for the better and for the worse', async () => {
    let group: GroupFacts | undefined;
    const people = everybodyKnown({ groupOf: () => (group === undefined ? outage() : Promise.resolve(group)) });
    await withStandingOf(people, async (standing) => {
      expect(await standing.verdictOn('global-reader')).toMatchObject({ code: 'guardrail.unchecked' });
      group = closed;
      await standing.look();
      expect(await standing.verdictOn('global-reader')).toEqual({ permitted: true });
      group = undefined;
      await standing.look();
      expect(await standing.verdictOn('global-reader')).toMatchObject({ code: 'guardrail.unchecked' });
      group = open;
      await standing.look();
      expect(await standing.verdictOn('global-reader')).toMatchObject({ code: 'guardrail.unsafe-group' });
      expect(standing.findings()).toHaveLength(3);
    });
  });

  it('stops all but a denial, and lifting a freeze', async () => {
    const yes = () => Promise.resolve(permit);
    const judge: Judge = { mayRegister: yes, mayDecide: yes, maySign: yes, mayGive: yes, mayUnfreeze: yes };
    const grant = { opening: { registration: { entitlementId: 'global-reader' } } } as Waiting;
    const asked = async (one: Judge) => {
      const verdicts = await Promise.all([
        one.mayRegister({ entitlementId: 'global-reader' } as never),
        one.mayDecide(grant, ABEL, 'approve'),
        one.maySign(grant, ANNA),
        one.mayGive(grant),
        one.mayDecide(grant, ABEL, 'deny'),
        one.mayUnfreeze(ABEL, []),
      ]);
      return verdicts.map(({ permitted }) => permitted);
    };
    await withStandingOf(directory(open), async (standing) => {
      expect(await asked(withStanding(judge, standing))).toEqual([false, false, false, false, true, true]);
    });
    await withStandingOf(directory(closed), async (standing) => {
      expect(await asked(withStanding(judge, standing))).toEqual([true, true, true, true, true, true]);
    });
  });
});

describe('a perimeter that is about to start', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'hallpass-perimeter-')), 'perimeter.yaml');
  writeFileSync(file, `entitlements:\n  - id: x\n    approvers:\n      groups:\n        - ${APPROVERS}\n`);
  async function start(group: GroupFacts | undefined, ...states: readonly string[]): Promise<string> {
    const runtime = { open: () => states.map((state) => ({ state })) } as unknown as Runtime;
    const parts = { config: config(signed), people: directory(group), runtime, log: recordingLog() };
    try {
      await refuseUnsafeGroups(file, parts);
      return 'started';
    } catch (error) {
      return error instanceof AppError ? `${error.code} ${error.message.split('\n')[0]}` : 'threw';
    }
  }

  it('does not start with a group to give that is in one that receives, and says where', async () => {
    const nested = join(mkdtempSync(join(tmpdir(), 'hallpass-perimeter-')), 'perimeter.yaml');
    writeFileSync(nested, `entitlements:\n  - id: x\n    group:\n      groupId: ${OTHER}\n`);
    const runtime = { open: () => [] } as unknown as Runtime;
    const given = config({ directoryRole: undefined, group: { groupId: OTHER } });
    const parts = { config: given, people: directory(open, inside(ENGINEERS)), runtime, log: recordingLog() };
    await expect(refuseUnsafeGroups(nested, parts)).rejects.toThrow(
      new RegExp(`perimeter\\.yaml:4: entitlements\\.0\\.group\\.groupId: is protected: .* also in ${ENGINEERS}`),
    );
  });

  it('waits for nothing any more once the directory has answered', async () => {
    const waiting = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = waiting();
    await start(closed);
    expect(waiting()).toBe(before);
  });

  it('starts when nobody answers, and does not wait for long', async () => {
    const never = everybodyKnown({ groupOf: () => Promise.withResolvers<GroupFacts>().promise });
    const runtime = { open: () => [] } as unknown as Runtime;
    const parts = { config: config(signed), people: never, runtime, log: recordingLog(), patienceMs: 5 };
    await expect(refuseUnsafeGroups(file, parts)).resolves.toBeUndefined();
  });

  it.each<[string, GroupFacts | undefined, readonly string[], RegExp | 'started']>([
    ['starts with closed groups', closed, [], 'started'],
    [
      'does not start with an open one, and says where',
      open,
      [],
      /^config\.invalid .*perimeter\.yaml:5: entitlements\.0\.approvers\.groups\.0: is not role-assignable/,
    ],
    ['starts when nobody can ask', undefined, [], 'started'],
    ['does not start for requests that wait', open, ['registered', 'checking'], /^config\.invalid/],
    ['starts all the same to end what is held', open, ['registered', 'active'], 'started'],
    ['starts all the same to take what is half taken', open, ['taking'], 'started'],
  ])('%s', async (_name, group, states, expected) => {
    expect(await start(group, ...states)).toMatch(expected);
  });
});
