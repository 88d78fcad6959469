import { z } from 'zod';
import { AppError, codeOf } from '../../../access/core/app-error.ts';
import { digestOf, parseLine, type Place } from '../../line-bytes.ts';
import { readGenesis } from './genesis.ts';
import type { Postgres, Queries } from './open-postgres.ts';

/** The right to write: a row that every commit locks and checks, so that one writer follows another and never beside it. */
export interface Fence {
  readonly epoch: number;
  /** Where its first line follows on: nothing, or what a lost journal had got to. */
  readonly begin: Place;
  /** Where the journal ended when the lease was taken. */
  readonly end: Place;
  /**
   * A transaction that only the active writer gets through. It renews the lease. `after`: the line that must still be the last one
   * known to us, so that a database put back to an older state is not written on. `isReadOnly`: the server was set to refuse
   * writes unless somebody insists, as we do; its disk is nearly full.
   * @throws {AppError} `store.fenced`, `store.rolled-back` (both after `onLost`), `store.in-doubt`, and the database's
   */
  run<T>(work: (queries: Queries, isReadOnly: boolean) => Promise<T>, after?: Place): Promise<T>;
  /** Head of this line, if there is one: asked when no transaction of any writer is under way, so that the answer is final. */
  settled(seq: number): Promise<string | undefined>;
  /** Others need not wait for the lease to lapse. Does nothing when it is somebody else's by now. */
  release(): Promise<void>;
}

export interface FenceOptions {
  readonly db: Postgres;
  /** How long an owner may be silent before others take over. Told to others in the row: theirs may differ. */
  readonly leaseMs: number;
  /** Who we are, for whoever finds the lease held. */
  readonly owner: string;
  readonly onLost: (error: AppError) => void;
  readonly onSaid: (isReadOnly: boolean) => void;
}

const writerSchema = z.object({ owner: z.string().nullable(), left_ms: z.coerce.number().nullable() });
const tailSchema = z.object({ seq: z.coerce.number(), line: z.instanceof(Uint8Array), head: z.string() });
const epochSchema = z.object({ epoch: z.coerce.number() });
const saidSchema = z.object({ tail: z.string().nullable(), read_only: z.boolean() });
const headSchema = z.object({ head: z.string() });

/**
 * Takes the lease when nobody holds it, or its holder was silent for too long by the database's clock. A holder that is only slow
 * finds its epoch outdated at its next commit.
 * @throws {AppError} `store.locked` (retryable, with how long the lease still runs), `store.corrupt`
 */
export async function takeFence(options: FenceOptions): Promise<Fence> {
  const { db, leaseMs, owner, onLost } = options;
  const { schema } = db;
  const { epoch, begin, end } = await db.transaction(async (queries) => {
    // A clock that was set back must not make a dead owner's lease last: either direction counts as silence.
    const [found] = await queries.query(
      `SELECT owner, lease_ms - abs(extract(epoch FROM clock_timestamp() - heartbeat_at)) * 1000 AS left_ms
       FROM ${schema}.writer WHERE one = 1 FOR UPDATE`,
    );
    const held = writerSchema.parse(found);
    if (held.owner !== null && (held.left_ms ?? 0) > 0) throw locked(held.owner, held.left_ms ?? 0);
    // Nobody else commits while we hold the row: this is the end, and what it says is final.
    const [tail] = await queries.query(`SELECT seq, line, head FROM ${schema}.lines ORDER BY seq DESC LIMIT 1`);
    const first = await readGenesis(queries, schema);
    const last = tail === undefined ? first : placeOf(tailSchema.parse(tail));
    const [taken] = await queries.query(
      `UPDATE ${schema}.writer SET epoch = greatest(epoch, $1) + 1, owner = $2, heartbeat_at = clock_timestamp(), lease_ms = $3
       WHERE one = 1 RETURNING epoch`,
      [last.epoch, owner, leaseMs],
    );
    return { epoch: epochSchema.parse(taken).epoch, begin: first, end: last };
  });

  const enter = async (queries: Queries, after: Place | undefined): Promise<boolean> => {
    const [found] = await queries.query(
      `UPDATE ${schema}.writer SET heartbeat_at = clock_timestamp() WHERE one = 1 AND epoch = $1
       RETURNING (SELECT head FROM ${schema}.lines WHERE seq = $2) AS tail,
         current_setting('default_transaction_read_only') = 'on' AS read_only`,
      [epoch, after?.seq ?? 0],
    );
    if (found === undefined) throw fenced(epoch);
    const { tail, read_only: isReadOnly } = saidSchema.parse(found);
    if (after !== undefined && after.seq > begin.seq && tail !== after.head) throw rolledBack(after);
    options.onSaid(isReadOnly);
    return isReadOnly;
  };

  return {
    epoch,
    begin,
    end,
    async run(work, after) {
      try {
        return await db.transaction(async (queries) => work(queries, await enter(queries, after)));
      } catch (error) {
        if (error instanceof AppError && isLost(error)) onLost(error);
        throw error;
      }
    },
    settled: (seq) =>
      db.transaction(async (queries) => {
        // Waits for whoever holds the row, be it a COMMIT of ours that is still on its way.
        await queries.query(`SELECT epoch FROM ${schema}.writer WHERE one = 1 FOR UPDATE`);
        const [found] = await queries.query(`SELECT head FROM ${schema}.lines WHERE seq = $1`, [seq]);
        return found === undefined ? undefined : headSchema.parse(found).head;
      }),
    async release() {
      await db.transaction((queries) =>
        queries.query(`UPDATE ${schema}.writer SET owner = NULL WHERE one = 1 AND epoch = $1`, [epoch]),
      );
    },
  };
}

/** Whoever sees one of these may write no more, whatever it was about to do. */
function isLost(error: unknown): boolean {
  return codeOf(error) === 'store.fenced' || codeOf(error) === 'store.rolled-back';
}

function fenced(epoch: number): AppError {
  return new AppError('store.fenced', `another process has taken over from writer ${epoch}`, {
    hint: 'This one was silent for too long, and ends. The other one goes on with everything that is open.',
  });
}

function rolledBack({ seq }: Place): AppError {
  return new AppError('store.rolled-back', `the database does not hold line ${seq}, which it had confirmed`, {
    hint: 'It was put back to an older state, or a standby that was behind took over. Find out before anything else is given.',
  });
}

function locked(owner: string, leftMs: number): AppError {
  return new AppError('store.locked', `the store is held by ${owner}`, {
    retryable: true,
    retryAfterMs: Math.ceil(leftMs),
    hint: 'Another Hallpass works on these tables. It is let in as soon as that one ends, or is silent for long enough.',
  });
}

function placeOf({ seq, line, head }: z.infer<typeof tailSchema>): Place {
  const parsed = parseLine(line);
  if (parsed?.seq !== seq || digestOf(line) !== head)
    throw new AppError('store.corrupt', `line ${seq}, the last one, is damaged`, {
      hint: 'The tables were changed by something else. Restore the database from a backup; nothing was changed.',
    });
  return { seq, head, epoch: parsed.epoch };
}
