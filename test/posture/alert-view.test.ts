import { describe, expect, it } from '@jest/globals';
import type { FindingContext } from '../../flows/finding.ts';
import type { AlertView } from '../../src/chat/views.ts';
import { alertView, announcement, findingDetailsView } from '../../src/posture/alert-view.ts';
import type { CouldNotCheckDetail, CredentialDetail, FindingDetail, RootAccessDetail } from '../../src/posture/finding-detail.ts';

const ID = 'd0000000-0000-4000-8000-000000000001';
const root: RootAccessDetail = {
  check: 'root-user-access-administrator',
  assignmentName: ID,
  principalId: ID,
  principalType: 'User',
  principalName: 'Gina Global',
  since: '2026-11-21T14:02:00.000Z',
  given: 'by-themselves',
  sources: ['list', 'resource-graph'],
};
const secret: CredentialDetail = {
  check: 'expiring-credential',
  kind: 'secret',
  holder: { kind: 'application', objectId: ID, appId: ID, name: 'Payroll Sync' },
  keyId: ID,
  name: 'prod 2024',
  hint: 'NnW',
  signsSaml: false,
  endAt: '2026-11-28T00:00:00.000Z',
  withinDays: 7,
  owners: ['Sam Security'],
};
const blind: CouldNotCheckDetail = {
  check: 'could-not-check',
  what: 'root-user-access-administrator',
  code: 'azure.no-sight',
  reason: 'No sight.',
  todo: 'Give it Reader.',
  command: 'az …',
};
const context = (more: Partial<FindingContext> = {}): FindingContext => ({
  seen: { checkId: 'x', subjectId: 's', rung: 1, detail: { textDigest: 'd' } },
  firstSeenAt: '2026-11-21T14:03:00.000Z',
  ...more,
});
const view = (detail: FindingDetail | string | undefined, state = 'open', more: Partial<FindingContext> = {}) =>
  alertView({
    caseId: 'f1',
    state,
    context: context(more),
    detail: typeof detail === 'object' ? JSON.stringify(detail) : detail,
  });
const said = ({ title, lines }: AlertView) => [title, ...lines.map(({ text }) => text)].join('\n');

describe('the alert about root access', () => {
  it('says what, who, since when, how, and what to do', () => {
    const alert = view(root);
    expect(said(alert)).toBe(
      [
        'Someone can now control every Azure subscription',
        'Gina Global (person) holds User Access Administrator at the root scope “/” since',
        'Given by themselves, as the “elevate access” switch does · no open request covers it',
        'It never ends by itself, and stays when Global Administrator ends.',
      ].join('\n'),
    );
    expect(alert.lines[0]?.at).toBe(root.since);
    expect(alert).toMatchObject({
      severity: 'high',
      command: `az role assignment delete --assignee ${ID} --role "User Access Administrator" --scope /`,
    });
  });

  it.each([
    ['ServicePrincipal', 'service principal'],
    ['Group', 'group'],
    ['AgentUser', 'AgentUser'],
  ])('says what kind of principal: %s', (principalType, words) => {
    const { principalName: _, ...nameless } = { ...root, principalType };
    expect(said(view(nameless))).toContain(`${words} ${ID} (${words})`);
  });
});

describe('the alert about a secret', () => {
  it('says which, until when, whose, and what happens then', () => {
    expect(said(view(secret))).toBe(
      [
        'Payroll Sync: client secret ends within 7 days (2026-11-28)',
        'Client secret “prod 2024” (hint NnW) · last use: not known · owner: Sam Security · newer one: none',
        'Ends',
        'When it ends, Payroll Sync stops signing in.',
      ].join('\n'),
    );
  });

  it.each([
    [0, 'has ended', 'high'],
    [1, 'ends within one day', 'high'],
    [7, 'ends within 7 days', 'high'],
    [8, 'ends within 8 days', 'medium'],
    [30, 'ends within 30 days', 'medium'],
    [31, 'ends within 31 days', 'low'],
  ])('is more urgent the nearer: %s days', (withinDays, words, severity) => {
    const alert = view({ ...secret, withinDays });
    expect(alert.title).toContain(words);
    expect(alert.severity).toBe(severity);
  });

  it('tells no owners from owners that could not be read', () => {
    expect(said(view({ ...secret, owners: [] }))).toContain('owner: none');
    expect(said(view({ ...secret, owners: null }))).toContain('owner: could not be read');
  });

  it('of a SAML certificate says who cannot sign in then, and gives no command that would not help', () => {
    const alert = view({
      ...secret,
      kind: 'certificate',
      signsSaml: true,
      holder: { ...secret.holder, kind: 'servicePrincipal' },
    });
    expect(said(alert)).toContain('people can no longer sign in to Payroll Sync');
    expect(alert.command).toBeUndefined();
  });

  it('links into the portal, whatever the application is called', () => {
    const link = view({ ...secret, holder: { ...secret.holder, name: '[x](javascript:y)' } }).link;
    expect(new URL(link?.url ?? '').origin).toBe('https://portal.azure.com');
    expect(link?.url).not.toContain('javascript');
  });
});

describe('the alert about what could not be checked', () => {
  it('never reads like a pass', () => {
    expect(said(view(blind))).toMatch(
      /Could not check who controls every Azure subscription\nNo sight\.\nSomebody may hold access/,
    );
    expect(view(blind)).toMatchObject({ severity: 'medium', command: 'az …' });
  });
});

describe('what people did with it', () => {
  it.each(['open', 'acknowledged', 'snoozed', 'resolved'] as const)('is on the card: %s', (state) => {
    expect(view(root, state, { snoozedUntilAt: '2026-11-28T14:00:00.000Z' })).toMatchObject({ caseId: 'f1', status: state });
  });

  it('shows until when it is snoozed only while it is', () => {
    const snoozedUntilAt = '2026-11-28T14:00:00.000Z';
    expect(view(root, 'snoozed', { snoozedUntilAt }).snoozedUntilAt).toBe(snoozedUntilAt);
    expect(view(root, 'open', { snoozedUntilAt })).not.toHaveProperty('snoozedUntilAt');
  });
});

it.each([undefined, 'no json', '{"check":"of-a-later-version"}'])(
  'says so when the details are gone or not understood: %s',
  (detail) => {
    expect(said(view(detail))).toContain('has been erased');
  },
);

it('announces what got worse, and what a snooze had kept quiet', () => {
  const input = { caseId: 'f1', state: 'open', detail: JSON.stringify(secret) };
  expect(announcement({ ...input, context: context() })).toMatch(/^This got more urgent: Payroll Sync/);
  expect(announcement({ ...input, context: context({ snoozedUntilAt: '2026-11-28T14:00:00.000Z' }) })).toMatch(
    /^This needs somebody again/,
  );
});

it('tells everything to whoever asks for details', () => {
  const { facts } = findingDetailsView({ caseId: 'f1', state: 'open', context: context(), detail: JSON.stringify(root) });
  expect(facts.map(({ label }) => label)).toEqual(
    expect.arrayContaining([
      'Who',
      'Object id',
      'Role',
      'Since',
      'Given',
      'Seen in',
      'First seen by Hallpass',
      'Command',
      'Finding',
    ]),
  );
});
