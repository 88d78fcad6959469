import { z } from 'zod';
import type { PostgresSetting } from '../../../config/parts.ts';
import type { Log } from '../../../observe/log.ts';
import { openPostgres } from './open-postgres.ts';
import { ensureTables } from './tables.ts';

/** One small text that lies beside the lines and is no part of them. */
export interface Note {
  /** As it was when the note was opened. */
  readonly text: string | undefined;
  /** Resolves when durable. Does not ask who holds the lease: only the program that runs as the writer may use it. */
  write(this: void, text: string): Promise<void>;
  close(this: void): Promise<void>;
}

const noteSchema = z.array(z.object({ value: z.string() }));

/** @throws {AppError} those of `openPostgres`, `store.format` */
export async function openNote(setting: PostgresSetting, name: string, log: Log): Promise<Note> {
  const db = await openPostgres({ setting, log });
  try {
    await ensureTables(db);
    const [found] = noteSchema.parse(await db.query(`SELECT value FROM ${db.schema}.notes WHERE name = $1`, [name]));
    return {
      text: found?.value,
      async write(text) {
        await db.transaction((queries) =>
          queries.query(
            `INSERT INTO ${db.schema}.notes VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
            [name, text],
          ),
        );
      },
      close: () => db.close(),
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}
