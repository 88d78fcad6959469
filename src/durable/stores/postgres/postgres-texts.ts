import { codeOf } from '../../../access/core/app-error.ts';
import { point } from '../../../access/core/point.ts';
import { saltText, textOf } from '../../salted-text.ts';
import { createSerial } from '../../serial.ts';
import type { Store } from '../../store.ts';
import type { Fence } from './fence.ts';
import type { KnownCases } from './known-cases.ts';
import type { Postgres, Queries } from './open-postgres.ts';
import { unavailable } from './postgres-error.ts';
import { readTexts } from './rows.ts';

/** Texts of people beside the lines, so that they can be erased while the chain still verifies. */
export function createPostgresTexts(
  db: Postgres,
  fence: Fence,
  known: KnownCases,
): Pick<Store, 'putText' | 'text' | 'textCount' | 'eraseTexts'> {
  const serial = createSerial();
  // A lost answer does no harm here: nothing refers to a text that nobody was told of, and erasing can be repeated.
  const run = (work: (queries: Queries) => Promise<unknown>) =>
    fence.run(work).catch((error: unknown) => {
      throw codeOf(error) === 'store.in-doubt' ? unavailable(error) : error;
    });
  return {
    putText: (caseId, text) =>
      serial.run(caseId, async () => {
        const row = saltText(text);
        const values = [caseId, row.digest, row.salt, JSON.stringify(row.text)];
        await run((queries) => queries.query(`INSERT INTO ${db.schema}.texts VALUES ($1, $2, $3, $4)`, values));
        point('store.text-written');
        known.setTexts(caseId, [...known.texts(caseId), row]);
        return { textDigest: row.digest };
      }),
    text: (caseId, { textDigest }) => textOf(known.texts(caseId), textDigest),
    textCount: async (caseId) => (await readTexts(db, [caseId])).get(caseId)?.length ?? 0,
    eraseTexts: (caseId, only) =>
      serial.run(caseId, async () => {
        const sql = `DELETE FROM ${db.schema}.texts WHERE case_id = $1 AND ($2::text[] IS NULL OR digest = ANY ($2))`;
        await run((queries) => queries.query(sql, [caseId, only ?? null]));
        known.setTexts(caseId, only === undefined ? [] : known.texts(caseId).filter(({ digest }) => !only.includes(digest)));
      }),
  };
}
