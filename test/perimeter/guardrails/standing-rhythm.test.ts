import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { GroupFacts } from '../../../src/entra/membership-reader.ts';
import { type GroupStanding, sentenceOf, startGroupStanding } from '../../../src/perimeter/guardrails/group-standing.ts';
import { lookAtGroups, notLookedAt } from '../../../src/perimeter/guardrails/look-at-groups.ts';
import { recordingLog } from '../../durable/support/durable-world.ts';
import { ANNA, APPROVERS, perimeterConfig } from '../support/perimeter-config.ts';
import { everybodyKnown, forbidden, known } from '../support/people.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const closed: GroupFacts = { status: 'known', roleAssignable: true, dynamic: false, synced: false };
const open: GroupFacts = { ...closed, roleAssignable: false };
const OTHER = '96000000-0000-4000-8000-000000000009';
const twoGroups = perimeterConfig({
  more: { assurance: 'signed', approvers: { people: [], groups: [APPROVERS, OTHER] } },
});

describe('when groups are looked at', () => {
  const spies = () => ({ later: jest.spyOn(globalThis, 'setTimeout'), notLater: jest.spyOn(globalThis, 'clearTimeout') });
  let timers: ReturnType<typeof spies>;
  let log: ReturnType<typeof recordingLog>;
  let standing: GroupStanding | undefined;
  let asked: number;
  beforeEach(() => {
    [log, asked] = [recordingLog(), 0];
    timers = spies();
  });
  afterEach(() => {
    standing?.stop();
    timers.later.mockRestore();
    timers.notLater.mockRestore();
  });
  async function startWith(groupOf: (groupId: string) => Promise<GroupFacts>): Promise<GroupStanding> {
    const people = everybodyKnown({
      groupOf: (groupId) => {
        asked += 1;
        return groupOf(groupId);
      },
    });
    standing = startGroupStanding({ config: twoGroups, people, log });
    await standing.verdictOn('global-reader').catch(() => undefined);
    return standing;
  }
  const waits = () => timers.later.mock.calls.map(([, ms]) => ms);
  const timerAt = (index: number): unknown => timers.later.mock.results.at(index)?.value;

  it.each<[string, (groupId: string) => GroupFacts, number]>([
    ['daily when all is well', () => closed, DAY],
    ['daily when a group is open, which looking does not mend', () => open, DAY],
    ['a minute later when nobody knows', () => forbidden, MINUTE],
    ['a minute later when nobody knows of one of them', (id) => (id === OTHER ? forbidden : open), MINUTE],
  ])('is %s', async (_name, facts, ms) => {
    await startWith((id) => Promise.resolve(facts(id)));
    expect(waits()).toEqual([ms]);
  });

  it('is again and again, one time planned at once', async () => {
    const rhythm = await startWith(() => Promise.resolve(closed));
    const before = asked;
    const first = timerAt(0);
    timers.later.mock.calls[0]?.[0]();
    expect(asked).toBe(before + 1);
    await rhythm.look();
    expect(timers.notLater.mock.calls.map(([timer]) => timer)).toContain(first);
  });

  it('is never once it was stopped', async () => {
    const rhythm = await startWith(() => Promise.resolve(closed));
    timers.notLater.mockClear();
    rhythm.stop();
    expect(timers.notLater.mock.calls.map(([timer]) => timer)).toEqual([timerAt(-1)]);
    timers.later.mockClear();
    await rhythm.look();
    expect(waits()).toEqual([]);
  });

  it('is told to operators, with the place and the reason', async () => {
    const rhythm = await startWith(() => Promise.resolve(open));
    const [first] = rhythm.findings();
    expect(first?.message).toMatch(/^is not role-assignable: /);
    expect(log.lines[0]).toMatchObject({
      ...{ key: 'entitlements.0.approvers.groups.0', kind: 'unsafe', msg: `not given: ${first?.message}` },
    });
    expect(first && sentenceOf(first)).toBe(`global-reader is not given: entitlements.0.approvers.groups.0 ${first?.message}.`);
  });

  it.each<[string, GroupFacts, readonly [string, string, string]]>([
    [
      'open',
      open,
      [
        'guardrail.unsafe-group',
        'The perimeter does not give this, since a group that it leans on is not guarded well enough.',
        'An administrator finds in /readyz of the perimeter which group that is, and why.',
      ],
    ],
    [
      'unknown',
      forbidden,
      [
        'guardrail.unchecked',
        'The perimeter does not give this now, since it could not ask Microsoft Entra how well a group is guarded.',
        'It asks again by itself: ask again in a few minutes.',
      ],
    ],
  ])('is told to whoever asks for what leans on one that is %s', async (_name, facts, [code, reason, hint]) => {
    const rhythm = await startWith(() => Promise.resolve(facts));
    expect(await rhythm.verdictOn('global-reader')).toEqual({ permitted: false, code, reason, hint });
  });

  it('gives nothing that leans on them, and says so, when looking breaks down', async () => {
    const rhythm = await startWith(() => Promise.reject(new TypeError('a defect')));
    await expect(rhythm.verdictOn('global-reader')).rejects.toThrow('a defect');
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        err: expect.anything(),
        msg: 'the groups of the guardrails were not looked at: nothing that leans on them is given',
      }),
    );
    expect(rhythm.findings()).toEqual(notLookedAt(twoGroups));
  });
});

describe('what is said of groups', () => {
  it('before they were looked at', () => {
    const [first, second] = notLookedAt(twoGroups);
    const unchecked = { entitlementId: 'global-reader', kind: 'unchecked', message: 'has not been looked up yet' };
    expect(first).toEqual({ ...unchecked, path: ['entitlements', 0, 'approvers', 'groups', 0] });
    expect(second).toEqual({ ...unchecked, path: ['entitlements', 0, 'approvers', 'groups', 1] });
    expect(notLookedAt(twoGroups)).toHaveLength(6);
  });

  const given = { directoryRole: undefined, group: { groupId: OTHER } };
  it('that may not be read, where they are given', async () => {
    const [first] = await lookAtGroups(
      perimeterConfig({ more: given }),
      everybodyKnown({ groupOf: () => Promise.resolve({ ...forbidden, hint: '' }) }),
    );
    expect(first).toMatchObject({ kind: 'unchecked', message: 'could not be looked up (directory.forbidden).' });
  });

  it('whose owner is in them, however the file writes the group', async () => {
    const people = everybodyKnown({
      ownersOf: () => Promise.resolve({ status: 'known', ids: new Set([ANNA.objectId]) }),
      factsOf: (_id, groupIds) => Promise.resolve(known({ memberOf: groupIds.map((id) => id.toLowerCase()) })),
    });
    const GROUP_OF_LETTERS = 'ABCDEF00-0000-4000-8000-00000000ABCD';
    const config = perimeterConfig({
      more: { assurance: 'signed', approvers: { people: [], groups: [GROUP_OF_LETTERS] } },
    });
    expect(await lookAtGroups(config, people)).toEqual([]);
  });

  it('only after a defect was told as one', async () => {
    const people = everybodyKnown({ groupOf: () => Promise.reject(new TypeError('a defect')) });
    await expect(lookAtGroups(twoGroups, people)).rejects.toThrow('a defect');
  });
});
