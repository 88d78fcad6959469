import { hash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../../access/core/app-error.ts';
import type { ColumnValue } from '../../port.ts';
import type { SaltedText } from '../../salted-text.ts';
import { isOpen, matches, type CaseRecord, type Committed } from '../../store.ts';
import type { Postgres, Queries } from './open-postgres.ts';

const caseSchema = z.array(z.object({ case_id: z.string(), seq: z.coerce.number(), record: z.string() }));
const textSchema = z.array(z.object({ case_id: z.string(), digest: z.string(), salt: z.string(), text_json: z.string() }));
const cursorSchema = z.array(z.object({ name: z.string(), value: z.number() }));

/** Everything that a start needs; the caller holds the lease, so nothing of it changes meanwhile. */
export interface Loaded {
  readonly open: readonly CaseRecord[];
  /** Oldest first. */
  readonly closed: readonly CaseRecord[];
  readonly cursors: ReadonlyMap<string, number>;
}

export async function load(db: Postgres, closedKept: number): Promise<Loaded> {
  const { schema } = db;
  const open = await db.query(`SELECT case_id, seq, record FROM ${schema}.cases WHERE is_open ORDER BY seq`);
  const closed = await db.query(`SELECT case_id, seq, record FROM ${schema}.cases WHERE NOT is_open ORDER BY seq DESC LIMIT $1`, [
    closedKept,
  ]);
  const cursors = cursorSchema.parse(await db.query(`SELECT name, value FROM ${schema}.cursors`));
  return {
    open: recordsOf(open),
    closed: recordsOf(closed).toReversed(),
    cursors: new Map(cursors.map(({ name, value }) => [name, value])),
  };
}

export async function readRecords(db: Postgres, caseIds: readonly string[]): Promise<Map<string, CaseRecord>> {
  if (caseIds.length === 0) return new Map();
  const found = await db.query(`SELECT case_id, seq, record FROM ${db.schema}.cases WHERE case_id = ANY($1::text[])`, [caseIds]);
  return new Map(recordsOf(found).map((record) => [record.caseId, record]));
}

/** Closed ones whose column has this value, newest first. */
export async function readClosedBy(db: Postgres, flow: string, where: Where, limit: number): Promise<readonly CaseRecord[]> {
  const found = await db.query(
    `SELECT case_id, seq, record FROM ${db.schema}.cases WHERE NOT is_open AND keys @> ARRAY[$1] ORDER BY seq DESC LIMIT $2`,
    [keyOf(flow, where.column, where.value), limit],
  );
  // Two values can share a key, once in ten billion billion: the record itself decides.
  return recordsOf(found).filter((record) => record.flow === flow && matches(record, where));
}

interface Where {
  readonly column: string;
  readonly value: ColumnValue;
}

const keysOf = ({ flow, columns }: CaseRecord): readonly string[] =>
  Object.entries(columns).map(([name, value]) => keyOf(flow, name, value));

/** 64 bits stand for flow, column and value: the values are long, and every case has several. */
function keyOf(flow: string, column: string, value: ColumnValue): string {
  return hash('sha256', JSON.stringify([flow, column, value]), 'hex').slice(0, 16);
}

function recordsOf(rows: readonly unknown[]): readonly CaseRecord[] {
  return caseSchema.parse(rows).map(({ case_id: caseId, seq, record: text }) => {
    // Written by `insertLines` alone, together with the two columns that are checked here.
    const record = JSON.parse(text) as CaseRecord;
    if (record.caseId !== caseId || record.seq !== seq)
      throw damaged(`the row of case ${caseId} is not the one that was written`);
    return record;
  });
}

export async function readTexts(db: Postgres, caseIds: readonly string[]): Promise<ReadonlyMap<string, readonly SaltedText[]>> {
  if (caseIds.length === 0) return new Map();
  const rows = textSchema.parse(
    await db.query(`SELECT case_id, digest, salt, text_json FROM ${db.schema}.texts WHERE case_id = ANY($1::text[])`, [caseIds]),
  );
  const byCase = Map.groupBy(rows, (row) => row.case_id);
  return new Map(
    [...byCase].map(([caseId, found]) => [
      caseId,
      found.map(({ digest, salt, text_json: text }) => ({ digest, salt, text: String(JSON.parse(text)) })),
    ]),
  );
}

/** Lines, the rows of their cases and the cursors, as one transaction leaves them. */
export async function insertLines(
  queries: Queries,
  schema: string,
  lines: readonly (Committed & { readonly bytes: Uint8Array })[],
): Promise<void> {
  await queries.query(
    `INSERT INTO ${schema}.lines (seq, line, head) SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[])`,
    [lines.map(({ line }) => line.seq), lines.map(({ bytes }) => bytes), lines.map(({ head }) => head)],
  );
  const records = [...new Map(lines.map(({ record }) => [record.caseId, record])).values()];
  await queries.query(
    `INSERT INTO ${schema}.cases (case_id, flow, seq, is_open, record, keys)
     SELECT one, two, three, four, five, string_to_array(six, ' ')
     FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::text[], $6::text[]) AS rows (one, two, three, four, five, six)
     ON CONFLICT (case_id) DO UPDATE
     SET flow = excluded.flow, seq = excluded.seq, is_open = excluded.is_open, record = excluded.record, keys = excluded.keys`,
    [
      records.map(({ caseId }) => caseId),
      records.map(({ flow }) => flow),
      records.map(({ seq }) => seq),
      records.map(isOpen),
      records.map((record) => JSON.stringify(record)),
      records.map((record) => keysOf(record).join(' ')),
    ],
  );
  const cursors = new Map(lines.flatMap(({ line: { cursor } }) => (cursor === undefined ? [] : [[cursor.name, cursor.value]])));
  if (cursors.size === 0) return;
  await queries.query(
    `INSERT INTO ${schema}.cursors (name, value) SELECT * FROM unnest($1::text[], $2::double precision[])
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [[...cursors.keys()], [...cursors.values()]],
  );
}

export function damaged(what: string): AppError {
  return new AppError('store.corrupt', what, {
    hint: 'The tables were changed by something else. Restore the database from a backup; nothing was changed.',
  });
}
