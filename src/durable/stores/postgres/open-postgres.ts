import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { z } from 'zod';
import { AppError } from '../../../access/core/app-error.ts';
import type { PostgresSetting } from '../../../config/parts.ts';
import { readSecret } from '../../../identity/secret-source.ts';
import type { Log } from '../../../observe/log.ts';
import { addressOf } from './address.ts';
import { storeErrorOf } from './postgres-error.ts';

export interface Queries {
  /** Rows as the driver gives them: `bigint` comes as text. @throws {AppError} `store.*`, see postgres-error.ts */
  query(sql: string, params?: readonly unknown[]): Promise<readonly unknown[]>;
}

/** A few connections to one database, made again by themselves when they are lost. */
export interface Postgres extends Queries {
  /** The schema's name, quoted. */
  readonly schema: string;
  /**
   * Commits what `work` did, durably, before it resolves; rolls back when `work` throws.
   * @throws {AppError} `store.in-doubt` when the answer to COMMIT was lost: it may have happened, and may still happen
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface OpenPostgresOptions {
  readonly setting: PostgresSetting;
  readonly log: Log;
  /** How long a transaction may wait for this process, in milliseconds: then the database ends it and frees its locks. */
  readonly patienceMs?: number;
}

/** Apart, so that many who look something up cannot keep the one waiting who commits. */
const READING = 4;
const WRITING = 3;
const CONNECT_TIMEOUT_MS = 5_000;
/** For one statement, on the server; the driver waits a little longer, for a network that swallows the answer. */
const STATEMENT_TIMEOUT_MS = 20_000;
const LOCK_TIMEOUT_MS = 5_000;
const DEFAULT_PATIENCE_MS = 15_000;

/**
 * @throws {AppError} `secret.*`, `store.address`, `store.insecure`, `store.unavailable`, `store.refused`, `store.unsafe` (a server
 *   that does not write to disk, or not in UTF-8)
 */
export async function openPostgres(options: OpenPostgresOptions): Promise<Postgres> {
  const { setting, log, patienceMs = DEFAULT_PATIENCE_MS } = options;
  const config = {
    ...addressOf(readSecret(setting.connection), setting.ssl),
    application_name: 'hallpass',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + LOCK_TIMEOUT_MS,
    keepAlive: true,
  };
  const reading = poolOf({ ...config, max: READING }, log);
  const writing = poolOf({ ...config, max: WRITING }, log);
  const close = async (): Promise<void> => {
    await Promise.all([reading.end(), writing.end()]);
  };
  try {
    const level = await commitLevelOf(writing);
    // Local to each transaction, since a pooler in between may hand every one to another session.
    const begin = [
      'BEGIN READ WRITE',
      `SET LOCAL synchronous_commit = ${level}`,
      `SET LOCAL idle_in_transaction_session_timeout = ${patienceMs}`,
      `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
      `SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
    ].join('; ');
    return {
      schema: `"${setting.schema}"`,
      query: (sql, params) => rows(reading, sql, params),
      transaction: (work) => transaction(writing, begin, work),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function poolOf(config: PoolConfig, log: Log): Pool {
  const lost = (error: Error) => log.debug({ err: error }, 'a connection to the database was lost');
  // A pool listens only while a connection rests; one that is lost in use would end the process.
  return new Pool(config).on('error', lost).on('connect', (client) => client.on('error', lost));
}

async function transaction<T>(pool: Pool, begin: string, work: (queries: Queries) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => Promise.reject(storeErrorOf(error)));
  let result: T;
  try {
    await rows(client, begin);
    result = await work({ query: (sql, params) => rows(client, sql, params) });
  } catch (error) {
    const thrown = storeErrorOf(error);
    // What does not answer would not answer this either; the database rolls back when the connection ends.
    if (thrown.code === 'store.unavailable') client.release(true);
    else
      await rows(client, 'ROLLBACK').then(
        () => client.release(),
        () => client.release(true),
      );
    throw thrown;
  }
  try {
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') throw new AppError('store.failed', `COMMIT was answered by ${command}`);
  } catch (cause) {
    client.release(true);
    throw new AppError('store.in-doubt', 'the answer of the database to COMMIT was lost', { cause, retryable: true });
  }
  client.release();
  return result;
}

async function rows(on: Pool | PoolClient, sql: string, params: readonly unknown[] = []): Promise<readonly unknown[]> {
  try {
    // Without parameters several statements may go at once.
    const answer = params.length === 0 ? await on.query(sql) : await on.query(sql, [...params]);
    return answer.rows;
  } catch (error) {
    throw storeErrorOf(error);
  }
}

const serverSchema = z.object({ fsync: z.string(), level: z.string(), encoding: z.string() });

/** What COMMIT has to wait for: the disk at least, and more where the server was told so. */
async function commitLevelOf(pool: Pool): Promise<'on' | 'remote_apply'> {
  const [found] = await rows(
    pool,
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS level,
      current_setting('server_encoding') AS encoding`,
  );
  const { fsync, level, encoding } = serverSchema.parse(found);
  if (fsync !== 'on')
    throw new AppError('store.unsafe', 'this database does not write to its disk before it answers (fsync is off)', {
      hint: 'Set fsync = on: what was given must be known after a power cut.',
    });
  if (encoding !== 'UTF8')
    throw new AppError('store.unsafe', `this database stores text as ${encoding}`, { hint: 'Create it with ENCODING UTF8.' });
  return level === 'remote_apply' ? level : 'on';
}
