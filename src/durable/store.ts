import type { TextRef } from '../access/core/text-ref.ts';
import type { Actor, Columns, ColumnValue, Link, StampedEvent } from './port.ts';

/** An `after:` of a flow as a row: due at an instant, and the event that the machine gets then. */
export interface TimerRow {
  readonly id: string;
  readonly event: string;
  readonly dueAt: string;
}

/** A command that is not finished yet. */
export interface CommandRow {
  readonly key: string;
  readonly name: string;
  readonly lane: string;
  readonly params: unknown;
  readonly at: string;
}

/** The snapshot of a case as it is stored: what XState needs to go on, and the columns beside it. */
export interface Standing {
  readonly status: 'active' | 'done' | 'poisoned';
  readonly state: unknown;
  readonly context: unknown;
  readonly columns: Columns;
}

/** One case, as the lines up to `seq` made it. Never changed in place: a checkpoint is a list of these. */
export interface CaseRecord extends Standing {
  readonly caseId: string;
  readonly flow: string;
  readonly flowVersion: string;
  readonly seq: number;
  readonly timers: readonly TimerRow[];
  readonly commands: readonly CommandRow[];
  readonly links: readonly Link[];
}

export type LineKind = 'began' | 'transition' | 'ignored' | 'poisoned' | 'note';

/** A command to be added; it gets its key from the line. `instead`: takes the place of this unfinished one. */
export interface NewCommand {
  readonly name: string;
  readonly lane: string;
  readonly params?: unknown;
  readonly instead?: string;
}

/** What one commit does to one case. Empty lists are left out of the line. */
export interface LineDraft {
  readonly case: string;
  readonly flow: string;
  readonly flowVersion: string;
  readonly kind: LineKind;
  readonly at: string;
  readonly actor: Actor;
  readonly events: readonly StampedEvent[];
  readonly next: Standing;
  readonly timersSet?: readonly TimerRow[];
  readonly timersCleared?: readonly string[];
  readonly commandsAdded?: readonly NewCommand[];
  /** Cancelled by a newer one. */
  readonly commandsDropped?: readonly string[];
  readonly commandsDone?: readonly string[];
  readonly linksSet?: readonly Link[];
  readonly linksDropped?: readonly string[];
  readonly cursor?: { readonly name: string; readonly value: number };
  /** What a poisoned event threw. */
  readonly error?: string;
}

/** A draft with its place in the journal. */
export interface Line extends LineDraft {
  /** Format version of the line. */
  readonly v: 1;
  readonly seq: number;
  /** Hex SHA-256 over the raw bytes of the line before, without its newline. */
  readonly prev: string;
  /** The writer: grows with every process that takes the lease. */
  readonly epoch: number;
  /** The newest line that was known to be durable when this one was written: it tells a torn tail from damage. */
  readonly synced: number;
}

export interface Committed {
  readonly line: Line;
  /** Hex SHA-256 over the line's bytes. */
  readonly head: string;
  readonly record: CaseRecord;
}

/** Keeps cases. One writer. Implementations: stores/lowdb (one machine), stores/postgres (several). */
export interface Store {
  /** Cases that are open, and closed ones that the index does not hold yet. */
  readonly cases: ReadonlyMap<string, CaseRecord>;
  /**
   * Appends the line; resolves when it can no longer be lost, after the listeners were called. The caller sees to it that
   * drafts of one case do not overlap.
   * @throws {AppError} `store.full`, `store.corrupt` (only for a line that begins a case), `store.closed`; where the store is elsewhere:
   *   `store.unavailable` (retryable: nothing of the line is stored), `store.fenced` (somebody else writes now: this process ends),
   *   `store.in-doubt` (closed before it was known whether the line is stored)
   */
  commit(draft: LineDraft): Promise<Committed>;
  /** A case from memory or from the index as far as it is read in. */
  peek(caseId: string): CaseRecord | undefined;
  /** The same, but waits until the index is complete, or asks the database, before it says that there is none. */
  find(caseId: string): Promise<CaseRecord | undefined>;
  /** Newest first. A store may know only the newest ones of all closed cases without asking elsewhere; it says how many. */
  closed(
    flow: string,
    where: { readonly column: string; readonly value: ColumnValue } | undefined,
    limit: number,
  ): readonly CaseRecord[];
  /** The same of all closed cases: waits until the index is complete, or asks the database. */
  recall(
    flow: string,
    where: { readonly column: string; readonly value: ColumnValue },
    limit: number,
  ): Promise<readonly CaseRecord[]>;
  cursor(name: string): number;
  putText(caseId: string, text: string): Promise<TextRef>;
  /** Of a case that `peek` knows. */
  text(caseId: string, ref: TextRef): string | undefined;
  /** How many texts of this case are there. */
  textCount(caseId: string): Promise<number>;
  /** All of them, or those with these digests. */
  eraseTexts(caseId: string, only?: readonly string[]): Promise<void>;
  head(): { readonly seq: number; readonly head: string };
  entries(afterSeq: number): AsyncIterable<{ readonly line: Line; readonly head: string }>;
  onCommit(listener: (committed: Committed) => void): () => void;
  readonly degraded: boolean;
  close(): Promise<void>;
}

/** Still something to do: an end to reach, or an effect to carry out. */
export function isOpen(record: CaseRecord): boolean {
  return record.status === 'active' || record.commands.length > 0 || (record.status === 'poisoned' && record.state !== null);
}

/** For those who look back; a last command of it may still run. */
export function isOver(record: CaseRecord): boolean {
  return record.status === 'done' || !isOpen(record);
}

export function matches({ columns }: CaseRecord, where: Parameters<Store['closed']>[1]): boolean {
  return where === undefined || columns[where.column] === where.value;
}
