import { describe, expect, it } from '@jest/globals';
import type { ChatAccount } from '../../flows/link.ts';
import { type AllStanding, type ChatAccountFacts, type LinkSettings, mayLink } from '../../src/access/may-link.ts';

const TENANT = '5c0ffee0-1111-4222-8333-444455556666';
const FOREIGN = '0ddba110-1111-4222-8333-444455556666';
const rita = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000001' };
const anna = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000002' };
const account: ChatAccount = { platform: 'slack', workspaceId: 'T0WORK', userId: 'U0RITA' };
const another: ChatAccount = { ...account, userId: 'U0OTHER' };
const slack: ChatAccountFacts = { workspaceId: 'T0WORK', name: 'Rita', deactivated: false, machine: false, guest: false };
const entra = { enabled: true, guest: false };
const settings: LinkSettings = { workspaceIds: ['T0WORK'], tenantIds: [TENANT], guests: [], slackGuests: [] };
const nobody = { ofAccount: [], ofPerson: [] };
const free: AllStanding = { linked: nobody, configured: nobody };

interface Case {
  readonly account: ChatAccount;
  readonly slack: ChatAccountFacts;
  readonly person: typeof rita;
  readonly entra: typeof entra;
  readonly settings: LinkSettings;
  readonly standing: AllStanding;
}
const judged = (change: Partial<Case>) => {
  const now: Case = { account, slack, person: rita, entra, settings, standing: free, ...change };
  const verdict = mayLink(now.account, now.slack, now.person, now.entra, now.settings, now.standing);
  return verdict.permitted ? 'permitted' : verdict.code;
};

describe('two accounts whose owner signed in to both', () => {
  it.each<readonly [what: string, change: Partial<Case>, code: string]>([
    ['of our workspace and tenant, both plain members, both free', {}, 'permitted'],
    ['whose tenant id is written otherwise', { person: { ...rita, tenantId: TENANT.toUpperCase() } }, 'permitted'],
    ['where the token names another workspace', { account: { ...account, workspaceId: 'T0ELSE' } }, 'link.other-workspace'],
    [
      'where Slack names another workspace than the token',
      { slack: { ...slack, workspaceId: 'T0ELSE' } },
      'link.other-workspace',
    ],
    [
      'of another workspace, as both say',
      { account: { ...account, workspaceId: 'T0ELSE' }, slack: { ...slack, workspaceId: 'T0ELSE' } },
      'link.other-workspace',
    ],
    [
      'of a workspace that the configuration names',
      {
        account: { ...account, workspaceId: 'T0ELSE' },
        slack: { ...slack, workspaceId: 'T0ELSE' },
        settings: { ...settings, workspaceIds: ['T0WORK', 'T0ELSE'] },
      },
      'permitted',
    ],
    [
      'where token and Slack name two workspaces that are both ours',
      { slack: { ...slack, workspaceId: 'T0ELSE' }, settings: { ...settings, workspaceIds: ['T0WORK', 'T0ELSE'] } },
      'link.other-workspace',
    ],
    ['of somebody who left Slack', { slack: { ...slack, deactivated: true } }, 'link.slack-deactivated'],
    ['of an app', { slack: { ...slack, machine: true } }, 'link.slack-machine'],
    ['of a guest of the workspace', { slack: { ...slack, guest: true } }, 'link.slack-guest'],
    [
      'of a guest of the workspace whom the configuration names',
      { slack: { ...slack, guest: true }, settings: { ...settings, slackGuests: [account] } },
      'permitted',
    ],
    [
      'of a guest of the workspace where the configuration names another',
      { slack: { ...slack, guest: true }, settings: { ...settings, slackGuests: [another] } },
      'link.slack-guest',
    ],
    ['of another tenant', { person: { ...rita, tenantId: FOREIGN } }, 'link.other-tenant'],
    ['whose Entra account is disabled', { entra: { ...entra, enabled: false } }, 'link.entra-disabled'],
    ['of a guest of the tenant', { entra: { ...entra, guest: true } }, 'link.entra-guest'],
    [
      'of a guest of the tenant whom the configuration names',
      { entra: { ...entra, guest: true }, settings: { ...settings, guests: [rita] } },
      'permitted',
    ],
    [
      'of a disabled guest whom the configuration names',
      { entra: { enabled: false, guest: true }, settings: { ...settings, guests: [rita] } },
      'link.entra-disabled',
    ],
    [
      'that are linked already',
      { standing: { ...free, linked: { ofAccount: [rita], ofPerson: [account] } } },
      'link.done-already',
    ],
    [
      'whose Slack account is linked to somebody else',
      { standing: { ...free, linked: { ...nobody, ofAccount: [anna] } } },
      'link.account-taken',
    ],
    [
      'whose Slack account stands for somebody of another tenant',
      { standing: { ...free, linked: { ...nobody, ofAccount: [{ ...anna, tenantId: FOREIGN }] } } },
      'permitted',
    ],
    [
      'whose person is linked to another Slack account',
      { standing: { ...free, linked: { ...nobody, ofPerson: [another] } } },
      'link.person-taken',
    ],
    [
      'whose person is linked in another workspace',
      { standing: { ...free, linked: { ...nobody, ofPerson: [{ ...another, workspaceId: 'T0ELSE' }] } } },
      'permitted',
    ],
    [
      'whose Slack account the file names for somebody else',
      { standing: { ...free, configured: { ...nobody, ofAccount: [anna] } } },
      'link.configured',
    ],
    [
      'whose person the file names with another account',
      { standing: { ...free, configured: { ...nobody, ofPerson: [another] } } },
      'link.configured',
    ],
    [
      'that the file names together',
      { standing: { ...free, configured: { ofAccount: [rita], ofPerson: [account] } } },
      'link.done-already',
    ],
  ])('%s', (_what, change, code) => {
    expect(judged(change)).toBe(code);
  });
});
