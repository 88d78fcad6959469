import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../../src/access/core/verdict.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import type { PersonFacts } from '../../../src/entra/membership-reader.ts';
import { mayRegister, mayStillGive } from '../../../src/perimeter/guardrails.ts';
import { DAY_MS, mayBeOneMore, type Spent } from '../../../src/perimeter/guardrails/budgets.ts';
import { createJudge, type Waiting } from '../../../src/perimeter/guardrails/judge.ts';
import { mayApprove } from '../../../src/perimeter/guardrails/may-approve.ts';
import { mayReceive } from '../../../src/perimeter/guardrails/may-receive.ts';
import { ownedBotCould } from '../../../src/perimeter/guardrails/owned-bot.ts';
import { refuseUnsafeGroups } from '../../../src/perimeter/guardrails/refuse-unsafe-groups.ts';
import { stillApproved } from '../../../src/perimeter/guardrails/still-approved.ts';
import type { PerimeterConfig, Stage } from '../../../src/perimeter/perimeter-config.ts';
import { recordingLog } from '../../durable/support/durable-world.ts';
import { ABEL, ANNA, type ConfigWishes, GLOBAL_READER, perimeterConfig, RITA } from '../support/perimeter-config.ts';
import { everybodyKnown, forbidden, known } from '../support/people.ts';

/** Word for word: the hint is all that a person who was refused can go by. */
type Told = readonly [code: string, reason: string, hint: string];
const told = (verdict: Verdict) => (verdict.permitted ? 'permitted' : [verdict.code, verdict.reason, verdict.hint]);

const NOW = Date.parse('2026-03-02T12:00:00.000Z');
const OTHER_TENANT = '0ddba110-1111-4222-8333-444455556666';
const READER = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' } as const;
const breakGlass = { who: { people: [ANNA], groups: [] }, longestMinutes: 20, perDay: 1 };
const asked = {
  ...{ requestId: 'request00001', requester: RITA, principal: RITA, entitlementId: 'global-reader', durationMinutes: 30 },
  ...{ justification: 'ticket 42', approvalWindowMinutes: 60, breakGlass: false },
};
const first = (config: PerimeterConfig) => {
  const [setting] = config.entitlements;
  if (setting === undefined) throw new Error('no entitlement');
  return setting;
};

describe('whoever asks is told', () => {
  it.each<[string, object, ConfigWishes, Told]>([
    [
      'that it is not given here',
      { entitlementId: 'global-admin' },
      {},
      ['guardrail.entitlement', 'The perimeter does not give this.', 'An administrator can add it to perimeter.yaml.'],
    ],
    [
      'that it takes an account of the tenant',
      { principal: { ...RITA, tenantId: OTHER_TENANT } },
      {},
      [
        'guardrail.tenant',
        'Requester and principal must belong to the tenant of the perimeter.',
        'Ask with an account of that tenant.',
      ],
    ],
    [
      'to ask for themselves',
      { principal: ANNA },
      {},
      ['guardrail.requester', 'Access is given only to the person who asks.', 'Ask for yourself.'],
    ],
    [
      'to use another account than that for emergencies',
      {},
      { file: { emergencyAccounts: [RITA.objectId] } },
      [
        'guardrail.emergency-account',
        'Emergency accounts neither receive nor approve anything here.',
        'Use an account of your own.',
      ],
    ],
    [
      'that nobody may break the glass for it',
      { breakGlass: true },
      {},
      ['guardrail.break-glass', 'Nobody may take this without approval.', 'Ask for it in the usual way.'],
    ],
    [
      'how long it may be',
      { durationMinutes: 61 },
      {},
      ['guardrail.duration', 'The longest duration here is 60 minutes.', 'Ask for at most 60 minutes.'],
    ],
    [
      'how long it may be behind broken glass',
      { durationMinutes: 21, breakGlass: true },
      { more: { breakGlass } },
      ['guardrail.duration', 'The longest duration here is 20 minutes.', 'Ask for at most 20 minutes.'],
    ],
    [
      'how long it may wait',
      { approvalWindowMinutes: 1_441 },
      {},
      [
        'guardrail.approval-window',
        'A request waits for at most 1440 minutes here.',
        'An administrator can let the bot ask for that (requests.approvalWindowMinutes of hallpass.yaml).',
      ],
    ],
  ])('%s', (_name, lie, wishes, expected) => {
    expect(told(mayRegister({ ...asked, ...lie }, perimeterConfig(wishes)))).toEqual(expected);
  });

  it('that the file means something else by the name since', () => {
    expect(told(mayStillGive(asked, { ...READER, directoryScopeId: '/administrativeUnits/1' }, perimeterConfig()))).toEqual([
      'guardrail.entitlement',
      'The guardrails mean something else by this name since it was asked for.',
      'Ask again.',
    ]);
    expect(told(mayStillGive({ ...asked, durationMinutes: 61 }, READER, perimeterConfig()))).toEqual(
      told(mayRegister({ ...asked, durationMinutes: 61 }, perimeterConfig())),
    );
  });
});

