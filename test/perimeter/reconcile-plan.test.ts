import { describe, expect, it } from '@jest/globals';
import { genesisOf } from '../../src/cli/perimeter-reconcile.ts';
import { listableScope } from '../../src/azure/own-azure-records.ts';
import type { OwnRecord } from '../../src/perimeter/ledger/own-records.ts';
import type { BotsCopy } from '../../src/perimeter/reconcile/bots-copy.ts';
import type { OldGrant } from '../../src/perimeter/reconcile/old-ledger.ts';
import { countsSince, type PlanInput, planOf } from '../../src/perimeter/reconcile/plan.ts';
import { ANNA, GLOBAL_READER, perimeterConfig, RITA, SECURITY_READER, TENANT_ID } from './support/perimeter-config.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const ID = 'livegrant001';
const ROLE = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' } as const;
const SHOP = { kind: 'azureRole', scope: '/subscriptions/s1', roleDefinitionId: 'r1' } as const;

const pim: OwnRecord = {
  ...{ requestId: ID, principalId: RITA.objectId, target: ROLE, assignment: { kind: 'pim', id: 'p1' } },
  ...{ createdAt: at(-10), endsAt: at(20), isLive: true },
};
/** Given ten minutes ago; the guardrails allow an hour. */
const plain: OwnRecord = {
  ...{ principalId: RITA.objectId, target: ROLE, assignment: { kind: 'plain', id: 'a1', seen: 'found' } },
  ...{ createdAt: at(-10), isLive: true },
};
const azure: OwnRecord = { ...pim, target: SHOP, assignment: { kind: 'plain', id: 'n1' } };
const { endsAt: _, ...endlessAzure } = azure;
const { endsAt: _end, ...endlessPim } = pim;

const registration = {
  ...{ requestId: ID, requester: RITA, principal: RITA, entitlementId: 'global-reader', durationMinutes: 30 },
  ...{ justification: { textDigest: 'd' }, approvalWindowMinutes: 60, breakGlass: false },
};
const old = (different: Partial<OldGrant> = {}): OldGrant => ({
  ...{ requestId: ID, registration, target: ROLE, endsAt: at(15), mayBeThere: true, readAt: at(-11) },
  assignment: { kind: 'plain', id: 'a1' },
  ...different,
});
const claim = (different: Partial<BotsCopy['grants'][number]> = {}): BotsCopy['grants'][number] => ({
  ...{ requestId: ID, requester: RITA, principal: RITA, entitlementId: 'global-reader', endsAt: at(12) },
  ...different,
});

function plan(different: Partial<Omit<PlanInput, 'copy'>> & { readonly claims?: BotsCopy['grants'] }) {
  const { claims, ...rest } = different;
  const copy: BotsCopy | undefined = claims && { v: 1, exportedAt: at(0), grants: claims };
  return planOf({ config: perimeterConfig(), old: [], past: [], records: [], nowMs: NOW, copy, ...rest });
}
const endOf = (different: Parameters<typeof plan>[0]) => {
  const [step] = plan(different);
  return step?.opening.kind === 'adopted' ? [step.requestId, step.opening.endsAt] : [step?.requestId, step?.opening.kind];
};
const found = expect.stringMatching(/^found[0-9a-f]{24}$/);

describe('the end of a grant that was found again', () => {
  it.each<[string, Parameters<typeof plan>[0], readonly unknown[]]>([
    ['by PIM: its own', { records: [pim] }, [ID, at(20)]],
    ['by PIM, and the old ledger knew an earlier one', { records: [pim], old: [old()] }, [ID, at(15)]],
    ['by PIM, and the bot says an earlier one', { records: [pim], claims: [claim()] }, [ID, at(12)]],
    ['by PIM, and the bot says a later one', { records: [pim], claims: [claim({ endsAt: at(999) })] }, [ID, at(20)]],
    ['by PIM, and the old ledger says a later one', { records: [pim], old: [old({ endsAt: at(999) })] }, [ID, at(20)]],
    ['by PIM, of another person says the bot', { records: [pim], claims: [claim({ principal: ANNA })] }, [ID, at(20)]],
    ['by PIM, whose end somebody took away', { records: [endlessPim] }, [ID, at(0)]],
    ['plain, and nobody knows when it was to end', { records: [plain] }, [found, at(0)]],
    ['plain, and the bot says when', { records: [plain], claims: [claim()] }, [ID, at(12)]],
    ['plain, and the bot says it is for ever', { records: [plain], claims: [claim({ endsAt: at(999) })] }, [ID, at(50)]],
    ['plain, and the bot says it is over', { records: [plain], claims: [claim({ endsAt: at(-1) })] }, [ID, at(-1)]],
    ['plain, and the bot speaks of another person', { records: [plain], claims: [claim({ principal: ANNA })] }, [found, at(0)]],
    [
      'plain, and the bot speaks of another role',
      { records: [plain], claims: [claim({ entitlementId: 'security-reader' })] },
      [found, at(0)],
    ],
    [
      'plain, and the bot speaks of nothing known',
      { records: [plain], claims: [claim({ entitlementId: 'unknown' })] },
      [found, at(0)],
    ],
    ['plain, and the old ledger knew when', { records: [plain], old: [old()] }, [ID, at(15)]],
    ['plain, and the old ledger says for ever', { records: [plain], old: [old({ endsAt: at(999) })] }, [ID, at(50)]],
    ['plain, and both know when', { records: [plain], old: [old()], claims: [claim()] }, [ID, at(12)]],
    [
      'of what the guardrails know no more',
      { records: [{ ...plain, target: { ...ROLE, roleDefinitionId: 'x' } }], claims: [claim()] },
      [found, at(0)],
    ],
    ['of Azure, with a name and nobody who knows when', { records: [endlessAzure] }, [ID, at(0)]],
    [
      'of Azure, with a name that the bot claims for ever, and no guardrail',
      { records: [endlessAzure], claims: [claim({ endsAt: at(999) })] },
      [ID, at(-10)],
    ],
  ])('%s', (_name, input, expected) => {
    expect(endOf(input)).toEqual(expected);
  });
});

