import { z } from 'zod';
import { CHAIN_PARTS, digestOf, parseLine, type Place } from '../../line-bytes.ts';
import type { Line } from '../../store.ts';
import type { Postgres } from './open-postgres.ts';
import { damaged } from './rows.ts';

const LINES_AT_ONCE = 500;
const VERIFIED_AT_ONCE = 1_000;

const lineSchema = z.array(z.object({ seq: z.coerce.number(), line: z.instanceof(Uint8Array) }));

/** The lines after `afterSeq` up to `lastSeq`. @throws {AppError} `store.corrupt`, `store.unavailable` */
export async function* readLines(
  db: Postgres,
  afterSeq: number,
  lastSeq: number,
): AsyncGenerator<{ readonly line: Line; readonly head: string }> {
  let seq = afterSeq;
  while (seq < lastSeq) {
    const rows = lineSchema.parse(
      await db.query(`SELECT seq, line FROM ${db.schema}.lines WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`, [
        seq,
        lastSeq,
        LINES_AT_ONCE,
      ]),
    );
    if (rows.length === 0) throw damaged(`line ${seq + 1} is missing`);
    for (const row of rows) {
      const line = parseLine(row.line);
      if (line === undefined || row.seq !== seq + 1) throw damaged(`line ${seq + 1} is missing or damaged`);
      yield { line, head: digestOf(row.line) };
      seq = row.seq;
    }
  }
}

const wrongSchema = z.array(z.object({ seq: z.coerce.number() }));

/**
 * Follows the chain from `begin` to `end`. The database does it, over the raw bytes, so that a long journal need not travel.
 * @throws {AppError} `store.corrupt`, `store.unavailable`
 */
export async function verifyLines(db: Postgres, begin: Place, end: Place, isStopped: () => boolean): Promise<void> {
  const [start, middle, stop] = CHAIN_PARTS;
  for (let from = begin.seq + 1; from <= end.seq && !isStopped(); from += VERIFIED_AT_ONCE) {
    const to = Math.min(end.seq, from + VERIFIED_AT_ONCE - 1);
    // The line before is read too, but not judged; a line that is missing shows in the one that follows it.
    const [wrong] = wrongSchema.parse(
      await db.query(
        `SELECT seq FROM (
           SELECT seq, line, head, lag(head) OVER (ORDER BY seq) AS prev FROM ${db.schema}.lines WHERE seq BETWEEN $1 AND $2
         ) AS chain,
         LATERAL convert_to($3 || seq || $4 || coalesce(prev, $6) || $5, 'UTF8') AS beginning
         WHERE seq > $1 AND (head <> encode(sha256(line), 'hex') OR substr(line, 1, length(beginning)) <> beginning)
         ORDER BY seq LIMIT 1`,
        [from - 1, to, start, middle, stop, begin.head],
      ),
    );
    if (wrong !== undefined) throw damaged(`line ${wrong.seq} is damaged, or does not follow the one before`);
  }
}
