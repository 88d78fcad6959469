import { z } from 'zod';
import { type Clock, instantOf } from '../access/core/clock.ts';
import type { CaseView, CommandContext } from '../durable/port.ts';
import { GRAPH_TIMEOUT_MS } from '../entra/graph-client.ts';

const LINK = 'write';
const traceSchema = z.object({ state: z.enum(['begun', 'refused']), firstAt: z.string(), lastAt: z.string() });
type Trace = z.infer<typeof traceSchema>;

/**
 * How long a write whose answer never came may still turn up, or stay unseen by stale reads: as long as we would have waited for the answer,
 * and half as much again.
 */
export const LATE_WRITE_MS = GRAPH_TIMEOUT_MS * 1.5;

/**
 * What we know of the write of a grant whose answer is not in the ledger. `begun` is durable before the write leaves, so its absence
 * proves that nothing was ever sent; `refused` means that Graph itself said no to the only try.
 */
export async function noteWrite(context: CommandContext, state: Trace['state'], transportClock: Clock): Promise<void> {
  const now = instantOf(transportClock.now());
  const before = traceOf(context.view());
  const firstAt = before?.state === 'begun' ? before.firstAt : now;
  await context.link({ key: LINK, value: { state, firstAt, lastAt: now } satisfies Trace });
}

function traceOf(view: CaseView): Trace | undefined {
  const link = view.links.find(({ key }) => key === LINK);
  return link === undefined ? undefined : traceSchema.parse(link.value);
}

/** May a write of this grant have reached the directory? */
export function mayHaveArrived(view: CaseView): boolean {
  return traceOf(view)?.state === 'begun';
}

/** Milliseconds until the newest write without an answer can no longer turn up; 0 or less when that time is over, or none is out. */
export function mayArriveForMs(view: CaseView, transportClock: Clock): number {
  const trace = traceOf(view);
  return trace?.state === 'begun' ? Date.parse(trace.lastAt) + LATE_WRITE_MS - transportClock.now() : 0;
}

/** The same, since the first of them: how long it is worth looking for what an earlier try may have written. */
export function worthLookingForMs(view: CaseView, transportClock: Clock): number {
  const trace = traceOf(view);
  return trace?.state === 'begun' ? Date.parse(trace.firstAt) + LATE_WRITE_MS - transportClock.now() : 0;
}
