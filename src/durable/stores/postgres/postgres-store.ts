import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, codeOf } from '../../../access/core/app-error.ts';
import type { PostgresSetting } from '../../../config/parts.ts';
import type { Log } from '../../../observe/log.ts';
import { createFollowers } from '../../followers.ts';
import { endProcess } from '../../store-errors.ts';
import { isOpen, type CaseRecord, type Store } from '../../store.ts';
import { takeFence, type Fence } from './fence.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createKnownCases, type KnownCases } from './known-cases.ts';
import { createLineWriter } from './line-writer.ts';
import { openPostgres, type Postgres } from './open-postgres.ts';
import { createPostgresTexts } from './postgres-texts.ts';
import { readLines, verifyLines } from './read-lines.ts';
import { createRoom, type Room } from './room.ts';
import { damaged, load, readClosedBy, readRecords, readTexts } from './rows.ts';
import { ensureTables } from './tables.ts';

export interface PostgresLimits {
  /** How long the writer may be silent before another process takes over, in milliseconds, by the database's clock. */
  readonly leaseMs: number;
  /** Closed cases, the newest of all flows together, that `peek`, `closed` and `text` know; `find` knows every one. */
  readonly closedKept: number;
}

const DEFAULTS: PostgresLimits = { leaseMs: 15_000, closedKept: 5_000 };
const BEATS_A_LEASE = 3;
const VERIFY_AGAIN_AFTER_MS = 10_000;

export interface PostgresStoreOptions {
  readonly setting: PostgresSetting;
  readonly log: Log;
  readonly limits?: Partial<PostgresLimits>;
  /** What ends the process when another one writes now, or the database is not what it was. */
  readonly onFatal?: (error: AppError) => void;
}

