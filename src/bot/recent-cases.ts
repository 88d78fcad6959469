import { ACCESS_REQUEST } from '../chat/access-case.ts';
import { FINDING } from '../chat/handle-finding.ts';
import type { CaseView, Runtime } from '../durable/port.ts';

/** Of each flow. The cards of what ended before have had no buttons for long, and nobody looks at them. */
const CLOSED_LOOKED_AT = 1_000;

/** Cases of both flows, since one channel may have requests and alerts: the open ones, then those that ended last. */
export function* recentCases(runtime: Runtime): Iterable<CaseView> {
  for (const flow of [ACCESS_REQUEST, FINDING]) yield* runtime.open(flow);
  for (const flow of [ACCESS_REQUEST, FINDING]) yield* runtime.closed(flow, undefined, CLOSED_LOOKED_AT);
}
