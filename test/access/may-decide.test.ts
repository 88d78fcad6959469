import { describe, expect, it } from '@jest/globals';
import { groupsOf, type Account, type Memberships } from '../../src/access/audience.ts';
import { mayDecide } from '../../src/access/may-decide.ts';
import type { Rule } from '../../src/access/rule.ts';
import type { Person } from '../../src/access/core/person.ts';

const tenantId = '5c0ffee0-1111-4222-8333-444455556666';
const OTHER = '0ddba110-1111-4222-8333-444455556666';
const person = (digit: string): Person => ({ tenantId, objectId: `0b7ec700-0000-4000-8000-00000000000${digit}` });
const RITA = person('1');
const ANNA = person('2');
const PAUL = person('4');
const GROUP = '96000000-0000-4000-8000-00000000000A';
const enabled: Account = { status: 'known', enabled: true };
const rule = (approvers: Partial<Rule['approvers']>): Rule => ({
  id: 'reader',
  tenantId,
  name: 'Global Reader',
  mayRequest: { people: [RITA], groups: [] },
  approvers: { people: [], groups: [], ...approvers },
  durationsMinutes: [60],
});
const byGroup = rule({ groups: [GROUP] });
const byName = rule({ people: [ANNA] });
const none = groupsOf();
const failed: Memberships = { status: 'unknown', code: 'directory.unavailable' };
const asked = { requester: RITA, principal: RITA };

describe('who may decide', () => {
  it.each<[string, Parameters<typeof mayDecide>, string]>([
    ['a named approver', [asked, ANNA, byName, enabled, none], 'yes'],
    ['a member of an approver group', [asked, ANNA, byGroup, enabled, groupsOf(GROUP)], 'yes'],
    [
      'a named approver, although a group could not be read',
      [asked, ANNA, rule({ people: [ANNA], groups: [GROUP] }), enabled, failed],
      'yes',
    ],
    [
      'a named approver of another tenant',
      [asked, { ...ANNA, tenantId: OTHER }, rule({ people: [{ ...ANNA, tenantId: OTHER }] }), enabled, none],
      'tenant.other',
    ],
    [
      'a member of an approver group by the id of another tenant',
      [asked, { ...ANNA, tenantId: OTHER }, byGroup, enabled, groupsOf(GROUP)],
      'tenant.other',
    ],
    [
      'an approver, for a principal of another tenant',
      [{ ...asked, principal: { ...RITA, tenantId: OTHER } }, ANNA, byName, enabled, none],
      'tenant.other',
    ],
    ['somebody of neither', [asked, ANNA, byGroup, enabled, none], 'not-an-approver'],
    [
      'a member of another group',
      [asked, ANNA, byGroup, enabled, groupsOf('96000000-0000-4000-8000-00000000000b')],
      'not-an-approver',
    ],
    ['somebody whose groups could not be read', [asked, ANNA, byGroup, enabled, failed], 'membership-unknown'],
    [
      'an approver whose account could not be read',
      [asked, ANNA, byName, { status: 'unknown', code: 'directory.unavailable' }, none],
      'membership-unknown',
    ],
    [
      'an approver who is not in the directory',
      [asked, ANNA, byName, { status: 'unknown', code: 'directory.person-unknown' }, none],
      'person-unknown',
    ],
    [
      'an approver whose account is disabled',
      [asked, ANNA, byName, { status: 'known', enabled: false }, none],
      'account-disabled',
    ],
    ['the requester, even as an approver', [asked, RITA, rule({ people: [RITA] }), enabled, none], 'self-approval'],
    [
      'the requester in other letters',
      [
        asked,
        { tenantId: tenantId.toUpperCase(), objectId: RITA.objectId.toUpperCase() },
        rule({ people: [RITA] }),
        enabled,
        none,
      ],
      'self-approval',
    ],
    [
      'the principal, asked for by somebody else',
      [{ requester: PAUL, principal: ANNA }, ANNA, byName, enabled, none],
      'self-approval',
    ],
    ['an approver of another principal', [{ requester: PAUL, principal: RITA }, ANNA, byName, enabled, none], 'yes'],
    ['anybody when the rule is gone', [asked, ANNA, undefined, enabled, groupsOf(GROUP)], 'no-rule'],
    ['anybody when the rule names nobody', [asked, ANNA, rule({}), enabled, groupsOf(GROUP)], 'not-an-approver'],
  ])('%s', (_, args, expected) => {
    const verdict = mayDecide(...args);
    expect(verdict.permitted ? 'yes' : verdict.code).toBe(expected);
    if (!verdict.permitted) for (const words of [verdict.reason, verdict.hint]) expect(words).toMatch(/^[A-Z].*\.$/);
  });
});