/**
 * The store for more than one machine: one process writes, others wait for its lease. Timers and commands are part of the case's row
 * and delivered by the runtime of the writer, so there is no queue (pg-boss) beside it: it would be a second truth of what is due.
 * @throws {AppError} `store.locked` (retryable), `store.unavailable` (retryable), `store.corrupt`, `store.format`, and those of `openPostgres`
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { setting, log } = options;
  const { leaseMs, closedKept } = { ...DEFAULTS, ...options.limits };
  const onFatal = options.onFatal ?? ((error) => endProcess(log, error));
  const db = await openPostgres({ setting, log, patienceMs: leaseMs });
  let lost: AppError | undefined;
  const onLost = (error: AppError): void => {
    if (lost !== undefined) return;
    lost = error;
    onFatal(error);
  };
  try {
    await ensureTables(db);
    const room = createRoom(log);
    const owner = `${hostname()}, process ${process.pid}`;
    const fence = await takeFence({ db, leaseMs, owner, onLost, onSaid: (isReadOnly) => room.said(isReadOnly) });
    const stopHeartbeat = startHeartbeat(fence, room, log, { schema: db.schema, everyMs: leaseMs / BEATS_A_LEASE });
    try {
      const known = createKnownCases(closedKept);
      const cursors = await recall(db, fence, known, closedKept);
      log.debug({ seq: fence.end.seq, epoch: fence.epoch, open: known.open.size }, 'store open');
      return storeOn({ db, fence, room, known, cursors, log, stopHeartbeat });
    } catch (error) {
      await stopHeartbeat();
      await fence.release().catch(() => undefined);
      throw error;
    }
  } catch (error) {
    await db.close();
    throw error;
  }
}

interface Parts {
  readonly db: Postgres;
  readonly fence: Fence;
  readonly room: Room;
  readonly known: KnownCases;
  readonly cursors: Map<string, number>;
  readonly log: Log;
  readonly stopHeartbeat: () => Promise<void>;
}

function storeOn({ db, fence, room, known, cursors, log, stopHeartbeat }: Parts): Store {
  const followers = createFollowers(log);
  const closing = new AbortController();
  const writer = createLineWriter({
    fence,
    schema: db.schema,
    open: (caseId) => known.open.get(caseId),
    records: (caseIds) => readRecords(db, caseIds),
    admit(draft) {
      if (draft.kind === 'began') room.admitNew();
    },
    onSpace: (fits) => room.fits(fits),
    onDurable(committed) {
      const { cursor } = committed.line;
      if (cursor !== undefined) cursors.set(cursor.name, cursor.value);
      known.put(committed.record);
      followers.add(committed);
      followers.tell(committed);
    },
  });
  const verified = verify(db, fence, room, log, closing.signal);

  return {
    cases: known.open,
    commit: (draft) => writer.append(draft),
    peek: (caseId) => known.get(caseId),
    find: async (caseId) => known.get(caseId) ?? (await ask(db, known, caseId)),
    closed: (flow, where, limit) => known.closed(flow, where, limit),
    async recall(flow, where, limit) {
      const stored = await readClosedBy(db, flow, where, limit);
      const newer = known.closed(flow, where, limit);
      const isNewer = new Set(newer.map(({ caseId }) => caseId));
      const older = stored.filter(({ caseId }) => !isNewer.has(caseId));
      return [...newer, ...older].toSorted((a, b) => b.seq - a.seq).slice(0, limit);
    },
    cursor: (name) => cursors.get(name) ?? 0,
    ...createPostgresTexts(db, fence, known),
    head: () => ({ seq: writer.place.seq, head: writer.place.head }),
    async *entries(afterSeq) {
      const lastSeq = writer.place.seq;
      if (afterSeq < lastSeq)
        yield* followers.recent(afterSeq, lastSeq) ?? readLines(db, Math.max(afterSeq, fence.begin.seq), lastSeq);
    },
    onCommit: (listener) => followers.listen(listener),
    get degraded() {
      return room.isDegraded;
    },
    async close() {
      closing.abort();
      await writer.close();
      await stopHeartbeat();
      await verified;
      await fence
        .release()
        .catch((error: unknown) => log.warn({ err: error }, 'the lease was not given back; it lapses by itself'));
      await db.close();
    },
  };
}

async function recall(db: Postgres, fence: Fence, known: KnownCases, closedKept: number): Promise<Map<string, number>> {
  const { open, closed, cursors } = await load(db, closedKept);
  let newest = fence.begin.seq;
  for (const record of [...closed, ...open]) {
    known.put(record);
    newest = Math.max(newest, record.seq);
  }
  // Every line changes the row of its case, in the same transaction.
  if (newest !== fence.end.seq) throw damaged(`the cases are at line ${newest}, the lines at ${fence.end.seq}`);
  const texts = await readTexts(
    db,
    [...closed, ...open].map(({ caseId }) => caseId),
  );
  for (const [caseId, rows] of texts) known.setTexts(caseId, rows);
  return new Map(cursors);
}

async function ask(db: Postgres, known: KnownCases, caseId: string): Promise<CaseRecord | undefined> {
  const record = (await readRecords(db, [caseId])).get(caseId);
  if (record === undefined) return known.get(caseId);
  const texts = (await readTexts(db, [caseId])).get(caseId) ?? [];
  const meanwhile = known.get(caseId);
  if (meanwhile !== undefined) return meanwhile;
  // An open one that memory does not know is just being committed: memory hears of it in its turn.
  if (!isOpen(record)) known.keep(record, texts);
  return record;
}

/** In the background, however long it takes. */
async function verify(db: Postgres, fence: Fence, room: Room, log: Log, closing: AbortSignal): Promise<void> {
  while (!closing.aborted) {
    try {
      return await verifyLines(db, fence.begin, fence.end, () => closing.aborted);
    } catch (error) {
      if (codeOf(error) === 'store.corrupt') return room.distrust(error);
      log.warn({ err: error }, 'the history in the database could not be verified; trying again');
      await sleep(VERIFY_AGAIN_AFTER_MS, undefined, { signal: closing }).catch(() => undefined);
    }
  }
}
