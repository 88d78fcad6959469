import { describe, expect, it } from '@jest/globals';
import type { OwnRecord } from '../../src/perimeter/ledger/own-records.ts';
import type { BotsCopy } from '../../src/perimeter/reconcile/bots-copy.ts';
import type { OldGrant } from '../../src/perimeter/reconcile/old-ledger.ts';
import { type PlanInput, planOf } from '../../src/perimeter/reconcile/plan.ts';
import { ANNA, GLOBAL_READER, perimeterConfig, RITA, SECURITY_READER } from './support/perimeter-config.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const [ID, OTHER_ID] = ['livegrant001', 'othergrant01'];
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const ROLE = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' } as const;

const pim: OwnRecord = {
  ...{ requestId: ID, principalId: RITA.objectId, target: ROLE, assignment: { kind: 'pim', id: 'p1' } },
  ...{ createdAt: at(-10), endsAt: at(20), isLive: true },
};
const plain: OwnRecord = {
  ...{ principalId: RITA.objectId, target: ROLE, assignment: { kind: 'plain', id: 'a1', seen: 'found' } },
  ...{ createdAt: at(-10), isLive: true },
};
const registration = {
  ...{ requestId: ID, requester: RITA, principal: RITA, entitlementId: 'global-reader', durationMinutes: 30 },
  ...{ justification: { textDigest: 'd' }, approvalWindowMinutes: 60, breakGlass: false },
};
/** As `registration`, of one whose words were lost. */
const wordless = (different: object = {}) => ({
  ...{ requestId: ID, requester: RITA, principal: RITA, entitlementId: 'global-reader', durationMinutes: 1 },
  ...{ justification: { textDigest: '0'.repeat(64) }, approvalWindowMinutes: 1, breakGlass: false },
  ...different,
});
const oldWithout = (...keys: readonly (keyof OldGrant)[]): OldGrant => {
  const whole: OldGrant = {
    ...{ requestId: ID, registration, target: ROLE, endsAt: at(15), mayBeThere: true, readAt: at(-11) },
    assignment: { kind: 'plain', id: 'a1' },
  };
  return JSON.parse(JSON.stringify({ ...whole, ...Object.fromEntries(keys.map((key) => [key, undefined])) }));
};
const old = oldWithout();
const claim = (different: Partial<BotsCopy['grants'][number]> = {}): BotsCopy['grants'][number] => ({
  ...{ requestId: ID, requester: RITA, principal: RITA, entitlementId: 'global-reader', endsAt: at(12) },
  ...different,
});
function plan(different: Partial<Omit<PlanInput, 'copy'>> & { readonly claims?: BotsCopy['grants'] }) {
  const { claims, ...rest } = different;
  const copy: BotsCopy | undefined = claims && { v: 1, exportedAt: at(0), grants: claims };
  return planOf({ config: perimeterConfig(), old: [], past: [], records: [], nowMs: NOW, copy, ...rest });
}
const registered = (different: Parameters<typeof plan>[0]) =>
  plan(different).map(({ opening }) => ('registration' in opening ? opening.registration : undefined));
const ends = (different: Parameters<typeof plan>[0]) =>
  plan(different).map(({ requestId, opening }) => [requestId, opening.kind === 'adopted' ? opening.endsAt : opening.kind]);

