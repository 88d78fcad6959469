import { describe, expect, it } from '@jest/globals';
import type { CaseView, Runtime } from '../../../src/durable/port.ts';
import { differsFromUsual, hadBefore, signedInLastHour } from '../../../src/perimeter/approve/usual.ts';
import type { Waiting } from '../../../src/perimeter/guardrails/judge.ts';
import { ABEL, ANNA, GLOBAL_READER, RITA } from '../support/perimeter-config.ts';

const NOW = Date.parse('2026-03-11T12:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

const asked = (different: Partial<Waiting['opening']['registration']> = {}): Waiting => ({
  opening: {
    kind: 'open',
    registration: {
      requestId: 'r00000000',
      requester: RITA,
      principal: RITA,
      entitlementId: 'global-reader',
      durationMinutes: 30,
      justification: { textDigest: 'a'.repeat(64) },
      approvalWindowMinutes: 60,
      breakGlass: false,
      ...different,
    },
    target: { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' },
    needs: { stages: [1], requesterSigns: false, assurance: 'signed' },
  },
  decisions: [],
});

/** A ledger that holds what was given, by how long ago in milliseconds and for how many minutes. */
function ledger(given: readonly (readonly [ago: number, minutes: number, entitlementId?: string])[]): Runtime {
  const views = given.map(([ago, durationMinutes, entitlementId = 'global-reader']) => ({
    context: {
      ...asked({ durationMinutes, entitlementId }),
      givenAt: new Date(NOW - ago).toISOString(),
      decisions: [
        { decision: 'approve', assurance: 'signed', approver: ABEL, decidedAt: new Date(NOW - ago).toISOString() },
        { decision: 'approve', assurance: 'chat', approver: ANNA, decidedAt: new Date(NOW - ago).toISOString() },
      ],
    },
  }));
  // Only what is asked here; the real one answers newest first.
  return { closed: () => views as unknown as CaseView[], open: () => [] } as unknown as Runtime;
}
const differs = (runtime: Runtime, waiting = asked()) => differsFromUsual(runtime, waiting, NOW);

describe('what differs from usual', () => {
  it('is everything, the first time', () => {
    expect(differs(ledger([]))).toEqual(['First time: this person never had this from here.']);
    expect(differs(ledger([[DAY, 30, 'security-reader']]))).toEqual(['First time: this person never had this from here.']);
    expect(differs(ledger([[DAY, 30]]))).toEqual([]);
  });

  it('is a duration above the middle of the earlier ones', () => {
    const runtime = ledger([
      [DAY, 10],
      [2 * DAY, 30],
      [3 * DAY, 240],
    ]);
    expect(differs(runtime, asked({ durationMinutes: 30 }))).toEqual([]);
    expect(differs(runtime, asked({ durationMinutes: 31 }))).toEqual([
      'Longer than usual: half of the earlier times it was 30 minutes or less.',
    ]);
    // Of two, the shorter one.
    expect(
      differs(
        ledger([
          [DAY, 10],
          [DAY, 60],
        ]),
        asked({ durationMinutes: 11 }),
      ),
    ).toHaveLength(1);
  });

  it('is an hour of the day at which this person never got anything, once there is a pattern', () => {
    const at = (minutes: number, times: number) =>
      ledger(Array.from({ length: times }, (_, day) => [(day + 1) * DAY + minutes * MINUTE, 30] as const));
    expect(differs(at(121, 4))).toEqual([]);
    expect(differs(at(121, 5))).toEqual(['Another time of day: this person never got access from here within two hours of now.']);
    expect(differs(at(120, 5))).toEqual([]);
    expect(differs(at(-120, 5))).toEqual([]);
    expect(differs(at(-121, 5))).toHaveLength(1);
  });

  it('is break-glass, always', () => {
    expect(differs(ledger([[DAY, 30]]), asked({ breakGlass: true }))).toEqual([
      'Break-glass: it is given as soon as the requester signs. Nobody is waited for.',
    ]);
  });
});

describe('what happened before', () => {
  it('is told for ninety days', () => {
    expect(hadBefore(ledger([]), asked(), NOW)).toBe('never in 90 days');
    expect(hadBefore(ledger([[90 * DAY, 30]]), asked(), NOW)).toBe('never in 90 days');
    expect(
      hadBefore(
        ledger([
          [DAY, 30],
          [89 * DAY, 30],
          [DAY, 30, 'security-reader'],
        ]),
        asked(),
        NOW,
      ),
    ).toBe('1 day ago; 2 times in 90 days');
  });

  it('counts what this person signed, within the hour, and nothing that was only clicked', () => {
    const runtime = ledger([
      [59 * MINUTE, 30],
      [60 * MINUTE, 30],
      [MINUTE, 30],
    ]);
    expect([signedInLastHour(runtime, ABEL, NOW), signedInLastHour(runtime, ANNA, NOW)]).toEqual([2, 0]);
  });
});
