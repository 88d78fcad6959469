import { AppError } from '../../access/core/app-error.ts';
import type { LedgerHead } from '../../access/core/perimeter-api.ts';
import type { Actor, Runtime } from '../../durable/port.ts';
import { FREEZE_FLOW } from '../freeze/freeze-desk.ts';
import { GRANT_FLOW } from '../grant-flow.ts';
import { DOUBT_FLOW } from '../ledger/doubt-desk.ts';
import type { OldLedger } from './old-ledger.ts';
import type { Step } from './plan.ts';

export interface Rebuild {
  /** Where the new journal follows on. */
  readonly genesis: LedgerHead;
  readonly steps: readonly Step[];
  readonly old: OldLedger;
}

const OPERATOR: Actor = { kind: 'system', name: 'operator' };

/** First why, then what: the story of the gap stands at its beginning. @throws {AppError} `ledger.rebuild-failed` */
export async function writeLedger(runtime: Runtime, { steps, old }: Rebuild, archive: string): Promise<void> {
  const { foundAt: _, rebuilt: _rebuilt, ...why } = old.doubt ?? { why: 'operator', ours: old.end, foundAt: '' };
  const doubtId = nameOf('doubt');
  await runtime.begin(DOUBT_FLOW, doubtId, why, OPERATOR);
  if (old.freeze !== undefined) {
    const { reason } = old.freeze;
    // Signatures are not taken over: two people sign again.
    await runtime.begin(FREEZE_FLOW, nameOf('freeze'), reason === undefined ? {} : { reason }, OPERATOR);
  }
  for (const { requestId, opening } of steps) {
    const { kind } = await runtime.begin(GRANT_FLOW, requestId, { opening }, OPERATOR);
    if (kind !== 'committed') throw new AppError('ledger.rebuild-failed', `${requestId} could not be taken over: ${kind}`);
  }
  const adopted = steps.filter(({ opening }) => opening.kind === 'adopted').length;
  await runtime.send(doubtId, { type: 'reconciled', archive, adopted }, OPERATOR);
}

const nameOf = (what: string) => `${what}${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`;
