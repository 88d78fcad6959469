import type { Assignment, Registration } from '../../../flows/grant.ts';
import type { DoubtContext } from '../../../flows/doubt.ts';
import type { FreezeContext } from '../../../flows/freeze.ts';
import type { LedgerHead } from '../../access/core/perimeter-api.ts';
import { codeOf } from '../../access/core/app-error.ts';
import type { Target } from '../../access/core/target.ts';
import { viewOf } from '../../durable/case-view.ts';
import type { CaseView } from '../../durable/port.ts';
import { type CaseRecord, isOpen, type Line } from '../../durable/store.ts';
import { FREEZE_FLOW, freezeContextOf } from '../freeze/freeze-desk.ts';
import { asGrant, contextOf, givenAtOf, GRANT_FLOW, stateNameOf } from '../grant-flow.ts';
import { DOUBT_FLOW, doubtContextOf } from '../ledger/doubt-desk.ts';
import { sweptAt, sweptEnd } from '../swept.ts';
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

/** Given, and over. */
export interface PastGrant {
  readonly requestId: string;
  readonly registration: Registration;
  readonly target: Target;
  readonly givenAt: string;
  readonly endedAt: string;
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

/** What has ended since then, as far as the journal can be read. */
export async function pastOf(entries: AsyncIterable<{ readonly line: Line }>, sinceMs: number): Promise<readonly PastGrant[]> {
  const past = new Map<string, PastGrant>();
  try {
    for await (const { line } of entries)
      if (line.flow === GRANT_FLOW) for (const grant of pastGrantsIn(line, sinceMs)) past.set(grant.requestId, grant);
  } catch (error) {
    if (codeOf(error) !== 'store.corrupt') throw error;
  }
  return [...past.values()];
}

function pastGrantsIn(
  { case: requestId, next: { status, context }, linksSet = [] }: Line,
  sinceMs: number,
): readonly PastGrant[] {
  if (context === null) return [];
  const { opening, confirmedAt, endsAt } = asGrant(context);
  const givenAt = givenAtOf(asGrant(context));
  const endedAt = confirmedAt ?? sweptAt({ links: linksSet }) ?? (status === 'done' ? endsAt : undefined);
  if (!('target' in opening) || givenAt === undefined || endedAt === undefined || Date.parse(endedAt) < sinceMs) return [];
  return [{ requestId, registration: opening.registration, target: opening.target, givenAt, endedAt }];
}
