import type { CaseView, Command, JournalEntry } from './port.ts';
import type { CaseRecord, CommandRow, Line } from './store.ts';

/** What of a command only this process knows. */
export interface Tries {
  readonly attempt: number;
  readonly redelivered: boolean;
  readonly lastErrorCode: string | undefined;
}

export function commandOf(caseId: string, row: CommandRow, tries: Tries): Command {
  return { key: row.key, caseId, name: row.name, lane: row.lane, params: row.params, at: row.at, ...tries };
}

export function viewOf(record: CaseRecord, triesOf: (key: string) => Tries): CaseView {
  const { caseId, flow, flowVersion, state, status, context, columns, links, seq } = record;
  return {
    caseId,
    flow,
    flowVersion,
    state,
    status,
    context,
    columns,
    links,
    seq,
    pending: record.commands.map((row) => commandOf(caseId, row, triesOf(row.key))),
  };
}

export function entryOf({ line, head }: { readonly line: Line; readonly head: string }): JournalEntry {
  const { seq, at, case: caseId, flow, kind, events, actor, next, linksSet: links = [] } = line;
  return { seq, head, at, caseId, flow, kind, events, actor, state: next.state, context: next.context, links };
}
