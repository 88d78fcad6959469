import type { CaseRecord, CommandRow, Line } from './store.ts';

/** What a line makes of its case. Used after each commit and for recovery, so that both agree; never asks a machine. */
export function applyLine(before: CaseRecord | undefined, line: Line): CaseRecord {
  return {
    caseId: line.case,
    flow: line.flow,
    flowVersion: line.flowVersion,
    status: line.next.status,
    state: line.next.state,
    context: line.next.context,
    columns: line.next.columns,
    seq: line.seq,
    timers: replaced(before?.timers ?? [], (timer) => timer.id, line.timersCleared, line.timersSet),
    commands: commandsAfter(before?.commands ?? [], line),
    links: replaced(before?.links ?? [], (link) => link.key, line.linksDropped, line.linksSet),
  };
}

function replaced<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  dropped: readonly string[] | undefined,
  set: readonly T[] | undefined,
): readonly T[] {
  if (dropped === undefined && set === undefined) return rows;
  const gone = new Set([...(dropped ?? []), ...(set ?? []).map(keyOf)]);
  return [...rows.filter((row) => !gone.has(keyOf(row))), ...(set ?? [])];
}

function commandsAfter(rows: readonly CommandRow[], line: Line): readonly CommandRow[] {
  const { commandsAdded: added = [], commandsDropped: dropped = [], commandsDone: done = [] } = line;
  if (added.length + dropped.length + done.length === 0) return rows;
  const fresh = added.map(({ instead, name, lane, params }, index) => ({
    instead,
    row: { key: `${line.case}/${line.seq}/${index}`, name, lane, params, at: line.at },
  }));
  const inPlace = new Map(fresh.flatMap(({ instead, row }) => (instead === undefined ? [] : [[instead, row] as const])));
  const gone = new Set([...dropped, ...done]);
  const kept = rows.flatMap((row) => {
    const newer = inPlace.get(row.key);
    if (newer !== undefined) return [newer];
    return gone.has(row.key) ? [] : [row];
  });
  return [...kept, ...fresh.flatMap(({ row }) => (kept.includes(row) ? [] : [row]))];
}
