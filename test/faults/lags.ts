import { z } from 'zod';
import type { ImposedFault } from '../../src/playground/microsoft/faults.ts';
import type { AuditEntry } from '../../src/playground/microsoft/tenant/audit.ts';
import type { World } from '../../src/playground/world.ts';
import { grantsOf } from '../crash/records.ts';
import type { Timeline } from './timeline.ts';
import { unexplained, waitsIn, type Wait } from './waits.ts';

/** How long access stood in the tenant after its end, and what its own failed calls account for. Milliseconds of real time. */
export interface Lag {
  readonly caseId: string;
  readonly overMs: number;
  readonly allowedMs: number;
  readonly calls: readonly ImposedFault[];
  readonly waits: readonly Wait[];
  readonly faults: readonly string[];
}

interface Life {
  readonly caseId: string;
  readonly pair: string;
  readonly assignmentId: string;
  readonly principalId: string;
  readonly roleDefinitionId: string;
  readonly pimRequestId: string | undefined;
  /** Real time: the first by the tenant's own audit, the second by the ledger. */
  readonly goneMs: number;
  readonly endMs: number;
}

const noteSchema = z.object({ firstAt: z.string() });

/** Entra's own rule for PIM: what is given stays five minutes of its clock. */
const PIM_LEAST_MS = 5 * 60_000;

export function lagsOf(
  world: World,
  timeline: Timeline,
  sweepMs: number,
  limited: readonly ImposedFault[],
): { readonly lags: readonly Lag[]; readonly strays: readonly string[] } {
  const waits = waitsIn(`${world.folder}/perimeter.log`);
  const imposed = [...world.microsoft.faults.log, ...limited];
  const strays: string[] = [];
  const lags: Lag[] = [];
  const lives = livesIn(world, timeline, strays);
  const seen = new Set<string>();
  for (const life of lives) {
    if (seen.has(life.caseId)) strays.push(`${life.caseId} was given twice`);
    seen.add(life.caseId);
    lags.push(lagOf(life, imposed, waits, sweepMs));
  }
  return { lags, strays };
}

/** Every assignment that came and went by Hallpass, with the grant it belongs to. */
function livesIn(world: World, timeline: Timeline, strays: string[]): Life[] {
  const windows = grantWindows(world, timeline);
  const lives: Life[] = [];
  const live = new Map<string, AuditEntry>();
  for (const entry of world.microsoft.tenant.audit.entries) {
    const pair = `${entry.principalId ?? ''} ${entry.roleDefinitionId ?? ''}`;
    if (entry.action === 'role.given' && entry.via !== 'outside') live.set(pair, entry);
    const given = live.get(pair);
    if (given === undefined || !['role.taken', 'role.ended'].includes(entry.action)) continue;
    live.delete(pair);
    // PIM keeps the grant's own name. A plain role has none: it is of the grant that began its write last before it appeared.
    const window =
      given.ticketNumber === undefined
        ? windows.findLast((one) => one.pair === pair && one.wroteMs <= Date.parse(given.at))
        : windows.find((one) => one.caseId === given.ticketNumber);
    if (window === undefined) {
      strays.push(`audit ${given.seq}: ${pair} was given for no grant`);
      continue;
    }
    const least = given.via === 'pim' && window.early ? timeline.realOf(Date.parse(given.domainAt) + PIM_LEAST_MS) : 0;
    lives.push({
      caseId: window.caseId,
      pair,
      assignmentId: given.assignmentId ?? '',
      principalId: given.principalId ?? '',
      roleDefinitionId: given.roleDefinitionId ?? '',
      pimRequestId: given.scheduleRequestId,
      goneMs: Date.parse(entry.at),
      endMs: Math.max(window.endMs, least),
    });
  }
  for (const [pair, { seq }] of live) strays.push(`audit ${seq}: ${pair} was given and is still there`);
  return lives;
}