describe('whoever would receive is told', () => {
  it.each<[string, PersonFacts, boolean, Told]>([
    [
      'that the directory was silent, and its hint',
      forbidden,
      false,
      ['directory.forbidden', 'The directory did not say what it knows of this person.', 'x'],
    ],
    [
      'that it takes a person',
      { status: 'absent' },
      false,
      ['guardrail.principal-absent', 'This person is no user of the tenant.', 'It takes an account of a person there.'],
    ],
    [
      'that the account is disabled',
      known({ enabled: false }),
      false,
      ['guardrail.principal-disabled', 'This person has a disabled account.', 'An administrator can enable the account.'],
    ],
    [
      'that guests have to be named',
      known({ userType: 'Guest' }),
      false,
      [
        'guardrail.principal-guest',
        'This person is a guest in the tenant.',
        'It takes a member account, or an administrator who names the guest in perimeter.yaml.',
      ],
    ],
    [
      'who could add them',
      known(),
      false,
      [
        'guardrail.receiver',
        'The perimeter may not give this to you.',
        'An administrator can add you, or a group of yours, to mayReceive in perimeter.yaml.',
      ],
    ],
    [
      'that they may not break the glass',
      known({ memberOf: perimeterConfig().entitlements[0]?.mayReceive.groups ?? [] }),
      true,
      ['guardrail.break-glass', 'You may not take this without approval.', 'Ask for it in the usual way.'],
    ],
  ])('%s', (_name, facts, breaks, expected) => {
    const setting = first(perimeterConfig({ more: { breakGlass } }));
    expect(told(mayReceive(setting, RITA, facts, { breakGlass: breaks }))).toEqual(expected);
  });
});

