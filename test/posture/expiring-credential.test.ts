import { describe, expect, it } from '@jest/globals';
import { expiringCredentials, type HolderFact } from '../../src/posture/checks/expiring-credential.ts';

const NOW = Date.parse('2026-11-21T14:02:00.000Z');
const DAY = 86_400_000;
const LADDER = [90, 60, 30, 14, 7, 1];
const OBJECT_ID = 'a0000000-0000-4000-8000-000000000001';
const keyId = (digit: number) => `c0000000-0000-4000-8000-00000000000${digit}`;
const inDays = (days: number, ms = 0) => new Date(NOW + days * DAY + ms).toISOString();

function holder(more: Partial<HolderFact> = {}): HolderFact {
  return { kind: 'application', objectId: OBJECT_ID, appId: OBJECT_ID, name: 'Payroll Sync', passwords: [], keys: [], ...more };
}
const secret = (digit: number, endAt: string, startAt = inDays(-700)) => ({ keyId: keyId(digit), endAt, startAt });
const rungsOf = (endAt: string, ladder = LADDER) =>
  expiringCredentials(holder({ passwords: [secret(1, endAt)] }), NOW, ladder).map(({ rung, raise, detail }) => ({
    rung,
    raise,
    within: detail.withinDays,
  }));

describe('the ladder', () => {
  it.each([
    ['a millisecond before it reaches 90 days', inDays(90, 1), []],
    ['at 90 days', inDays(90), [{ rung: 1, raise: true, within: 90 }]],
    ['a millisecond before 60 days', inDays(60, 1), [{ rung: 1, raise: true, within: 90 }]],
    ['at 60 days', inDays(60), [{ rung: 2, raise: true, within: 60 }]],
    ['a millisecond before 30 days', inDays(30, 1), [{ rung: 2, raise: true, within: 60 }]],
    ['at 30 days', inDays(30), [{ rung: 3, raise: true, within: 30 }]],
    ['a millisecond before 14 days', inDays(14, 1), [{ rung: 3, raise: true, within: 30 }]],
    ['at 14 days', inDays(14), [{ rung: 4, raise: true, within: 14 }]],
    ['a millisecond before 7 days', inDays(7, 1), [{ rung: 4, raise: true, within: 14 }]],
    ['at 7 days', inDays(7), [{ rung: 5, raise: true, within: 7 }]],
    ['a millisecond before one day', inDays(1, 1), [{ rung: 5, raise: true, within: 7 }]],
    ['at one day', inDays(1), [{ rung: 6, raise: true, within: 1 }]],
    ['a millisecond before the end', inDays(0, 1), [{ rung: 6, raise: true, within: 1 }]],
    ['at the end', inDays(0), [{ rung: 7, raise: true, within: 0 }]],
    ['ended as long ago as the ladder looks ahead', inDays(-90), [{ rung: 7, raise: true, within: 0 }]],
    ['ended longer ago: keeps a finding, begins none', inDays(-90, -1), [{ rung: 7, raise: false, within: 0 }]],
  ])('%s', (_, endAt, expected) => {
    expect(rungsOf(endAt)).toEqual(expected);
  });

  it('is the configuration’s, in any order', () => {
    expect(rungsOf(inDays(10), [3, 10])).toEqual([{ rung: 1, raise: true, within: 10 }]);
    expect(rungsOf(inDays(10, 1), [3, 10])).toEqual([]);
    expect(rungsOf(inDays(3), [3, 10])).toEqual([{ rung: 2, raise: true, within: 3 }]);
  });

  it('only grows while time passes', () => {
    const passwords = [secret(1, inDays(100))];
    const rungs = Array.from(
      { length: 210 },
      (_, day) => expiringCredentials(holder({ passwords }), NOW + day * DAY, LADDER)[0]?.rung ?? 0,
    );
    expect(rungs).toEqual(rungs.toSorted((a, b) => a - b));
  });
});

describe('a successor', () => {
  const subjects = (passwords: HolderFact['passwords']) =>
    expiringCredentials(holder({ passwords }), NOW, LADDER).map(({ subjectId, detail }) => [
      subjectId,
      detail.newer !== undefined,
    ]);
  const old = secret(1, inDays(5));

  it.each([
    ['made within the ladder’s reach of the end replaces it', secret(2, inDays(400), inDays(5 - 90)), []],
    ['made before that is only named', secret(2, inDays(400), inDays(5 - 90, -1)), [[`${OBJECT_ID}/${keyId(1)}`, true]]],
    ['that starts now replaces it', secret(2, inDays(400), inDays(0)), []],
    ['that starts later does not yet', secret(2, inDays(400), inDays(0, 1)), [[`${OBJECT_ID}/${keyId(1)}`, true]]],
    [
      'that ends together with it does not',
      secret(2, inDays(5), inDays(-1)),
      [
        [`${OBJECT_ID}/${keyId(1)}`, false],
        [`${OBJECT_ID}/${keyId(2)}`, false],
      ],
    ],
    ['that ends soon itself is the finding instead', secret(2, inDays(6), inDays(-1)), [[`${OBJECT_ID}/${keyId(2)}`, false]]],
  ])('%s', (_, next, expected) => {
    expect(subjects([old, next])).toEqual(expected);
  });

  it('stays one when it has ended too, so that the old one does not come back', () => {
    const passwords = [secret(1, inDays(-30)), secret(2, inDays(-1), inDays(-40))];
    expect(subjects(passwords)).toEqual([[`${OBJECT_ID}/${keyId(2)}`, false]]);
  });

  it('of another kind is none', () => {
    const keys = [{ ...secret(2, inDays(400), inDays(-1)), usage: 'Verify' }];
    expect(expiringCredentials(holder({ passwords: [old], keys }), NOW, LADDER)).toHaveLength(1);
  });
});

describe('a signing certificate', () => {
  const thumbprint = { customKeyIdentifier: 'q9UZ7A==' };
  const keys = [
    { ...secret(3, inDays(20)), ...thumbprint, usage: 'Verify' },
    { ...secret(2, inDays(20)), ...thumbprint, usage: 'Sign' },
  ];
  const saml = holder({ kind: 'servicePrincipal', keys, passwords: [{ ...secret(4, inDays(20)), ...thumbprint }] });

  it('is one finding although Entra lists it twice, with a password for its key', () => {
    const found = expiringCredentials(saml, NOW, LADDER);
    expect(found.map(({ subjectId, detail }) => [subjectId, detail.kind, detail.signsSaml])).toEqual([
      [`${OBJECT_ID}/${keyId(2)}`, 'certificate', true],
    ]);
  });

  it('keeps its subject whatever order Entra lists the halves in', () => {
    const turned = { ...saml, keys: saml.keys.toReversed() };
    expect(expiringCredentials(turned, NOW, LADDER)).toEqual(expiringCredentials(saml, NOW, LADDER));
  });

  it('does not swallow a secret that merely has an identifier of its own', () => {
    const passwords = [{ ...secret(5, inDays(20)), customKeyIdentifier: 'VABlAHMAdAA=' }];
    expect(expiringCredentials({ ...saml, passwords }, NOW, LADDER)).toHaveLength(2);
  });
});

it('finds nothing in a credential without an end', () => {
  expect(expiringCredentials(holder({ passwords: [{ keyId: keyId(1) }] }), NOW, LADDER)).toEqual([]);
});