describe('what the old ledger called open', () => {
  it.each<[string, OldGrant, unknown]>([
    [
      'waiting for a decision: is asked for again',
      old({ mayBeThere: false }),
      { kind: 'refused', refusal: { code: 'ledger.reconciled', hint: expect.stringContaining('Ask again') } },
    ],
    [
      'given by PIM, which shows it no more: is gone',
      old({ assignment: { kind: 'pim', id: 'p1' } }),
      { kind: 'refused', refusal: { hint: expect.stringContaining('gone') } },
    ],
    ['given in Azure, which shows it no more: is gone', old({ target: SHOP }), { kind: 'refused' }],
    ['on its way, and nothing of it is there', { ...old(), assignment: undefined } as unknown as OldGrant, { kind: 'refused' }],
    [
      'given without a name, and the audit says nothing: whose it is, is asked again when it is taken',
      old(),
      { kind: 'adopted', endsAt: at(15), assignment: { kind: 'plain', id: 'a1', seen: 'found' }, readAt: at(-11) },
    ],
  ])('%s', (_name, grant, opening) => {
    expect(plan({ old: [grant] })).toMatchObject([{ requestId: ID, opening }]);
  });

  it('is one with what Microsoft shows of it, and keeps what was asked for', () => {
    const steps = plan({ records: [plain], old: [old()], claims: [claim({ requester: ANNA })] });
    expect(steps).toMatchObject([
      { from: ['audit', 'old ledger', "the bot's copy"], opening: { registration, readAt: at(-10) } },
    ]);
  });

  it('is not one with what it only resembles', () => {
    const other = old({ target: { ...ROLE, roleDefinitionId: SECURITY_READER } });
    expect(plan({ records: [plain], old: [other] }).map(({ requestId }) => requestId)).toEqual([found, ID]);
    const theirs = old({ registration: { ...registration, principal: ANNA } });
    expect(plan({ records: [plain], old: [theirs] }).map(({ requestId }) => requestId)).toEqual([found, ID]);
  });
});