describe('whoever would approve is told', () => {
  const stage: Stage = { approvers: { people: [ABEL], groups: [] }, approvalsNeeded: 1 };
  const byId = perimeterConfig({ file: { samePerson: { attribute: 'employeeId' } } });
  interface Who {
    readonly person?: typeof ABEL;
    readonly facts?: PersonFacts;
    readonly before?: readonly (typeof ABEL)[];
    readonly found?: boolean;
    readonly config?: PerimeterConfig;
  }
  it.each<[string, Who, Told]>([
    [
      'that it takes an account of the tenant',
      { person: { ...ABEL, tenantId: OTHER_TENANT } },
      [
        'guardrail.approver-tenant',
        'The approver must belong to the tenant of the perimeter.',
        'Ask an approver of that tenant.',
      ],
    ],
    [
      'that nobody approves for themselves',
      { person: RITA },
      ['guardrail.self-approval', 'Nobody approves for themselves.', 'Ask somebody else to approve.'],
    ],
    [
      'that they count once',
      { before: [ABEL] },
      ['guardrail.same-person', 'Two accounts of one human do not count as two people.', 'Somebody else has to approve.'],
    ],
    [
      'that nobody knows whether they are somebody else',
      { config: byId },
      [
        'guardrail.same-person-unknown',
        'Whether two accounts belong to one human cannot be told: an account has no employeeId in Microsoft Entra.',
        'An administrator can enter it; until then somebody else has to approve.',
      ],
    ],
    [
      'that the directory was silent about them',
      { facts: forbidden },
      ['directory.forbidden', 'The directory did not say what it knows of the approver.', 'x'],
    ],
    [
      'that it takes a person',
      { facts: { status: 'absent' } },
      ['guardrail.approver-absent', 'The approver is no user of the tenant.', 'It takes an account of a person there.'],
    ],
    [
      'that the directory did not say who may',
      { found: true },
      ['directory.forbidden', 'The directory did not say who may approve this.', 'x'],
    ],
    [
      'who could, and who could let them',
      { person: ANNA },
      [
        'guardrail.approver',
        'The perimeter does not take this approval: the approver is not among those whom it may take it from.',
        'One of the others has to approve, or an administrator can change the approvers in perimeter.yaml.',
      ],
    ],
  ])('%s', (_name, { person = ABEL, facts = known(), before = [], found = false, config = perimeterConfig() }, expected) => {
    const others = before.map((one) => ({ person: one, facts: known() }));
    const requester = { person: RITA, facts: known() };
    const verdict = mayApprove(config, stage, {
      ...{ approver: { person, facts }, requester, before: others, found: found ? [forbidden] : [] },
    });
    expect(told(verdict)).toEqual(expected);
  });
});

describe('whoever comes when it was given too often is told', () => {
  const spent: Spent = { nowMs: NOW, live: 0, givenMs: [], endedMs: -Infinity, brokenMs: [] };
  const tight = { atMostLive: 2, atMostPerPrincipalPerDay: 1, coolDownMinutes: 30, breakGlass };
  it.each<[string, Partial<Spent>, boolean, object, Told]>([
    [
      'how many may hold it',
      { live: 2 },
      false,
      {},
      ['guardrail.live-budget', 'At most 2 people may hold this at once.', 'Ask again when somebody has given it back.'],
    ],
    [
      'that once a day is all',
      { givenMs: [NOW - DAY_MS + 1] },
      false,
      {},
      [
        'guardrail.daily-budget',
        'This may be given to you once in 24 hours, and was.',
        'Ask again at 12:01 UTC on 2026-03-02, or later.',
      ],
    ],
    [
      'how often a day is all',
      { givenMs: [NOW, NOW - 60_000] },
      false,
      { atMostPerPrincipalPerDay: 2 },
      [
        'guardrail.daily-budget',
        'This may be given to you 2 times in 24 hours, and was.',
        'Ask again at 11:59 UTC on 2026-03-03, or later.',
      ],
    ],
    [
      'how long to wait',
      { endedMs: NOW },
      false,
      {},
      [
        'guardrail.cool-down',
        'After it has ended, you may have this again only 30 minutes later.',
        'Ask again at 12:30 UTC on 2026-03-02, or later.',
      ],
    ],
    [
      'that the glass was broken today',
      { brokenMs: [NOW] },
      true,
      {},
      [
        'guardrail.break-glass-budget',
        'This may be taken without approval once in 24 hours, by all together, and was.',
        'Ask for it in the usual way.',
      ],
    ],
  ])('%s', (_name, changes, breaks, more, expected) => {
    const setting = first(perimeterConfig({ more: { ...tight, ...more } }));
    expect(told(mayBeOneMore(setting, { ...spent, ...changes }, { breakGlass: breaks }))).toEqual(expected);
  });
});

