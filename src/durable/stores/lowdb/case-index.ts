import { hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { ColumnValue } from '../../port.ts';
import type { CaseRecord } from '../../store.ts';

/** Closed cases, for questions about the past. A cache: deleted, it is built again from the journal. */
export interface CaseIndex {
  /** The newest line that is read in; 0 for an empty index. */
  readonly place: { readonly seq: number; readonly head: string };
  get(caseId: string): CaseRecord | undefined;
  newest(
    flow: string,
    where: { readonly column: string; readonly value: ColumnValue } | undefined,
    limit: number,
  ): readonly CaseRecord[];
  /** Reads in closed cases, up to that line. `firmly`: also against a power cut. */
  put(records: readonly CaseRecord[], place: { readonly seq: number; readonly head: string }, firmly: boolean): void;
  clear(): void;
  close(): void;
}

/** Grows when the tables change: an index of another version is thrown away. */
const VERSION = 2;
const TABLES = `
  CREATE TABLE closed (id INTEGER PRIMARY KEY, case_id TEXT NOT NULL UNIQUE, flow TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL);
  CREATE INDEX closed_by_flow ON closed (flow, seq);
  CREATE TABLE columns (key INTEGER NOT NULL, seq INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (key, seq, id)) WITHOUT ROWID;
  CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, head TEXT NOT NULL);
  PRAGMA user_version = ${VERSION};`;

export function openCaseIndex(path: string): CaseIndex {
  let database: DatabaseSync;
  try {
    database = openDatabase(path);
  } catch (error) {
    if (!isUseless(error)) throw error;
    // Damaged or of another kind: it holds nothing that the journal does not.
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    database = openDatabase(path);
  }
  return indexOn(database);
}

class OtherVersion extends Error {}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isUseless(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'errcode') : undefined;
  return error instanceof OtherVersion || code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096;');
    const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version === 0) database.exec(`BEGIN; ${TABLES} COMMIT;`);
    else if (version !== VERSION) throw new OtherVersion('an index of another version');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function indexOn(database: DatabaseSync): CaseIndex {
  const select = database.prepare('SELECT id, record FROM closed WHERE case_id = ?');
  const newest = database.prepare('SELECT record FROM closed WHERE flow = ? ORDER BY seq DESC LIMIT ?');
  const newestWhere = database.prepare(
    'SELECT record FROM columns JOIN closed USING (id) WHERE key = ? ORDER BY columns.seq DESC LIMIT ?',
  );
  const insert = database.prepare('INSERT INTO closed (case_id, flow, seq, record) VALUES (?, ?, ?, ?)');
  const insertColumn = database.prepare('INSERT OR REPLACE INTO columns VALUES (?, ?, ?)');
  const drop = database.prepare('DELETE FROM closed WHERE id = ?');
  const dropColumn = database.prepare('DELETE FROM columns WHERE key = ? AND seq = ? AND id = ?');
  const setPlace = database.prepare('INSERT OR REPLACE INTO place VALUES (1, ?, ?)');
  const stored = database.prepare('SELECT seq, head FROM place').get();
  let place = { seq: Number(stored?.['seq'] ?? 0), head: String(stored?.['head'] ?? '') };

  const replace = (record: CaseRecord): void => {
    const known = select.get(record.caseId);
    if (known !== undefined) {
      const before = recordOf(known);
      for (const key of keysOf(before)) dropColumn.run(key, before.seq, Number(known['id']));
      drop.run(Number(known['id']));
    }
    const id = insert.run(record.caseId, record.flow, record.seq, JSON.stringify(record)).lastInsertRowid;
    for (const key of keysOf(record)) insertColumn.run(key, record.seq, id);
  };

  return {
    get place() {
      return place;
    },
    get(caseId) {
      const row = select.get(caseId);
      return row === undefined ? undefined : recordOf(row);
    },
    newest(flow, where, limit) {
      if (where === undefined) return newest.all(flow, limit).map(recordOf);
      const { column, value } = where;
      // Two values can share a key, once in a hundred thousand billion: the record itself decides.
      return newestWhere
        .all(columnKey(flow, column, value), limit)
        .map(recordOf)
        .filter((record) => record.flow === flow && record.columns[column] === value);
    },
    put(records, upTo, firmly) {
      database.exec(`PRAGMA synchronous = ${firmly ? 'FULL' : 'NORMAL'}; BEGIN`);
      try {
        for (const record of records) replace(record);
        setPlace.run(upTo.seq, upTo.head);
        database.exec('COMMIT');
        place = { seq: upTo.seq, head: upTo.head };
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    clear() {
      database.exec('BEGIN; DELETE FROM closed; DELETE FROM columns; DELETE FROM place; COMMIT');
      place = { seq: 0, head: '' };
    },
    close() {
      database.close();
    },
  };
}

const keysOf = ({ flow, columns }: CaseRecord): readonly number[] =>
  Object.entries(columns).map(([name, value]) => columnKey(flow, name, value));

/** 48 bits stand for flow, column and value: the values are long, and every closed case has several. */
function columnKey(flow: string, column: string, value: ColumnValue): number {
  return Number.parseInt(hash('sha256', JSON.stringify([flow, column, value]), 'hex').slice(0, 12), 16);
}

function recordOf(row: Record<string, unknown>): CaseRecord {
  // Written by `put` alone; whoever can change this file can change the journal, which is verified.
  return JSON.parse(String(row['record'])) as CaseRecord;
}
