import { z } from 'zod';
import { AppError } from '../../../access/core/app-error.ts';
import type { Postgres } from './open-postgres.ts';

/** Grows when the tables change; a program of another format does not touch them. */
const FORMAT = 1;

/** Records and texts are JSON and kept as text: `jsonb` refuses characters that people can type, and sorts keys. */
const tablesOf = (schema: string): string => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE ${schema}.lines (seq bigint PRIMARY KEY, line bytea NOT NULL, head text NOT NULL);
  CREATE TABLE ${schema}.cases (
    case_id text PRIMARY KEY, flow text NOT NULL, seq bigint NOT NULL, is_open boolean NOT NULL, record text NOT NULL,
    keys text[] NOT NULL);
  CREATE INDEX cases_open ON ${schema}.cases (case_id) WHERE is_open;
  CREATE INDEX cases_closed ON ${schema}.cases (seq) WHERE NOT is_open;
  CREATE INDEX cases_closed_by ON ${schema}.cases USING gin (keys) WHERE NOT is_open;
  CREATE TABLE ${schema}.texts (
    case_id text NOT NULL, digest text NOT NULL, salt text NOT NULL, text_json text NOT NULL, PRIMARY KEY (case_id, digest));
  CREATE TABLE ${schema}.cursors (name text PRIMARY KEY, value double precision NOT NULL);
  CREATE TABLE ${schema}.notes (name text PRIMARY KEY, value text NOT NULL);
  CREATE TABLE ${schema}.writer (
    one integer PRIMARY KEY CHECK (one = 1), format integer NOT NULL, epoch bigint NOT NULL,
    owner text, heartbeat_at timestamptz NOT NULL, lease_ms integer NOT NULL);
  INSERT INTO ${schema}.writer VALUES (1, ${FORMAT}, 0, NULL, clock_timestamp(), 0)`;

/** Any number that only we use: two processes that start at once must not both make the tables. */
const MAKING_TABLES = 4_857_301_946;

const foundSchema = z.array(z.object({ there: z.boolean() })).length(1);
const formatSchema = z.array(z.object({ format: z.number() })).length(1);

/**
 * Makes the schema and its tables when they are not there.
 * @throws {AppError} `store.forbidden`, `store.format` (made by another version), `store.unavailable`
 */
export async function ensureTables(db: Postgres): Promise<void> {
  if (!(await areThere(db))) {
    await db.transaction(async (queries) => {
      await queries.query('SELECT pg_advisory_xact_lock($1)', [MAKING_TABLES]);
      if (!(await areThere(db))) await queries.query(tablesOf(db.schema));
    });
  }
  const [found] = formatSchema.parse(await db.query(`SELECT format FROM ${db.schema}.writer`));
  if (found?.format !== FORMAT)
    throw new AppError('store.format', `the tables in ${db.schema} have format ${found?.format}, this program reads ${FORMAT}`, {
      hint: 'Start the version of Hallpass that made them, or name another schema.',
    });
}

/** The last one that is made stands for all: they are made in one transaction. */
async function areThere(db: Postgres): Promise<boolean> {
  const [found] = foundSchema.parse(await db.query(`SELECT to_regclass($1) IS NOT NULL AS there`, [`${db.schema}.writer`]));
  return found?.there === true;
}