describe('whoever waits for what was approved is told', () => {
  it.each<[string, string | undefined, Told]>([
    [
      'that more is asked for by now',
      undefined,
      [
        'guardrail.approvals',
        'The guardrails ask for more than was approved and signed for this request.',
        'Ask again: the perimeter has other rules for it by now.',
      ],
    ],
    [
      'that it came too late',
      new Date(NOW).toISOString(),
      [
        'approval.expired',
        'What was signed for this request holds no longer: too much time passed before it could be given.',
        'Ask again.',
      ],
    ],
  ])('%s', (_name, notAfter, expected) => {
    const decision = {
      decisionId: 'd',
      decision: 'approve',
      approver: ABEL,
      assurance: 'signed',
      decidedAt: '',
      stage: 0,
    } as const;
    const decisions = notAfter === undefined ? [] : [{ ...decision, notAfter }];
    expect(told(stillApproved({ stages: [1], assurance: 'signed', requesterSigns: false }, { decisions }, NOW))).toEqual(
      expected,
    );
  });
});

describe('whoever asks the judge', () => {
  const clock = { now: () => NOW, onMoved: () => () => undefined };
  const opening = { registration: asked, target: READER, needs: { stages: [1], assurance: 'signed', requesterSigns: false } };
  const grant = { decisions: [], opening: { kind: 'open', ...opening } } as unknown as Waiting;

  it('is told that nobody signs for another', async () => {
    const judge = createJudge({ config: perimeterConfig(), people: everybodyKnown(), clock });
    expect(told(await judge.maySign(grant, ANNA))).toEqual([
      'guardrail.requester',
      'A request is signed by the one who asks, and by nobody else.',
      'Sign in with the account that asked.',
    ]);
  });

  it('is told that only groups have owners', async () => {
    const approvers = { people: [], groups: [], ownersOf: 'entitlement' as const };
    const judge = createJudge({ config: perimeterConfig({ more: { approvers } }), people: everybodyKnown(), clock });
    expect(told(await judge.mayDecide(grant, ANNA, 'approve'))).toEqual([
      'guardrail.approvals',
      'The directory did not say who may approve this.',
      'Only a group has owners: an administrator can name other approvers in perimeter.yaml.',
    ]);
  });
});

describe('whoever runs the perimeter is told', () => {
  it('of what an owned bot could do at any of many scopes, that one waits only there', () => {
    const azureRole = { roleDefinitionId: GLOBAL_READER, scopePattern: '/subscriptions/*' };
    const said = (more: object) => ownedBotCould(perimeterConfig({ more }))[0];
    expect(said({ directoryRole: undefined, azureRole, coolDownMinutes: 30 })).toContain(
      'and not within 30 minutes after it ended there, and to at most',
    );
    expect(
      said({
        directoryRole: undefined,
        azureRole: { ...azureRole, scopePattern: undefined, scope: '/subscriptions/1' },
        coolDownMinutes: 30,
      }),
    ).toContain('and not within 30 minutes after it ended, and to at most');
  });

  it('of three groups of receivers, all three', () => {
    const groups = [1, 2, 3].map((digit) => `96000000-0000-4000-8000-00000000000${digit}`);
    const [said] = ownedBotCould(perimeterConfig({ more: { mayReceive: { people: [], groups } } }));
    expect(said).toContain(`to the members of group ${groups[0]}, group ${groups[1]} or group ${groups[2]}, for`);
  });

  it('that it started with groups that are not guarded well enough, and why', async () => {
    const log = recordingLog();
    const file = join(mkdtempSync(join(tmpdir(), 'hallpass-perimeter-')), 'perimeter.yaml');
    writeFileSync(file, 'entitlements: []\n');
    const open = { status: 'known', roleAssignable: false, dynamic: false, synced: false } as const;
    await refuseUnsafeGroups(file, {
      config: perimeterConfig({ more: { assurance: 'signed', approvers: { people: [], groups: [GLOBAL_READER] } } }),
      people: everybodyKnown({ groupOf: () => Promise.resolve(open) }),
      runtime: { open: () => [{ state: 'active' }] } as unknown as Runtime,
      log,
    });
    expect(log.lines).toEqual([
      expect.objectContaining({
        err: expect.objectContaining({ code: 'config.invalid' }),
        msg: 'started all the same, since something is held that has to end; nothing of this is given',
      }),
    ]);
  });
});
