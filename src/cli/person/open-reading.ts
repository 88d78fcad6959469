import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import type { PostgresSetting, StoreSetting } from '../../config/parts.ts';
import type { SaltedText } from '../../durable/salted-text.ts';
import type { Line } from '../../durable/store.ts';
import { nodeFiles } from '../../durable/stores/lowdb/node-files.ts';
import { readEntries } from '../../durable/stores/lowdb/read-entries.ts';
import { readStanding } from '../../durable/stores/lowdb/read-standing.ts';
import { textRows } from '../../durable/stores/lowdb/texts.ts';
import type { Log } from '../../observe/log.ts';

/** A store as whoever only reads sees it, also while its process runs. */
export interface Reading {
  /** Where it is. */
  readonly place: string;
  /** All lines, as far as they were durable when it was opened; may be asked for again. */
  lines(): AsyncIterable<Line>;
  texts(caseId: string): Promise<readonly SaltedText[]>;
  close(): Promise<void>;
}

/** @throws {AppError} `usage.no-journal`, `store.*` */
export function openReading(setting: StoreSetting, log: Log): Promise<Reading> {
  return 'folder' in setting ? ofFolder(setting.folder) : ofPostgres(setting.postgres, log);
}

async function ofFolder(folder: string): Promise<Reading> {
  const journal = join(folder, 'journal');
  if (!existsSync(journal))
    throw new AppError('usage.no-journal', `${folder} holds no journal`, { hint: 'Look at store.folder in the configuration.' });
  const { end } = await readStanding(folder);
  return {
    place: folder,
    async *lines() {
      if (end.seq === 0) return;
      for await (const { line } of readEntries(nodeFiles, journal, 0, end.seq)) {
        yield line;
        // What follows may be half written.
        if (line.seq >= end.seq) return;
      }
    },
    texts: async (caseId) => textRows(nodeFiles, join(folder, 'texts'), caseId),
    close: () => Promise.resolve(),
  };
}

const headSchema = z.array(z.object({ seq: z.coerce.number() })).max(1);

async function ofPostgres(setting: PostgresSetting, log: Log): Promise<Reading> {
  // Only now: whoever keeps a folder need not load the driver.
  const [{ openPostgres }, { readGenesis }, { readLines }, { readTexts }] = await Promise.all([
    import('../../durable/stores/postgres/open-postgres.ts'),
    import('../../durable/stores/postgres/genesis.ts'),
    import('../../durable/stores/postgres/read-lines.ts'),
    import('../../durable/stores/postgres/rows.ts'),
  ]);
  const db = await openPostgres({ setting, log });
  const [head] = headSchema.parse(await db.query(`SELECT seq FROM ${db.schema}.lines ORDER BY seq DESC LIMIT 1`));
  const { seq: before } = await readGenesis(db, db.schema);
  return {
    place: `schema ${setting.schema}`,
    async *lines() {
      for await (const { line } of readLines(db, before, head?.seq ?? before)) yield line;
    },
    texts: async (caseId) => (await readTexts(db, [caseId])).get(caseId) ?? [],
    close: () => db.close(),
  };
}