describe('what is found again', () => {
  it('by PIM alone is told with no more than the records say', () => {
    const opening = { kind: 'adopted', registration: wordless(), target: ROLE, endsAt: at(20), assignment: pim.assignment };
    expect(plan({ records: [pim] })).toStrictEqual([{ requestId: ID, from: ['records'], opening }]);
  });

  it('by the audit alone is named by what it is, the same after every rebuilding and in whatever letters', () => {
    const inCapitals = { ...plain, principalId: RITA.objectId.toUpperCase() };
    const [step] = plan({ records: [plain] });
    expect(step?.from).toEqual(['audit']);
    expect(plan({ records: [inCapitals] })[0]?.requestId).toBe(step?.requestId);
    expect(step?.requestId).toBe('foundbe4acc05b0e522012bbd2358');
  });

  it.each<[string, Parameters<typeof plan>[0], object]>([
    ['who asked, from the bot', { claims: [claim({ requester: ANNA })] }, { requester: ANNA }],
    ['nothing, where the bot says nothing', { claims: [] }, {}],
    [
      'what it is called among others',
      { records: [{ ...pim, target: { ...ROLE, roleDefinitionId: SECURITY_READER } }] },
      { entitlementId: 'security-reader' },
    ],
    [
      'that nobody knows what it is called',
      { config: perimeterConfig({ readerRole: SECURITY_READER, without: 'global-reader-again' }) },
      { entitlementId: 'unknown' },
    ],
  ])('is told with %s', (_name, input, expected) => {
    expect(registered({ records: [pim], ...input })).toEqual([wordless(expected)]);
  });

  it('is known by its scope where the guardrails name a pattern of them', () => {
    const azureRole = { roleDefinitionId: READER, scopePattern: '/subscriptions/s1/resourceGroups/*' };
    const config = perimeterConfig({ more: { directoryRole: undefined, azureRole } });
    const target = { kind: 'azureRole', scope: '/subscriptions/s1/resourceGroups/shop', roleDefinitionId: READER } as const;
    expect(registered({ config, records: [{ ...pim, target }] })).toEqual([wordless()]);
    const elsewhere = { ...target, scope: '/subscriptions/s2/resourceGroups/shop' };
    expect(registered({ config, records: [{ ...pim, target: elsewhere }] })).toEqual([wordless({ entitlementId: 'unknown' })]);
  });

  it('is not ended by what the bot says of another request of the same person', () => {
    const claims = [claim({ requestId: OTHER_ID, endsAt: at(5) }), claim()];
    expect(ends({ records: [pim], claims })).toEqual([[ID, at(12)]]);
  });

  it('under a name is not what the old ledger called by another', () => {
    const named = { ...pim, requestId: OTHER_ID };
    expect(ends({ records: [named], old: [old] })).toEqual([
      [OTHER_ID, at(20)],
      [ID, at(15)],
    ]);
  });

  it('under the name that the old ledger gave to somebody else keeps whose it is', () => {
    const others = { ...old, registration: { ...registration, principal: ANNA } };
    expect(registered({ records: [pim], old: [others] })).toEqual([wordless()]);
  });

  it.each<[string, OldGrant]>([
    ['only waited', { ...old, mayBeThere: false }],
    ['did not say what it was', oldWithout('target')],
  ])('without a name is not what %s in the old ledger', (_name, grant) => {
    expect(ends({ records: [plain], old: [grant] })).toEqual([
      [expect.stringMatching(/^found/), at(0)],
      [ID, 'refused'],
    ]);
  });
});

describe('what the old ledger called open, and no record names', () => {
  const gone = { code: 'ledger.reconciled', hint: 'The ledger of the perimeter was lost and made again; this access is gone.' };
  const history: OwnRecord = { ...pim, createdAt: at(-50), isLive: false };

  it.each([
    ['says no end', oldWithout('endsAt')],
    ['says nothing of what was written', oldWithout('assignment')],
  ])('is gone where it %s', (_name, grant) => {
    expect(plan({ old: [grant] })).toEqual([
      { requestId: ID, from: ['old ledger'], opening: { kind: 'refused', registration, refusal: gone } },
    ]);
  });

  it('is not over as another request was', () => {
    const pimOld: OldGrant = { ...old, assignment: { kind: 'pim', id: 'p1' } };
    expect(ends({ old: [pimOld], records: [{ ...history, requestId: OTHER_ID }] })).toEqual([
      [ID, 'refused'],
      [OTHER_ID, 'over'],
    ]);
  });

  it.each([
    ['as the bot says of this very request', [claim({ requestId: OTHER_ID, endsAt: at(3) }), claim()], at(12)],
    ['no later for what the bot says', [claim({ endsAt: at(999) })], at(15)],
    ['as it was, where the bot speaks of others', [claim({ requestId: OTHER_ID, endsAt: at(3) })], at(15)],
  ])('without a name in the records ends %s', (_name, claims, endsAt) => {
    expect(ends({ old: [old], claims })).toEqual([[ID, endsAt]]);
  });

  it('without a name in the records ends no later than the guardrails’ longest from now, whatever the old ledger says', () => {
    const longest = perimeterConfig().entitlements.find(({ id }) => id === 'global-reader')?.longestMinutes ?? 0;
    expect(ends({ old: [{ ...old, endsAt: at(longest) }] })).toEqual([[ID, at(longest)]]);
    expect(ends({ old: [{ ...old, endsAt: at(longest + 1) }] })).toEqual([[ID, at(longest)]]);
    expect(ends({ old: [{ ...old, endsAt: '2099-01-01T00:00:00.000Z' }] })).toEqual([[ID, at(longest)]]);
    // The file gives it no longer: it ends at once.
    const other = { ...ROLE, roleDefinitionId: SECURITY_READER };
    const config = { ...perimeterConfig(), entitlements: [] };
    expect(ends({ config, old: [{ ...old, target: other }] })).toEqual([[ID, at(0)]]);
  });

  it('is told without an instant that nobody knows', () => {
    const assignment = { kind: 'plain', id: 'a1', seen: 'found' };
    const opening = { kind: 'adopted', registration, target: ROLE, endsAt: at(15), assignment };
    expect(plan({ old: [oldWithout('readAt')] })).toStrictEqual([{ requestId: ID, from: ['old ledger'], opening }]);
    expect(plan({ old: [old] })[0]?.opening).toStrictEqual({ ...opening, readAt: at(-11) });
  });

  it('is told in no more words than the records have, once it is over', () => {
    const opening = { kind: 'over', registration: wordless(), target: ROLE, givenAt: at(-50), endedAt: at(0) };
    expect(plan({ records: [history] })).toStrictEqual([{ requestId: ID, from: ['records'], opening }]);
  });
});
