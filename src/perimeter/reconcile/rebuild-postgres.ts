import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import { type Clock, instantOf } from '../../access/core/clock.ts';
import type { PostgresSetting } from '../../config/parts.ts';
import { openRuntime } from '../../durable/runtime.ts';
import { writeGenesis } from '../../durable/stores/postgres/genesis.ts';
import { openPostgres, type Postgres } from '../../durable/stores/postgres/open-postgres.ts';
import { ensureTables } from '../../durable/stores/postgres/tables.ts';
import type { Log } from '../../observe/log.ts';
import { perimeterFlows } from '../perimeter-flows.ts';
import { type Rebuild, writeLedger } from './write-ledger.ts';

const NAME_MAX_CHARS = 63;
/** What stays under the new ledger: texts are known by their digests, evidence by its own. */
const KEPT = ['texts', 'hallpass_evidence'];
const ownerSchema = z.array(z.object({ epoch: z.coerce.number(), is_held: z.boolean() }));
const thereSchema = z.array(z.object({ there: z.boolean() })).length(1);

/**
 * Writes the new ledger into a schema beside the old one, then both change their names in one transaction: it happens or it does not. The
 * old schema stays. Resolves with its name. @throws {AppError} `store.locked` when somebody took the lease meanwhile, and `store.*`
 */
export async function rebuildPostgres(setting: PostgresSetting, rebuild: Rebuild, clock: Clock, log: Log): Promise<string> {
  const stamp = instantOf(clock.now()).replaceAll(/\D/g, '').slice(0, 14);
  const named = (suffix: string) => `${setting.schema.slice(0, NAME_MAX_CHARS - suffix.length)}${suffix}`;
  const [archive, fresh] = [named(`_archive_${stamp}`), named('_rebuilt')];
  const db = await openPostgres({ setting, log });
  try {
    await db.transaction((queries) => queries.query(`DROP SCHEMA IF EXISTS "${fresh}" CASCADE`));
    await makeFresh({ ...setting, schema: fresh }, rebuild, log);
    const runtime = await openRuntime({ flows: perimeterFlows, store: { postgres: { ...setting, schema: fresh } }, clock, log });
    try {
      await writeLedger(runtime, rebuild, archive);
    } finally {
      await runtime.close();
    }
    await swap(db, setting.schema, fresh, archive);
    return archive;
  } finally {
    await db.close();
  }
}

async function makeFresh(setting: PostgresSetting, { genesis }: Rebuild, log: Log): Promise<void> {
  const db = await openPostgres({ setting, log });
  try {
    await ensureTables(db);
    await db.transaction((queries) => writeGenesis(queries, db.schema, genesis));
  } finally {
    await db.close();
  }
}

/** A writer of the old ledger that wakes up later must find an epoch that is not its own. */
async function swap(db: Postgres, old: string, fresh: string, archive: string): Promise<void> {
  await db.transaction(async (queries) => {
    const isOld = thereSchema.parse(await queries.query('SELECT to_regclass($1) IS NOT NULL AS there', [`"${old}".writer`]))[0];
    if (isOld?.there === true) {
      const [writer] = ownerSchema.parse(
        await queries.query(
          `SELECT epoch, owner IS NOT NULL AND lease_ms - abs(extract(epoch FROM clock_timestamp() - heartbeat_at)) * 1000 > 0 AS is_held
           FROM "${old}".writer WHERE one = 1 FOR UPDATE`,
        ),
      );
      if (writer?.is_held === true)
        throw new AppError('store.locked', 'the perimeter was started meanwhile', { hint: 'Stop it, and run this again.' });
      for (const table of KEPT) {
        const [found] = thereSchema.parse(
          await queries.query('SELECT to_regclass($1) IS NOT NULL AS there', [`"${old}".${table}`]),
        );
        if (found?.there !== true) continue;
        await queries.query(`DROP TABLE IF EXISTS "${fresh}".${table}`);
        await queries.query(`ALTER TABLE "${old}".${table} SET SCHEMA "${fresh}"`);
      }
      await queries.query(`UPDATE "${fresh}".writer SET epoch = greatest(epoch, $1) + 1, owner = NULL`, [writer?.epoch ?? 0]);
      await queries.query(`ALTER SCHEMA "${old}" RENAME TO "${archive}"`);
    }
    await queries.query(`ALTER SCHEMA "${fresh}" RENAME TO "${old}"`);
  });
}
