import { describe, expect, it } from '@jest/globals';
import { groupsOf } from '../../src/access/audience.ts';
import { mayLast, mayRequest } from '../../src/access/may-request.ts';
import type { Rule } from '../../src/access/rule.ts';

const RITA = { tenantId: '5c0ffee0-1111-4222-8333-444455556666', objectId: '0b7ec700-0000-4000-8000-000000000001' };
const FOREIGN = { ...RITA, tenantId: '0ddba110-1111-4222-8333-444455556666' };
const GROUP = '96000000-0000-4000-8000-000000000001';
const rule: Rule = {
  id: 'reader',
  tenantId: RITA.tenantId,
  name: 'Global Reader',
  mayRequest: { people: [], groups: [GROUP] },
  approvers: { people: [], groups: [] },
  durationsMinutes: [30, 60],
};
const named: Rule = { ...rule, mayRequest: { people: [RITA], groups: [] } };
const enabled = { status: 'known', enabled: true } as const;
const disabled = { status: 'known', enabled: false } as const;
const failed = { status: 'unknown', code: 'directory.unavailable' } as const;

describe('who may ask', () => {
  it.each<[string, Parameters<typeof mayRequest>, string]>([
    ['a member of the group', [RITA, rule, enabled, groupsOf(GROUP)], 'yes'],
    ['a named person', [RITA, named, enabled, groupsOf()], 'yes'],
    [
      'a named person of another tenant',
      [FOREIGN, { ...rule, mayRequest: { people: [FOREIGN], groups: [] } }, enabled, groupsOf()],
      'tenant.other',
    ],
    ['a member of the group, of another tenant', [FOREIGN, rule, enabled, groupsOf(GROUP)], 'tenant.other'],
    ['somebody of neither', [RITA, rule, enabled, groupsOf()], 'rule.not-eligible'],
    ['a named person who is disabled', [RITA, named, disabled, groupsOf()], 'account-disabled'],
    ['somebody whose groups could not be read', [RITA, rule, enabled, failed], 'membership-unknown'],
    ['somebody whose account could not be read', [RITA, named, failed, groupsOf()], 'membership-unknown'],
    ['anybody for what is not on the list', [RITA, undefined, enabled, groupsOf(GROUP)], 'rule.unknown'],
  ])('%s', (_, args, expected) => {
    const verdict = mayRequest(...args);
    expect(verdict.permitted ? 'yes' : verdict.code).toBe(expected);
  });

  it.each([
    [29, false],
    [30, true],
    [31, false],
    [60, true],
    [-30, false],
    [Number.NaN, false],
  ])('a length of %p minutes: %p', (minutes, permitted) => {
    expect(mayLast(rule, minutes).permitted).toBe(permitted);
  });
});