/** When each grant began to write, in that order, and when it should have ended: at its end, or when somebody gave it back before. */
function grantWindows(world: World, timeline: Timeline) {
  const firsts = new Map<string, { wroteMs?: number; takenAt?: number }>();
  for (const { line } of world.journals.perimeter.lines) {
    const first = firsts.get(line.case) ?? {};
    firsts.set(line.case, first);
    const at = timeline.realOf(Date.parse(line.at));
    const state = typeof line.next.state === 'string' ? line.next.state : (Object.keys(line.next.state ?? {})[0] ?? '');
    if (state === 'taking') first.takenAt ??= at;
    // The perimeter notes every write before it leaves, by the machine's clock.
    for (const { key, value } of line.linksSet ?? [])
      if (key === 'write') first.wroteMs ??= Date.parse(noteSchema.parse(value).firstAt);
  }
  const windows = [...grantsOf(world).values()].flatMap(({ caseId, context }) => {
    const { wroteMs, takenAt } = firsts.get(caseId) ?? {};
    if (wroteMs === undefined || context.opening.kind !== 'open') return [];
    const { registration, target: role } = context.opening;
    if (role.kind !== 'directoryRole') return [];
    const endsMs = timeline.realOf(Date.parse(context.endsAt ?? ''));
    return [
      {
        caseId,
        pair: `${registration.principal.objectId} ${role.roleDefinitionId}`,
        wroteMs,
        endMs: Math.min(endsMs, takenAt ?? Infinity),
        early: takenAt !== undefined && takenAt < endsMs,
      },
    ];
  });
  return windows.toSorted((a, b) => a.wroteMs - b.wroteMs);
}

function lagOf(life: Life, imposed: readonly ImposedFault[], allWaits: readonly Wait[], sweepMs: number): Lag {
  const inTime = (atMs: number) => atMs >= life.endMs && atMs <= life.goneMs;
  const calls = imposed.filter((fault) => inTime(Date.parse(fault.at)) && isOf(life, fault));
  const waits = allWaits.filter(({ caseId, atMs }) => caseId === life.caseId && inTime(atMs));
  // Retry-After and staleness are waited out before the next try: only lateness comes on top of the waits.
  const lateMs = calls.filter(({ kind }) => kind === 'slow').reduce((sum, { delayMs }) => sum + delayMs, 0);
  const waitedMs = waits.reduce((sum, { waitMs }) => sum + waitMs, 0);
  const faults = waits.flatMap((wait, index) => {
    const since = waits[index - 1]?.atMs ?? -Infinity;
    const own = calls.filter(({ at }) => Date.parse(at) > since && Date.parse(at) <= wait.atMs);
    const why = unexplained(wait, Math.max(0, ...own.map(({ delayMs }) => delayMs)));
    return why === undefined ? [] : [why];
  });
  return { caseId: life.caseId, overMs: life.goneMs - life.endMs, allowedMs: waitedMs + lateMs + sweepMs, calls, waits, faults };
}

/** Calls about this principal and role, or about what was made for them. Sign-in is everybody's, and PIM's POST names nobody in its path. */
function isOf(life: Life, { farEnd, method, path }: ImposedFault): boolean {
  if (farEnd === 'login' || (method === 'POST' && /ScheduleRequests$/.test(path))) return true;
  const text = decodeURIComponent(path).toLowerCase();
  const has = (id: string | undefined) => id !== undefined && id !== '' && text.includes(id.toLowerCase());
  // Who made what was only found is asked by principal alone: the answer to its own POST was lost before.
  const isAudit = text.includes('/auditlogs/directoryaudits');
  return (
    farEnd === 'graph' &&
    ((isAudit && has(life.principalId)) ||
      has(life.assignmentId) ||
      has(life.pimRequestId) ||
      (has(life.principalId) && has(life.roleDefinitionId)))
  );
}

export function describeLag({ caseId, overMs, allowedMs, calls, waits }: Lag): string {
  const steps = [
    ...calls.map(({ at, method, path, kind, delayMs }) => ({
      at: Date.parse(at),
      text: `${method} ${path.slice(0, 110)}: ${kind}, ${delayMs} ms`,
    })),
    ...waits.map(({ atMs, command, attempt, code, waitMs }) => ({
      at: atMs,
      text: `${command} failed (${attempt}, ${code}), waits ${waitMs} ms`,
    })),
  ].toSorted((a, b) => a.at - b.at);
  return [
    `${caseId} stood ${overMs} ms past its end; its own failed calls and one sweep account for ${allowedMs} ms`,
    ...steps.map(({ text }) => `    ${text}`),
  ].join('\n');
}
