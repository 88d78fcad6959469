import { z } from 'zod';
import type { PostgresSetting } from '../config/parts.ts';
import { openPostgres } from '../durable/stores/postgres/open-postgres.ts';
import { readGenesis } from '../durable/stores/postgres/genesis.ts';
import { verifyLines } from '../durable/stores/postgres/read-lines.ts';
import { readTexts } from '../durable/stores/postgres/rows.ts';
import type { Log } from '../observe/log.ts';
import type { CaseParts } from '../perimeter/evidence/export.ts';
import { caseMark, isLineOf } from './evidence-sources.ts';

const headSchema = z.array(z.object({ seq: z.coerce.number(), head: z.string() })).max(1);
const lineSchema = z.array(z.object({ line: z.instanceof(Uint8Array) }));

/** As `readCase` says; no lines where the database holds none of this request. */
export async function readPostgres(setting: PostgresSetting, requestId: string, log: Log): Promise<CaseParts> {
  const db = await openPostgres({ setting, log });
  try {
    const [head] = headSchema.parse(await db.query(`SELECT seq, head FROM ${db.schema}.lines ORDER BY seq DESC LIMIT 1`));
    if (head === undefined) return { lines: [], head: { seq: 0, head: '' }, texts: [] };
    await verifyLines(db, await readGenesis(db, db.schema), { ...head, epoch: 0 }, () => false);
    const rows = await db.query(
      `SELECT line FROM ${db.schema}.lines WHERE seq <= $1 AND position($2::bytea IN line) > 0 ORDER BY seq`,
      [head.seq, Buffer.from(caseMark(requestId), 'utf8')],
    );
    const lines = lineSchema.parse(rows).map(({ line }) => Buffer.from(line).toString('utf8'));
    const texts = (await readTexts(db, [requestId])).get(requestId) ?? [];
    return { lines: lines.filter(isLineOf(requestId, head.seq)), head, texts };
  } finally {
    await db.close();
  }
}
