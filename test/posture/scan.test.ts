import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FindingContext } from '../../flows/finding.ts';
import { AppError } from '../../src/access/core/app-error.ts';
import { findingFlow } from '../../src/bot/flows.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { createLog } from '../../src/observe/log.ts';
import type { RootAccessDetail } from '../../src/posture/finding-detail.ts';
import { startScan, type Scan } from '../../src/posture/scan.ts';
import type { Look, Sighting, Watch } from '../../src/posture/sighting.ts';
import { steppedClock } from './support/stepped-clock.ts';

const log = createLog('bot', 'silent');
const clock = steppedClock('2026-11-21T14:02:00.000Z');
let folder: string;
let runtime: Runtime;
let scan: Scan | undefined;

const open = () => openRuntime({ flows: [findingFlow], folder, clock, log });
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hallpass-scan-'));
  runtime = await open();
});
afterEach(async () => {
  await scan?.stop();
  scan = undefined;
  await runtime.close();
  await rm(folder, { recursive: true });
});

const NAME = 'd0000000-0000-4000-8000-000000000001';
const detail: RootAccessDetail = {
  check: 'root-user-access-administrator',
  assignmentName: NAME,
  principalId: NAME,
  principalType: 'User',
  given: 'not-told',
  sources: ['list'],
};
const sighting = (more: Partial<Sighting> = {}): Sighting => ({ subjectId: NAME, rung: 1, raise: true, detail, ...more });
const failing = (retryable: boolean) => new AppError('azure.failed', 'no', { retryable });

/** A collector that shows one look after the other, the last one for ever. Errors are thrown. */
function shows(...looks: readonly (Look | Error)[]): Watch & { readonly looked: () => number } {
  let next = 0;
  return {
    checkId: 'root-user-access-administrator',
    looked: () => next,
    async look() {
      const look = looks[Math.min(next++, looks.length - 1)];
      if (look === undefined || look instanceof Error) throw look ?? new Error('nothing to show');
      return look;
    },
  };
}

const HOME = { tenantId: '5c0ffee0-1111-4222-8333-444455556666', isFirst: true };

/** Scans as often as told; starting is the first. Returns the last report. */
async function scanned(times: number, watch: Watch) {
  scan = startScan({ tenant: HOME, runtime, collectors: [watch], clock, log, everyMinutes: 60 });
  for (let run = 1; run < times; run++) await scan.runNow();
  if (times === 1) await untilScanned(scan);
  return scan.last()?.checks[0];
}
async function untilScanned(started: Scan) {
  while (started.last() === undefined) await new Promise((resolve) => setImmediate(resolve));
}
const findings = () =>
  [...runtime.open('finding')].map(({ caseId, state, context }) => ({ caseId, state, seen: (context as FindingContext).seen }));
const linesOf = async (kind: string) => {
  const found: string[] = [];
  for await (const entry of runtime.entries(0)) for (const event of entry.events) found.push(event.type);
  return found.filter((type) => type === kind).length;
};

describe('a scan', () => {
  it('begins one finding, however often it sees the same', async () => {
    await scanned(4, shows({ sightings: [sighting()] }));
    expect(findings()).toHaveLength(1);
    await expect(linesOf('seenAgain')).resolves.toBe(0);
  });

  it('finds its findings again after a restart', async () => {
    await scanned(1, shows({ sightings: [sighting()] }));
    const before = findings();
    await scan?.stop();
    await runtime.close();
    runtime = await open();
    await scanned(2, shows({ sightings: [sighting()] }));
    expect(findings()).toEqual(before);
    await expect(linesOf('seenAgain')).resolves.toBe(0);
  });

  it('tells a finding again when its rung or its facts changed, and only then', async () => {
    const named = sighting({ detail: { ...detail, principalName: 'Gina Global' } });
    await scanned(
      5,
      shows({ sightings: [sighting()] }, { sightings: [named] }, { sightings: [named] }, { sightings: [{ ...named, rung: 2 }] }),
    );
    expect(findings().map(({ seen }) => seen.rung)).toEqual([2]);
    await expect(linesOf('seenAgain')).resolves.toBe(2);
  });

  it('resolves what is gone', async () => {
    const report = await scanned(2, shows({ sightings: [sighting()] }, { sightings: [] }));
    expect(report).toMatchObject({ gone: 1, found: 0 });
    expect(findings()).toEqual([]);
  });

  it('begins anew what comes back', async () => {
    await scanned(3, shows({ sightings: [sighting()] }, { sightings: [] }, { sightings: [sighting()] }));
    expect(findings()).toHaveLength(1);
    expect(runtime.closed('finding', { column: 'subjectId', value: NAME }, 10)).toHaveLength(1);
  });

  it('never resolves anything by a look that did not see everything', async () => {
    const blind = { code: 'azure.no-sight', reason: 'r', todo: 't', passing: false };
    const report = await scanned(2, shows({ sightings: [sighting()] }, { sightings: [], blind }));
    expect(report).toMatchObject({ gone: 0, blindCode: 'azure.no-sight' });
    expect(findings().map(({ seen }) => seen.checkId)).toEqual(['root-user-access-administrator', 'could-not-check']);
  });

  it.each([
    ['passing', failing(true)],
    ['lasting', failing(false)],
    ['unforeseen', new TypeError('unforeseen')],
  ])('never resolves anything by a look that failed: %s', async (_, error) => {
    await scanned(2, shows({ sightings: [sighting()] }, error));
    expect(findings()).toContainEqual(
      expect.objectContaining({ state: 'open', seen: expect.objectContaining({ subjectId: NAME }) }),
    );
  });

  it('begins no finding for what only keeps one open, and keeps it open', async () => {
    await scanned(1, shows({ sightings: [sighting({ raise: false })] }));
    expect(findings()).toEqual([]);
    await scan?.stop();
    await scanned(2, shows({ sightings: [sighting()] }, { sightings: [sighting({ raise: false })] }));
    expect(findings()).toHaveLength(1);
  });
});

