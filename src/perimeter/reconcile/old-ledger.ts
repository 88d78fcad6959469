import type { Assignment, Registration } from '../../../flows/grant.ts';
import type { DoubtContext } from '../../../flows/doubt.ts';
import type { FreezeContext } from '../../../flows/freeze.ts';
import type { LedgerHead } from '../../access/core/perimeter-api.ts';
import type { Target } from '../../access/core/target.ts';
import { viewOf } from '../../durable/case-view.ts';
import type { CaseView } from '../../durable/port.ts';
import { type CaseRecord, isOpen } from '../../durable/store.ts';
import { FREEZE_FLOW, freezeContextOf } from '../freeze/freeze-desk.ts';
import { contextOf, GRANT_FLOW, stateNameOf } from '../grant-flow.ts';
import { DOUBT_FLOW, doubtContextOf } from '../ledger/doubt-desk.ts';
import { sweptEnd } from '../swept.ts';
import { mayHaveArrived } from '../write-trace.ts';

/** A grant that the old ledger called open. */
export interface OldGrant {
  readonly requestId: string;
  readonly registration: Registration;
  readonly target?: Target;
  readonly endsAt?: string;
  readonly assignment?: Assignment;
  readonly readAt?: string;
  /** Something of it may have been written: given, or on its way. */
  readonly mayBeThere: boolean;
}

export interface OldLedger {
  readonly end: LedgerHead;
  readonly grants: readonly OldGrant[];
  readonly doubt?: DoubtContext;
  readonly freeze?: FreezeContext;
}

/** What counts of the cases of a ledger when it is made again. */
export function oldLedgerOf(cases: Iterable<CaseRecord>, end: LedgerHead): OldLedger {
  const views = [...cases]
    .filter((record) => isOpen(record) && record.status !== 'done')
    .map((record) => viewOf(record, NO_TRIES));
  const [doubt] = views.filter(({ flow }) => flow === DOUBT_FLOW).map(doubtContextOf);
  const [freeze] = views.filter(({ flow }) => flow === FREEZE_FLOW).map(freezeContextOf);
  return {
    end: { seq: end.seq, head: end.head },
    grants: views.filter(({ flow }) => flow === GRANT_FLOW).flatMap(oldGrantOf),
    ...(doubt === undefined ? {} : { doubt }),
    ...(freeze === undefined ? {} : { freeze }),
  };
}

const NO_TRIES: Parameters<typeof viewOf>[1] = () => ({ attempt: 0, redelivered: true, lastErrorCode: undefined });

function oldGrantOf(view: CaseView): readonly OldGrant[] {
  // Poisoned at birth: nothing is known of it, and nothing was ever done.
  if (view.context === null) return [];
  const { opening, endsAt, assignment, intent } = contextOf(view);
  if (sweptEnd(view) !== undefined || (opening.kind !== 'open' && opening.kind !== 'adopted')) return [];
  const wasGiven = assignment !== undefined || mayHaveArrived(view);
  return [
    {
      requestId: view.caseId,
      registration: opening.registration,
      target: opening.target,
      mayBeThere: wasGiven && ['giving', 'active', 'taking'].includes(stateNameOf(view.state)),
      ...(endsAt === undefined ? {} : { endsAt }),
      ...(assignment === undefined ? {} : { assignment }),
      ...(intent === undefined ? {} : { readAt: intent.readAt }),
    },
  ];
}
