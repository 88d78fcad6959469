import { z } from 'zod';
import { canonicalOf } from '../../access/core/canonical.ts';
import { requestIdSchema } from '../../access/core/perimeter-api.ts';
import { checkedForStore, type EvidenceStore, readStored, unavailable } from './evidence-store.ts';

/** One statement on whatever connection is free; as `query` of a pool of `pg`. */
export type Query = (sql: string, params: readonly unknown[]) => Promise<{ readonly rows: readonly unknown[] }>;

const TABLE = `
  create table if not exists hallpass_evidence (
    request_id text not null,
    digest text not null,
    record text not null,
    primary key (request_id, digest)
  )`;

const rowSchema = z.object({ digest: z.string(), record: z.string() });

/** One row a record, next to the tables of the ledger. Makes its table; may be opened by several processes at once. */
export async function openPostgresEvidence(query: Query): Promise<EvidenceStore> {
  const ask = async (what: string, sql: string, params: readonly unknown[]): Promise<readonly unknown[]> => {
    try {
      return (await query(sql, params)).rows;
    } catch (error) {
      throw unavailable(what, error);
    }
  };
  // Two that make it at the same moment: Postgres tells one of them that it exists, as an error.
  await ask('open', TABLE, []).catch(() => ask('open', 'select 1 from hallpass_evidence limit 0', []));
  return {
    async put(requestId, given) {
      const { digest, record } = checkedForStore(requestId, given);
      const sql = 'insert into hallpass_evidence (request_id, digest, record) values ($1, $2, $3) on conflict do nothing';
      await ask(`put ${requestId}`, sql, [requestId, digest, canonicalOf(record)]);
      return { digest };
    },
    async list(requestId) {
      const sql = 'select digest, record from hallpass_evidence where request_id = $1 order by digest collate "C"';
      const rows = await ask(`list ${requestId}`, sql, [requestIdSchema.parse(requestId)]);
      return z
        .array(rowSchema)
        .parse(rows)
        .map(({ digest, record }) => readStored(requestId, digest, Buffer.from(record, 'utf8')));
    },
    async count(requestId) {
      const rows = await ask(`count ${requestId}`, 'select 1 from hallpass_evidence where request_id = $1', [requestId]);
      return rows.length;
    },
    async erase(requestId) {
      await ask(`erase ${requestId}`, 'delete from hallpass_evidence where request_id = $1', [requestId]);
    },
  };
}
