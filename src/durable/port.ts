import type { AnyStateMachine } from 'xstate';
import type { Person } from '../access/core/person.ts';
import type { TextRef } from '../access/core/text-ref.ts';

/** Who caused an event. Authority is checked before; this is for the record. */
export type Actor =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'system'; readonly name: 'timer' | 'command' | 'perimeter' | 'bot' | 'collector' | 'sweep' | 'operator' };

/** A fact for a machine. `at` is stamped by the runtime, once, when it commits. */
export interface EventInput {
  readonly type: string;
  readonly [key: string]: unknown;
}
export interface StampedEvent extends EventInput {
  readonly at: string;
}

/** How a named action of a flow is carried out. Commands of one case in one lane run in order, one at a time. */
export interface CommandSpec {
  /** The kind of target, e.g. `directory`, `perimeter`, `cards`. */
  readonly lane: string;
  /** Unfinished commands of these names in the same case are dropped when this one is added: a taking cancels a giving. */
  readonly cancels?: readonly string[];
  /** Only the newest unfinished one of this name in a case need run, since it renders the newest snapshot. */
  readonly coalesces?: boolean;
}

export type ColumnValue = string | number | null;
export type Columns = Readonly<Record<string, ColumnValue>>;

/** A registered flow: one machine and what its effects are. Refused at registration when it is not pure data (design.md 3). */
export interface Flow {
  readonly machine: AnyStateMachine;
  readonly commands: Readonly<Record<string, CommandSpec>>;
  /** Columns of the case's row, outside the machine (the end of a grant, the subject of a finding); recomputed on each commit. */
  columns?(context: unknown, state: unknown): Columns;
}

/** Something durable that belongs to a case but not to its machine, e.g. a posted message. */
export interface Link {
  readonly key: string;
  readonly value: unknown;
}

export interface Command {
  /** `caseId/seq/index`: the same one keeps its key over restarts, so targets can recognise a repetition. */
  readonly key: string;
  readonly caseId: string;
  readonly name: string;
  readonly lane: string;
  readonly params: unknown;
  /** When it was committed, by the domain clock. */
  readonly at: string;
  /** Attempts begun before this one in this process; 0 says nothing of what an earlier process did. */
  readonly attempt: number;
  /** True when an earlier process may have begun it: the effect may have happened. */
  readonly redelivered: boolean;
  readonly lastErrorCode: string | undefined;
}

export interface CaseView {
  readonly caseId: string;
  readonly flow: string;
  readonly flowVersion: string;
  /** XState's state value. */
  readonly state: unknown;
  readonly status: 'active' | 'done' | 'poisoned';
  readonly context: unknown;
  readonly columns: Columns;
  readonly links: readonly Link[];
  /** Sequence of the newest line of this case. */
  readonly seq: number;
  readonly pending: readonly Command[];
}

export interface CommandResult {
  /** Facts for the same case, committed in the same line as the command's end, in this order. */
  readonly events?: readonly EventInput[];
  readonly setLinks?: readonly Link[];
  readonly dropLinks?: readonly string[];
}

export interface CommandContext {
  /** The newest committed view of the case. */
  view(): CaseView;
  /** Stores a link at once, durably, while the command goes on: one card posted is one card remembered. */
  link(link: Link): Promise<void>;
  /** Aborts when the process shuts down or a later command cancelled this one. */
  readonly signal: AbortSignal;
}

/**
 * Carries out one command. Repeating it must be safe. A thrown error means: try again, with backoff, without limit
 * (`AppError.retryAfterMs` is obeyed). A refusal that will not change is an event, not an error.
 */
export type CommandHandler = (command: Command, context: CommandContext) => Promise<CommandResult | undefined>;

export interface SendOptions {
  /** Commits `value` under `name` in the same line; an event whose value is not greater than the stored one is dropped unseen. */
  readonly cursor?: { readonly name: string; readonly value: number };
}

