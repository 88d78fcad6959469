import { Hono } from 'hono';
import { z } from 'zod';
import type { Clock } from '../access/core/clock.ts';
import type { CaseView, Runtime } from '../durable/port.ts';
import { createPerimeterMetrics } from '../observe/perimeter-metrics.ts';
import { contextOf, GRANT_FLOW, stateNameOf } from './grant-flow.ts';
import { type GroupStanding, sentenceOf } from './guardrails/group-standing.ts';
import type { DriftWatch } from './ledger/drift-watch.ts';
import type { Gate } from './ledger/gate.ts';
import type { LedgerCheck } from './ledger/ledger-check.ts';
import { ALARM_AFTER_MS } from './sweep.ts';
import { sweptEnd } from './swept.ts';

export interface OpsParts {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly gate: Pick<Gate, 'reasons'>;
  readonly drift: Pick<DriftWatch, 'unchecked'>;
  readonly check: Pick<LedgerCheck, 'problem'>;
  readonly standing: Pick<GroupStanding, 'findings'>;
}

/** The `ops` listener, for operators alone and without a token: what is wrong, in sentences that name grants by id, and metrics. */
export function createOpsApp({ runtime, clock, gate, drift, standing, check }: OpsParts): Hono {
  const app = new Hono();
  const overdue = () => [...runtime.open(GRANT_FLOW)].filter((view) => isOverdue(view, clock.now()));
  const metrics = createPerimeterMetrics({
    openGrants: () => countByState(runtime.open(GRANT_FLOW)),
    overdueGrants: () => overdue().length,
    journalSeq: () => runtime.head().seq,
    storeFull: () => runtime.degraded,
    notGiving: () => gate.reasons().length > 0,
    driftUnchecked: () => drift.unchecked,
    drifted: () => [...runtime.open(GRANT_FLOW)].filter((view) => contextOf(view).drift !== undefined).length,
  });
  app.use(async (c, next) => {
    await next();
    c.header('cache-control', 'no-store');
  });
  app.get('/healthz', (c) => c.json({ status: runtime.degraded ? 'degraded' : 'ok' }, 200));
  app.get('/readyz', (c) => {
    const full = runtime.degraded ? ['The store is full: nothing new is given, taking away goes on.'] : [];
    const reasons = [...full, ...gate.reasons().map(({ sentence }) => sentence)];
    const late = overdue().map((view) => {
      const when = isPastEnd(view, clock.now()) ? `at ${view.columns['endsAt'] ?? ''}` : 'before its time';
      return `Grant ${view.caseId} should have ended ${when} and is not known to be gone.`;
    });
    const warnings = [...late, ...standing.findings().map(sentenceOf), ...(check.problem === undefined ? [] : [check.problem])];
    return c.json({ ready: reasons.length === 0, reasons, warnings }, reasons.length === 0 ? 200 : 503);
  });
  app.get('/metrics', async (c) => {
    const { type, text } = await metrics();
    return c.body(text, 200, { 'content-type': type });
  });
  return app;
}

/** By the ledger's own column, as in the sweep, since a flow that is stuck says nothing of itself; or by the flow, which knows of earlier ends. */
function isOverdue(view: CaseView, nowMs: number): boolean {
  if (sweptEnd(view) !== undefined) return false;
  return isPastEnd(view, nowMs) || takingSchema.safeParse(view.state).success;
}

/** As flows/grant.ts calls it when a taking has lasted too long. */
const takingSchema = z.object({ taking: z.literal('overdue') });

function isPastEnd({ columns }: CaseView, nowMs: number): boolean {
  const endsAt = columns['endsAt'];
  return typeof endsAt === 'string' && Date.parse(endsAt) + ALARM_AFTER_MS <= nowMs;
}

function countByState(views: Iterable<CaseView>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state } of views) counts[stateNameOf(state)] = (counts[stateNameOf(state)] ?? 0) + 1;
  return counts;
}