describe('two tenants', () => {
  const SECOND = { tenantId: '5ec0d000-1111-4222-8333-444455556666', isFirst: false };
  const scannedIn = async (tenant: typeof HOME, watch: Watch) => {
    await scan?.stop();
    scan = startScan({ tenant, runtime, collectors: [watch], clock, log, everyMinutes: 60 });
    await untilScanned(scan);
  };
  const tenantsOf = () => findings().map(({ seen }) => [seen.checkId, seen.tenantId]);

  it('have a finding each of the same thing, and neither resolves that of the other', async () => {
    await scannedIn(HOME, shows({ sightings: [sighting()] }));
    await scannedIn(SECOND, shows({ sightings: [sighting()] }));
    const check = 'root-user-access-administrator';
    expect(tenantsOf()).toEqual([
      [check, HOME.tenantId],
      [check, SECOND.tenantId],
    ]);
    await scannedIn(HOME, shows({ sightings: [] }));
    expect(tenantsOf()).toEqual([[check, SECOND.tenantId]]);
    await scannedIn(SECOND, shows({ sightings: [] }));
    expect(tenantsOf()).toEqual([]);
  });

  it('each say what they could not check', async () => {
    const blind = { code: 'azure.no-sight', reason: 'r', todo: 't', passing: false };
    await scannedIn(HOME, shows({ sightings: [], blind }));
    await scannedIn(SECOND, shows({ sightings: [] }));
    expect(tenantsOf()).toEqual([['could-not-check', HOME.tenantId]]);
  });

  it('leave what was found before there were two to the first', async () => {
    const actor = { kind: 'system', name: 'collector' } as const;
    const seen = {
      checkId: detail.check,
      subjectId: NAME,
      rung: 1,
      detail: await runtime.putText('old', JSON.stringify(detail)),
    };
    await runtime.begin('finding', 'old', { seen }, actor);
    await scannedIn(SECOND, shows({ sightings: [] }));
    expect(findings().map(({ caseId }) => caseId)).toEqual(['old']);
    await scannedIn(HOME, shows({ sightings: [] }));
    expect(findings()).toEqual([]);
  });
});

describe('what could not be checked', () => {
  const count = () => findings().filter(({ seen }) => seen.checkId === 'could-not-check').length;

  it('is a finding at once when it does not pass by itself, and one only', async () => {
    await scanned(3, shows(failing(false)));
    expect(count()).toBe(1);
  });

  it.each([
    [2, 0],
    [3, 1],
    [9, 1],
  ])('when it may pass, after %s failures in a row: %s findings', async (times, expected) => {
    await scanned(times, shows(failing(true)));
    expect(count()).toBe(expected);
  });

  it('is forgotten when one look in between saw everything', async () => {
    const fine = { sightings: [] };
    await scanned(5, shows(failing(true), failing(true), fine, failing(true), failing(true)));
    expect(count()).toBe(0);
  });

  it('is resolved when it can be checked again, while a passing failure after it keeps it', async () => {
    await scanned(2, shows(failing(false), failing(true)));
    expect(count()).toBe(1);
    await scan?.stop();
    await scanned(1, shows({ sightings: [] }));
    expect(count()).toBe(0);
  });
});

describe('the clock', () => {
  it('brings the next scan when the domain clock has moved far enough, and not before', async () => {
    const watch = shows({ sightings: [] });
    await scanned(1, watch);
    clock.step(59 * 60_000);
    expect(watch.looked()).toBe(1);
    clock.step(60_000);
    while (watch.looked() < 2) await new Promise((resolve) => setImmediate(resolve));
    await scan?.stop();
    clock.step(60 * 60_000);
    expect(watch.looked()).toBe(2);
  });
});
