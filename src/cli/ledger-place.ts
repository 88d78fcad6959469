import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { PostgresSetting, StoreSetting } from '../config/parts.ts';
import { openStore } from '../durable/open-store.ts';
import type { Store } from '../durable/store.ts';
import { takeLease } from '../durable/stores/lowdb/lease.ts';
import { finishReplacing } from '../durable/replace-store.ts';
import { nodeFiles } from '../durable/stores/lowdb/node-files.ts';
import { readEntries } from '../durable/stores/lowdb/read-entries.ts';
import { readStanding } from '../durable/stores/lowdb/read-standing.ts';
import type { Log } from '../observe/log.ts';
import { type OldLedger, oldLedgerOf, type PastGrant, pastOf } from '../perimeter/reconcile/old-ledger.ts';
import { rebuildFolder } from '../perimeter/reconcile/rebuild-folder.ts';
import type { Rebuild } from '../perimeter/reconcile/write-ledger.ts';

/** Where a ledger lies that is to be made again. Its lease is held until it is closed, so that no perimeter works on it. */
export interface LedgerPlace {
  /** Ends a rebuilding that was interrupted. True when there was one. */
  finish(): Promise<boolean>;
  /** As far as it can be read. */
  readonly old: OldLedger;
  /** What has ended since then, as far as it can be read. */
  past(sinceMs: number): Promise<readonly PastGrant[]>;
  /** Why it could not be read. */
  readonly problem?: string;
  /** Resolves with where the old one lies now. */
  rebuild(rebuild: Rebuild, clock: Clock): Promise<string>;
  close(): Promise<void>;
}

/** @throws {AppError} `store.locked` while the perimeter runs */
export function openLedgerPlace(setting: StoreSetting, log: Log): Promise<LedgerPlace> {
  return ('folder' in setting ? inFolder(setting.folder, log) : inPostgres(setting.postgres, log)).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'store.locked') throw error;
    throw new AppError('store.locked', 'the perimeter is running on this store', {
      cause: error,
      hint: 'Stop it first. What Entra and Azure end by themselves ends meanwhile; the rest ends when it is started again.',
    });
  });
}

async function inFolder(folder: string, log: Log): Promise<LedgerPlace> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lease = takeLease(join(folder, 'lease.db'));
  const read = async () => {
    const { cases, end } = await readStanding(folder);
    return oldLedgerOf(cases.values(), end);
  };
  return {
    ...(await asFarAsReadable(read)),
    past: (sinceMs) => pastOf(readEntries(nodeFiles, join(folder, 'journal'), 0, Infinity), sinceMs),
    finish: () => finishReplacing(folder),
    rebuild: async (rebuild, clock) => join(folder, await rebuildFolder(folder, rebuild, clock, log)),
    close: () => Promise.resolve(lease.release()),
  };
}

async function inPostgres(setting: PostgresSetting, log: Log): Promise<LedgerPlace> {
  let store: Store | undefined;
  const read = async () => {
    store = await openStore({ postgres: setting }, { log });
    return oldLedgerOf(store.cases.values(), store.head());
  };
  const known = await asFarAsReadable(read);
  const close = async (): Promise<void> => {
    await store?.close();
    store = undefined;
  };
  return {
    ...known,
    past: async (sinceMs) => (store === undefined ? [] : pastOf(store.entries(0), sinceMs)),
    // One transaction: there is nothing in between.
    finish: () => Promise.resolve(false),
    async rebuild(rebuild, clock) {
      await close();
      // Only now: whoever keeps a folder need not load the driver.
      const { rebuildPostgres } = await import('../perimeter/reconcile/rebuild-postgres.ts');
      return `the schema ${await rebuildPostgres(setting, rebuild, clock, log)}`;
    },
    close,
  };
}

/** One that is damaged is no reason to stop: it is what this is for. It stays, and can be looked at. */
async function asFarAsReadable(read: () => Promise<OldLedger>): Promise<Pick<LedgerPlace, 'old' | 'problem'>> {
  try {
    return { old: await read() };
  } catch (error) {
    if (!(error instanceof AppError) || !DAMAGED.includes(error.code)) throw error;
    const old = oldLedgerOf([], { seq: 0, head: '0'.repeat(64) });
    return {
      old,
      problem: `The old ledger cannot be read (${error.code}): ${error.message}. Only Microsoft's records and the bot's copy are used.`,
    };
  }
}

const DAMAGED = ['store.corrupt', 'store.rolled-back', 'store.unreadable', 'store.format'];
