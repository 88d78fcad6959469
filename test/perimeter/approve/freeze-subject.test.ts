import { beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from '../../../src/access/core/canonical.ts';
import type { Person } from '../../../src/access/core/person.ts';
import { type Statement, statementSchema } from '../../../src/access/core/statement.ts';
import { permit, refuse, type Verdict } from '../../../src/access/core/verdict.ts';
import { findFreezeSubject } from '../../../src/perimeter/approve/freeze-subject.ts';
import type { SignedAct } from '../../../src/perimeter/evidence/evidence-record.ts';
import type { EvidenceStore, StoredEvidence } from '../../../src/perimeter/evidence/evidence-store.ts';
import { ANNA, GINA, TENANT_ID } from '../support/perimeter-config.ts';

const GUARDRAILS = 'a'.repeat(64);
const START = Date.parse('2026-03-01T12:00:00Z');
const FREEZE = { freezeId: 'freeze0000000001', frozenAt: '2026-03-01T11:00:00.000Z', signedBy: [] };

let now = START;
let verdict: Verdict = permit;
let kept: StoredEvidence[] = [];
let noted: Person[] = [];
let open: typeof FREEZE | undefined = FREEZE;
beforeEach(() => {
  [now, verdict, kept, noted, open] = [START, permit, [], [], FREEZE];
});

const evidence: EvidenceStore = {
  count: () => Promise.resolve(kept.length),
  erase: () => Promise.resolve(),
  put: (_id, record) => {
    const digest = digestOf(record);
    kept.push({ digest, record });
    return Promise.resolve({ digest });
  },
  list: () => Promise.resolve(kept),
};
const find = findFreezeSubject({
  freezes: {
    openFreeze: () => open,
    stillSigned: () => Promise.resolve(noted),
    sign: (_id, person) => {
      noted.push(person);
      return Promise.resolve(permit);
    },
  },
  judge: { mayUnfreeze: () => Promise.resolve(verdict) },
  evidence,
  guardrailsDigest: GUARDRAILS,
  names: { person: () => Promise.resolve({ name: 'Gina Global' }), target: () => Promise.reject(new Error('not asked')) },
  clock: { now: () => now, onMoved: () => () => undefined },
});

async function statement(lie: Readonly<Record<string, unknown>> = {}): Promise<Statement> {
  const sight = await (await find(FREEZE.freezeId))?.seenBy(GINA);
  const common = { v: 1, perimeter: 'https://approve.contoso.com', tenantId: TENANT_ID, guardrailsDigest: GUARDRAILS };
  const salt = `${String(Math.floor(Math.random() * 1e9)).padStart(21, 'a')}A`;
  return statementSchema.parse({ ...common, purpose: 'unfreeze', decision: 'sign', salt, ...sight?.offer?.terms, ...lie });
}
const act = (signed: Statement, signer: Person = GINA): Omit<SignedAct, 'names'> => ({
  v: 1,
  kind: 'signed',
  statement: signed,
  idToken: 'a.b.c',
  jwk: { kty: 'RSA', kid: 'k', n: 'n', e: 'AQAB' },
  issuer: 'i',
  keysUrl: 'k',
  verifiedAt: '2026-03-01T12:00:00.000Z',
  stepUp: { authenticationContext: 'c1' },
  signer,
});
async function recorded(signed: Statement, signer?: Person): Promise<string> {
  const outcome = await (await find(FREEZE.freezeId))?.record(act(signed, signer));
  if (outcome === undefined) return 'no such freeze';
  return outcome.permitted ? 'recorded' : outcome.code;
}

describe('a signature that a freeze may end', () => {
  it('is kept, and told to the freeze', async () => {
    expect(await recorded(await statement())).toBe('recorded');
    expect([kept.length, noted]).toEqual([1, [GINA]]);
    expect(kept[0]?.record).toMatchObject({ names: { signer: 'Gina Global', target: 'the freeze of 2026-03-01T11:00:00.000Z' } });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['for another freeze of the same name', { requestDigest: `${'A'.repeat(42)}A` }],
    ['under other guardrails', { guardrailsDigest: 'b'.repeat(64) }],
    ['that is an approval', { purpose: 'decide', decision: 'approve' }],
    ['that has ended', { notAfter: '2026-03-01T12:00:00.000Z' }],
  ])('%s leaves nothing, and its twin counts', async (_name, lie) => {
    expect(await recorded(await statement(lie))).toBe('approval.other-request');
    expect([kept, noted]).toEqual([[], []]);
    expect(await recorded(await statement())).toBe('recorded');
  });

  it('holds for a quarter of an hour from the look', async () => {
    const [early, late] = [await statement(), await statement()];
    now = START + 15 * 60_000 - 1;
    expect(await recorded(early)).toBe('recorded');
    now += 1;
    expect(await recorded(late, ANNA)).toBe('approval.other-request');
  });

  it('counts once, also when it comes twice at the same moment', async () => {
    const signed = await statement();
    const twice = await Promise.all([recorded(signed), recorded(signed)]);
    expect(twice.toSorted((a, b) => a.localeCompare(b))).toEqual(['approval.replayed', 'recorded']);
    expect([await recorded(signed), noted]).toEqual(['approval.replayed', [GINA]]);
  });

  it('of somebody who may not leaves nothing', async () => {
    const signed = await statement();
    verdict = refuse('guardrail.approver', 'a', 'b');
    expect([await recorded(signed), kept, noted]).toEqual(['guardrail.approver', [], []]);
    verdict = permit;
    expect(await recorded(signed)).toBe('recorded');
  });

  it('is none when there is no freeze, or another one', async () => {
    const signed = await statement();
    open = undefined;
    expect(await recorded(signed)).toBe('no such freeze');
    open = { ...FREEZE, freezeId: 'freeze0000000002' };
    expect(await recorded(signed)).toBe('no such freeze');
  });
});
