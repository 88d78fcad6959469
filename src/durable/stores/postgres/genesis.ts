import { z } from 'zod';
import { genesisText, parseGenesis } from '../../genesis-text.ts';
import type { Place } from '../../line-bytes.ts';
import type { Queries } from './open-postgres.ts';

const NOTE = 'genesis';
const noteSchema = z.array(z.object({ value: z.string() }));

/** Where the first line of this journal follows on. @throws {AppError} `store.corrupt` */
export async function readGenesis(queries: Queries, schema: string): Promise<Place> {
  const [found] = noteSchema.parse(await queries.query(`SELECT value FROM ${schema}.notes WHERE name = $1`, [NOTE]));
  return parseGenesis(found?.value, `the note ${NOTE} in ${schema}`);
}

/** For a journal without a line. */
export async function writeGenesis(queries: Queries, schema: string, place: Omit<Place, 'epoch'>): Promise<void> {
  await queries.query(`INSERT INTO ${schema}.notes VALUES ($1, $2)`, [NOTE, genesisText(place)]);
}