describe('what is over, and counts for budgets all the same', () => {
  const history: OwnRecord = { ...endlessPim, createdAt: at(-50), isLive: false };
  const longAgo = (minutes: number) => ({ ...history, createdAt: at(-minutes) });
  const DAY = 24 * 60;
  const counted = (different: Parameters<typeof plan>[0]) =>
    plan(different).map(({ opening }) => (opening.kind === 'over' ? [opening.givenAt, opening.endedAt] : opening.kind));

  it.each<[string, OwnRecord, readonly unknown[]]>([
    ['given 50 minutes ago, for an hour at most: until now', history, [[at(-50), at(0)]]],
    ['given two hours ago: until an hour later at the latest', longAgo(120), [[at(-120), at(-60)]]],
    ['ended a day ago at the latest', longAgo(DAY + 60), [[at(-DAY - 60), at(-DAY)]]],
    ['ended before that', longAgo(DAY + 61), []],
    ['of nothing that is given any more', { ...history, target: SHOP }, []],
    ['nobody says when', { ...history, createdAt: '' }, []],
  ])("is known from Microsoft's records: %s", (_name, record, expected) => {
    expect(counted({ records: [record] })).toEqual(expected);
  });

  it('is looked for as long as a cool-down lasts', () => {
    const config = perimeterConfig({ more: { coolDownMinutes: 3 * DAY } });
    expect(countsSince(config, NOW)).toBe(NOW - 3 * DAY * 60_000);
    expect(countsSince(perimeterConfig(), NOW)).toBe(NOW - DAY * 60_000);
    expect(counted({ config, records: [longAgo(3 * DAY + 60)] })).toHaveLength(1);
  });

  it('is known from the old ledger, as it was, whatever the records say besides', () => {
    const past = { requestId: ID, registration, target: ROLE, givenAt: at(-30), endedAt: at(-5) };
    expect(plan({ past: [past], records: [history] })).toEqual([
      {
        requestId: ID,
        from: ['old ledger'],
        opening: { kind: 'over', registration, target: ROLE, givenAt: at(-30), endedAt: at(-5) },
      },
    ]);
  });

  it('is what the old ledger called open and PIM shows as history', () => {
    const pimOld = old({ assignment: { kind: 'pim', id: 'p1' } });
    expect(plan({ old: [pimOld], records: [history] })).toMatchObject([
      { requestId: ID, opening: { kind: 'over', registration, givenAt: at(-50), endedAt: at(0) } },
    ]);
  });

  it('is not what is live under the same name', () => {
    expect(plan({ records: [history, pim] }).map(({ opening }) => opening.kind)).toEqual(['adopted']);
  });
});

describe('the name of a grant that was found again', () => {
  it('is the same when it is found twice, and another for another', () => {
    const names = [plain, plain, { ...plain, principalId: ANNA.objectId }].map((one) => plan({ records: [one] })[0]?.requestId);
    expect(names[0]).toBe(names[1]);
    expect(names[2]).not.toBe(names[0]);
  });

  it('is another when a claim gives two the same: neither is forgotten', () => {
    const annas = { ...plain, principalId: ANNA.objectId };
    const claims = [claim(), claim({ principal: ANNA, requester: ANNA })];
    const steps = plan({ records: [pim, plain, annas], claims });
    expect(steps.map(({ requestId }) => requestId)).toEqual([ID, found, found]);
    expect(new Set(steps.map(({ requestId }) => requestId)).size).toBe(3);
  });

  it('is never one that could be no id', () => {
    const [step] = plan({ records: [{ ...pim, requestId: '../../etc/passwd' }] });
    expect(step?.requestId).toEqual(found);
    expect(step?.opening).toMatchObject({
      kind: 'adopted',
      endsAt: at(20),
      registration: { principal: { tenantId: TENANT_ID } },
    });
  });
});

describe('where the new journal goes on', () => {
  const end = { seq: 10, head: 'ours' };
  const doubt = (seen: object) => ({ why: 'behind', foundAt: at(0), ours: { seq: 9, head: 'then' }, ...seen }) as const;
  const copy = (seq: number): BotsCopy => ({ v: 1, exportedAt: at(0), ledger: { seq, head: 'copy' }, grants: [] });
  it.each([
    ['nobody has seen more', undefined, undefined, end],
    ['the bot has seen more', doubt({ seen: { seq: 12, head: 'seen' } }), undefined, { seq: 12, head: 'seen' }],
    [
      'the bot has seen another head of the same line',
      doubt({ seen: { seq: 10, head: 'seen' } }),
      undefined,
      { seq: 10, head: 'seen' },
    ],
    ['the bot has seen less', doubt({ seen: { seq: 9, head: 'seen' } }), undefined, end],
    ['its copy has seen the most', doubt({ seen: { seq: 12, head: 'seen' } }), copy(13), { seq: 13, head: 'copy' }],
    ['it claims to have seen what no journal reaches', doubt({ seen: { seq: 90_000_000_000, head: 'seen' } }), undefined, end],
  ] as const)('is known when %s', (_name, known, from, expected) => {
    expect(genesisOf({ end, grants: [], ...(known === undefined ? {} : { doubt: known }) }, from)).toEqual(expected);
  });
});

describe('what of a pattern of Azure can be listed', () => {
  it.each([
    ['/subscriptions/s1/resourceGroups/shop', '/subscriptions/s1/resourceGroups/shop'],
    ['/subscriptions/s1/resourceGroups/*', '/subscriptions/s1'],
    ['/subscriptions/s1/resourceGroups/*/providers/Microsoft.Web/sites/a', '/subscriptions/s1'],
    ['/subscriptions/*', undefined],
    ['/subscriptions/*/resourceGroups/shop', undefined],
    ['/providers/Microsoft.Management/managementGroups/m1', '/providers/Microsoft.Management/managementGroups/m1'],
    ['/providers/Microsoft.Management/managementGroups/*', undefined],
  ])('%s', (pattern, scope) => {
    expect(listableScope(pattern)).toBe(scope);
  });
});