export interface Outcome {
  /** `ignored`: committed, but no transition was enabled. `repeated`: nothing committed (known case, old cursor). `poisoned`: it threw. */
  readonly kind: 'committed' | 'ignored' | 'repeated' | 'poisoned';
  readonly view: CaseView;
  /** True when this very event changed state, so that of two clickers exactly one is told "yours counted". */
  readonly changed: boolean;
}

/** What one journal line says, after its text references; see store.ts for the bytes. */
export interface JournalEntry {
  readonly seq: number;
  /** Hex digest of this line, i.e. the head of the journal after it. */
  readonly head: string;
  readonly at: string;
  readonly caseId: string;
  readonly flow: string;
  readonly kind: 'began' | 'transition' | 'ignored' | 'poisoned' | 'note';
  readonly events: readonly StampedEvent[];
  readonly actor: Actor;
  readonly state: unknown;
  readonly context: unknown;
  /** Set by this very line. */
  readonly links: readonly Link[];
}

/** Runs flows durably: every method resolves after its effect on the store can no longer be lost. */
export interface Runtime {
  /** Begins a case. A known `caseId` is `repeated`. The machine's input is `{...input, at}`. */
  begin(flow: string, caseId: string, input: Readonly<Record<string, unknown>>, actor: Actor): Promise<Outcome>;
  /** @throws {AppError} `case.unknown` */
  send(caseId: string, event: EventInput, actor: Actor, options?: SendOptions): Promise<Outcome>;
  /**
   * An open case from memory, or a closed one by the index. Undefined is no proof that there is none: after a start, the index may still
   * be under construction.
   */
  read(caseId: string): CaseView | undefined;
  /**
   * The same, but undefined only when there is none: waits for the index as long as `patience` has not aborted.
   * @throws {AppError} `store.indexing`, `store.unavailable` (both retryable)
   */
  find(caseId: string, patience: AbortSignal): Promise<CaseView | undefined>;
  /** Open cases of a flow. */
  open(flow: string): Iterable<CaseView>;
  /**
   * The newest closed cases of a flow whose column has this value, newest first. Where the store is a database, of the 5,000 that were
   * closed last, and `read` knows no others.
   */
  closed(
    flow: string,
    where: { readonly column: string; readonly value: ColumnValue } | undefined,
    limit: number,
  ): readonly CaseView[];
  /**
   * The same of all that were ever closed: waits for the index as long as `patience` has not aborted, or asks the database.
   * @throws {AppError} `store.indexing`, `store.unavailable` (both retryable)
   */
  recall(
    flow: string,
    where: { readonly column: string; readonly value: ColumnValue },
    limit: number,
    patience: AbortSignal,
  ): Promise<readonly CaseView[]>;
  link(caseId: string, link: Link): Promise<void>;
  cursor(name: string): number;
  /** Stores text beside the case. Resolves when durable: call before the event that refers to it. */
  putText(caseId: string, text: string): Promise<TextRef>;
  /** The text, or undefined when it was erased. */
  text(caseId: string, ref: TextRef): string | undefined;
  /** How many texts of this case are there. */
  textCount(caseId: string): Promise<number>;
  /** All of them, or those with these digests. */
  eraseTexts(caseId: string, only?: readonly string[]): Promise<void>;
  /** Sequence and head of the newest durable line. */
  head(): { readonly seq: number; readonly head: string };
  /** Entries after `seq`, in order, as far as they are durable now. */
  entries(afterSeq: number): AsyncIterable<JournalEntry>;
  /** Called after each durable commit, in order. Returns how to stop. */
  onCommit(listener: (entry: JournalEntry) => void): () => void;
  /** Starts delivering timers and commands. Handlers must cover every command of every registered flow. */
  run(handlers: Readonly<Record<string, CommandHandler>>): void;
  /** True when the store refuses to open new cases (disk full) while still taking. */
  readonly degraded: boolean;
  /** Stops taking new work, lets running handlers end, checkpoints, closes. */
  close(): Promise<void>;
}
