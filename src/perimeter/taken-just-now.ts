import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { CaseView, Runtime } from '../durable/port.ts';
import { contextOf, GRANT_FLOW } from './grant-flow.ts';

/** Entra's replicas show what is gone for seconds, seldom longer. After this, what is still shown is there. */
export const STILL_SHOWN_MS = 60_000;
/** Of one person and role within that time; each takes a decision, so there are hardly two. */
const LOOKED_THROUGH = 20;
const LOOK_AGAIN_AFTER_MS = 2_000;

/** Ids, ours and the directory's own, of what the ledger says was taken from the same principal a moment ago. An earlier reader may not know yet. */
export function takenJustNow(runtime: Runtime, { columns }: CaseView, clock: Clock): ReadonlySet<string> {
  const ended = runtime.closed(GRANT_FLOW, { column: 'holding', value: columns['holding'] ?? null }, LOOKED_THROUGH);
  const isRecent = (at: string | undefined) => at !== undefined && clock.now() - Date.parse(at) < STILL_SHOWN_MS;
  return new Set(
    ended.flatMap((view) => {
      const { assignment, confirmedAt } = contextOf(view);
      return assignment !== undefined && isRecent(confirmedAt)
        ? [assignment.id, assignment.roleAssignmentId ?? assignment.id]
        : [];
    }),
  );
}

export function stillShown(): AppError {
  return new AppError('directory.settling', 'held is only what was taken away a moment ago, as a reader may still be shown it', {
    retryable: true,
    retryAfterMs: LOOK_AGAIN_AFTER_MS,
  });
}
