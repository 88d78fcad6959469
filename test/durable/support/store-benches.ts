import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { z } from 'zod';
import { verifyJournal } from '../../../src/cli/journal.ts';
import { digestOf, follows, parseLine, START } from '../../../src/durable/line-bytes.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import { openRuntime } from '../../../src/durable/runtime.ts';
import { doorFlow, silent, virtualClock, workbench, type Bench } from './durable-world.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';

/** A store whatever it is made of, with what a test must do to it from outside. */
export interface StoreBench extends Bench {
  /** Does anything that is kept, wherever, contain this text? */
  holds(text: string): Promise<boolean>;
  /** Every line is there, and follows the one before. */
  isWhole(): Promise<boolean>;
  /** Somebody changes a person's text behind our back. */
  changeText(from: string, to: string): Promise<void>;
}

export interface PostgresBench extends StoreBench {
  readonly schema: string;
  readonly server: PostgresServer;
}

export const STORES = ['lowdb', 'postgres'] as const;

/** What the tests of one file make their stores from; a database server is started for them, once. */
export function benchesOf(store: (typeof STORES)[number]): () => StoreBench {
  if (store === 'lowdb') return lowdbBench;
  const server = postgresForAll();
  return () => postgresBench(server());
}

/** One server for the tests of a file. */
export function postgresForAll(): () => PostgresServer {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  return () => {
    if (server === undefined) throw new Error('the database was not started');
    return server;
  };
}

function lowdbBench(): StoreBench {
  const bench = workbench();
  const files = () => readdirSync(bench.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return {
    ...bench,
    holds: async (text) => files().some((file) => readFileSync(join(file.parentPath, file.name)).includes(text)),
    isWhole: async () => (await verifyJournal(bench.folder)).consistent,
    async changeText(from, to) {
      for (const name of readdirSync(join(bench.folder, 'texts'))) {
        const file = join(bench.folder, 'texts', name);
        writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
      }
    },
  };
}

let schemas = 0;
const linesSchema = z.array(z.object({ line: z.instanceof(Uint8Array), head: z.string() }));

/** A schema of its own: beginning with nothing costs no new server. */
export function postgresBench(server: PostgresServer): PostgresBench {
  const schema = `bench_${++schemas}`;
  const clock = virtualClock();
  const opened: Runtime[] = [];
  return {
    schema,
    server,
    clock,
    async open(change = {}) {
      const { limits, ...rest } = change;
      const runtime = await openRuntime({
        flows: [doorFlow],
        store: { postgres: server.setting(schema) },
        clock,
        log: silent,
        ...rest,
        limits: { closeGraceMs: 200, ...limits },
      });
      opened.push(runtime);
      return runtime;
    },
    async clear() {
      for (const runtime of opened) await runtime.close();
    },
    async holds(text) {
      const dumps = ['lines', 'cases', 'texts', 'cursors', 'notes'].map(
        (table) => `SELECT 1 FROM ${schema}.${table} AS row WHERE row::text LIKE $1`,
      );
      const bytes = `SELECT 1 FROM ${schema}.lines WHERE convert_from(line, 'UTF8') LIKE $1`;
      return (await server.sql([...dumps, bytes].join(' UNION ALL '), [`%${text}%`])).length > 0;
    },
    async isWhole() {
      const rows = linesSchema.parse(await server.sql(`SELECT line, head FROM ${schema}.lines ORDER BY seq`));
      let place = START;
      for (const { line, head } of rows) {
        if (!follows(line, place) || digestOf(line) !== head) return false;
        place = { seq: place.seq + 1, head, epoch: parseLine(line)?.epoch ?? 0 };
      }
      return rows.length > 0;
    },
    async changeText(from, to) {
      await server.sql(`UPDATE ${schema}.texts SET text_json = replace(text_json, $1, $2)`, [from, to]);
    },
  };
}
