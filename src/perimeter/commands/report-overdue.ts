import type { CommandHandler, Runtime } from '../../durable/port.ts';
import { instantOf } from '../../access/core/clock.ts';
import type { Log } from '../../observe/log.ts';
import { type AccessWriters, writerOf } from '../access-writer.ts';
import { contextOf } from '../grant-flow.ts';
import { currentOrder } from './directory-parts.ts';

export interface OverdueParts {
  readonly runtime: Runtime;
  readonly writers: AccessWriters;
  readonly log: Log;
}

/** Writes into the ledger, and so into the feed, what keeps the taking from succeeding and how a person does it by hand. */
export function reportOverdue(parts: OverdueParts): CommandHandler {
  return (_command, context) => {
    const view = context.view();
    const taking = view.pending.find(({ name }) => name === 'take');
    const order = currentOrder(parts.runtime, context);
    const { intent } = contextOf(view);
    if (taking === undefined || order === undefined || intent === undefined) return Promise.resolve(undefined);
    const report = {
      tries: taking.attempt,
      code: taking.lastErrorCode ?? 'directory.settling',
      byHand: writerOf(parts.writers, order, intent.writer).byHand(order),
    };
    parts.log.error(
      { grantId: view.caseId, since: instantOf(Date.parse(taking.at)), ...report },
      'overdue: access is still there',
    );
    return Promise.resolve({ events: [{ type: 'overdueReported', ...report }] });
  };
}
