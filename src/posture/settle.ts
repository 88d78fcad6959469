import { randomBytes } from 'node:crypto';
import type { FindingContext } from '../../flows/finding.ts';
import type { Actor, Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import { readDetail, type CheckId, type FindingDetail } from './finding-detail.ts';
import type { Sighting } from './sighting.ts';

/** The name under which flows/finding.ts is registered. */
export const FINDING_FLOW = 'finding';
const COLLECTOR: Actor = { kind: 'system', name: 'collector' };

export interface Tally {
  readonly found: number;
  readonly begun: number;
  readonly changed: number;
  readonly gone: number;
  /** Could not be committed now; the next scan tries again. */
  readonly failed: number;
}

export interface OpenFinding {
  readonly caseId: string;
  readonly rung: number;
  readonly text: string | undefined;
  readonly detail: FindingDetail | undefined;
}

/** Whose findings. What is open without a tenant was found before there could be several: it is of the first. */
export interface ScannedTenant {
  readonly tenantId: string;
  readonly isFirst: boolean;
}

/** The open findings of one check in one tenant, by subject. */
export function openFindings(runtime: Runtime, tenant: ScannedTenant, checkId: CheckId): ReadonlyMap<string, OpenFinding> {
  const found = new Map<string, OpenFinding>();
  for (const view of runtime.open(FINDING_FLOW)) {
    // Our own machine's context, as it was stored.
    const { seen } = view.context as FindingContext;
    if (seen.checkId !== checkId) continue;
    if (seen.tenantId === undefined ? !tenant.isFirst : seen.tenantId !== tenant.tenantId) continue;
    const text = runtime.text(view.caseId, seen.detail);
    found.set(seen.subjectId, { caseId: view.caseId, rung: seen.rung, text, detail: readDetail(text) });
  }
  return found;
}

/**
 * Brings the open cases of one check in line with what was seen. Repeating it with the same sightings does nothing. `everything` says
 * that what was not seen is not there.
 */
export async function settle(
  deps: { readonly runtime: Runtime; readonly tenant: ScannedTenant; readonly log: Log },
  checkId: CheckId,
  open: ReadonlyMap<string, OpenFinding>,
  sightings: readonly Sighting[],
  everything: boolean,
): Promise<Tally> {
  const tally = { found: sightings.length, begun: 0, changed: 0, gone: 0, failed: 0 };
  const attempt = async (count: 'begun' | 'changed' | 'gone', work: () => Promise<boolean>) => {
    try {
      if (await work()) tally[count]++;
    } catch (error) {
      tally.failed++;
      deps.log.error({ err: error, checkId }, 'posture: a finding could not be written down');
    }
  };
  const bySubject = new Map(sightings.map((sighting) => [sighting.subjectId, sighting]));
  for (const sighting of bySubject.values()) {
    const known = open.get(sighting.subjectId);
    if (known !== undefined) await attempt('changed', () => tellAgain(deps, known, sighting));
    else if (sighting.raise) await attempt('begun', () => begin(deps, sighting));
  }
  if (!everything) return tally;
  for (const [subjectId, known] of open) {
    if (bySubject.has(subjectId)) continue;
    await attempt('gone', async () => (await deps.runtime.send(known.caseId, { type: 'gone' }, COLLECTOR)).changed);
  }
  return tally;
}

async function begin({ runtime, tenant }: Parameters<typeof settle>[0], sighting: Sighting): Promise<boolean> {
  // By chance and not by subject: what comes back after it was resolved is a new finding.
  const caseId = `f${randomBytes(12).toString('hex')}`;
  const seen = await seenOf(runtime, tenant, caseId, sighting, JSON.stringify(sighting.detail));
  return (await runtime.begin(FINDING_FLOW, caseId, { seen }, COLLECTOR)).kind === 'committed';
}

async function tellAgain(
  { runtime, tenant }: Parameters<typeof settle>[0],
  known: OpenFinding,
  sighting: Sighting,
): Promise<boolean> {
  const text = JSON.stringify(sighting.detail);
  if (known.rung === sighting.rung && known.text === text) return false;
  const seen = await seenOf(runtime, tenant, known.caseId, sighting, text);
  return (await runtime.send(known.caseId, { type: 'seenAgain', seen }, COLLECTOR)).kind === 'committed';
}

async function seenOf(
  runtime: Runtime,
  { tenantId }: ScannedTenant,
  caseId: string,
  { subjectId, rung, detail }: Sighting,
  text: string,
) {
  return { checkId: detail.check, tenantId, subjectId, rung, detail: await runtime.putText(caseId, text) };
}
