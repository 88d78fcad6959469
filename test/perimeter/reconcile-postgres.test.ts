import { describe, expect, it, jest } from '@jest/globals';
import { openEvidence } from '../../src/cli/open-evidence.ts';
import { openLedgerPlace } from '../../src/cli/ledger-place.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { perimeterFlows } from '../../src/perimeter/perimeter-flows.ts';
import type { Step } from '../../src/perimeter/reconcile/plan.ts';
import { bot, silent, virtualClock } from '../durable/support/durable-world.ts';
import { postgresForAll } from '../durable/support/store-benches.ts';
import { GLOBAL_READER, RITA } from './support/perimeter-config.ts';

jest.setTimeout(120_000);

const SEEN = { seq: 500, head: 'ab'.repeat(32) };
const AT = '2026-03-01T10:00:00.000Z';
const ROLE = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' } as const;
const registration = {
  ...{ requestId: 'waitingthen1', requester: RITA, principal: RITA, entitlementId: 'global-reader', durationMinutes: 30 },
  ...{ approvalWindowMinutes: 60, breakGlass: false },
};
const needs = { stages: [1], requesterSigns: false, assurance: 'chat' } as const;

describe('a ledger in a database that is made again', () => {
  const server = postgresForAll();
  const clock = virtualClock();
  const setting = () => ({ postgres: server().setting('lost_ledger') });
  const open = () => openRuntime({ flows: perimeterFlows, store: setting(), clock, log: silent, limits: { closeGraceMs: 200 } });
  const schemas = async (): Promise<readonly unknown[]> =>
    (await server().sql("SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'lost_ledger%' ORDER BY 1")).map((row) =>
      Reflect.get(Object(row), 'name'),
    );

  it('goes on where it was seen, keeps texts and evidence, and leaves the old one beside it', async () => {
    const first = await open();
    const justification = await first.putText('waitingthen1', 'ticket 42');
    await first.begin(
      'grant',
      'waitingthen1',
      { opening: { kind: 'open', registration: { ...registration, justification }, target: ROLE, needs } },
      bot,
    );
    const over = { registration: { ...registration, justification }, target: ROLE, givenAt: AT, endedAt: AT };
    await first.begin('grant', 'endedthen001', { opening: { kind: 'over', ...over } }, bot);
    const before = first.head();
    await expect(openLedgerPlace(setting(), silent)).rejects.toMatchObject({
      code: 'store.locked',
      hint: expect.stringContaining('Stop it'),
    });
    await first.close();
    await openEvidence(setting(), silent).then(({ close }) => close());

    const place = await openLedgerPlace(setting(), silent);
    expect(place.old).toMatchObject({ end: before, grants: [{ requestId: 'waitingthen1', mayBeThere: false }] });
    expect(await place.past(Date.parse(AT))).toEqual([{ requestId: 'endedthen001', ...over }]);
    expect(await place.past(Date.parse(AT) + 1)).toEqual([]);
    expect(await place.finish()).toBe(false);
    const steps: readonly Step[] = [
      {
        requestId: 'livegrant001',
        from: ['records'],
        opening: {
          kind: 'adopted',
          registration: { ...registration, justification },
          target: ROLE,
          endsAt: AT,
          assignment: { kind: 'pim', id: 'p1' },
        },
      },
      {
        requestId: 'waitingthen1',
        from: ['old ledger'],
        opening: {
          kind: 'refused',
          registration: { ...registration, justification },
          refusal: { code: 'ledger.reconciled', hint: 'Ask again.' },
        },
      },
    ];
    expect(await place.rebuild({ genesis: SEEN, steps, old: place.old }, clock)).toMatch(
      /^the schema lost_ledger_archive_\d{14}$/,
    );
    await place.close();

    const second = await open();
    expect(second.read('livegrant001')).toMatchObject({ state: 'active', seq: SEEN.seq + 2 });
    expect(second.text('waitingthen1', justification)).toBe('ticket 42');
    const seqs: number[] = [];
    for await (const { seq } of second.entries(0)) seqs.push(seq);
    expect(seqs).toEqual([501, 502, 503, 504]);
    expect(
      (await second.begin('grant', 'afterwards01', { opening: { kind: 'tombstone', reason: 'withdraw' } }, bot)).view.seq,
    ).toBe(505);
    await second.close();
    expect(await schemas()).toEqual(['lost_ledger', expect.stringMatching(/^lost_ledger_archive_/)]);
    const [evidence] = await server().sql("SELECT to_regclass('lost_ledger.hallpass_evidence') IS NOT NULL AS there");
    expect(evidence).toEqual({ there: true });

    const third = await open();
    await third.find('livegrant001', AbortSignal.timeout(5_000));
    expect(third.degraded).toBe(false);
    await third.close();
  });

  it('is told by the first line where it follows on, and refused where that was changed', async () => {
    await server().sql("UPDATE lost_ledger.notes SET value = replace(value, 'ab', 'cd') WHERE name = 'genesis'");
    const runtime = await open();
    while (!runtime.degraded) await new Promise((resolve) => setTimeout(resolve, 10));
    await runtime.close();
    await server().sql("UPDATE lost_ledger.notes SET value = 'nonsense' WHERE name = 'genesis'");
    await expect(open()).rejects.toMatchObject({ code: 'store.corrupt' });
    const place = await openLedgerPlace(setting(), silent);
    expect(place).toMatchObject({ old: { grants: [] }, problem: expect.stringContaining('store.corrupt') });
    expect(await place.past(0)).toEqual([]);
    await place.close();
  });
});
