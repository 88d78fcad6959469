import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../access/core/app-error.ts';
import type { LedgerHead } from '../access/core/perimeter-api.ts';
import { targetKey } from '../access/core/target.ts';
import { takeLease } from '../durable/stores/lowdb/lease.ts';
import { readStanding } from '../durable/stores/lowdb/read-standing.ts';
import { createLog } from '../observe/log.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';
import { type BotsCopy, parseBotsCopy } from '../perimeter/reconcile/bots-copy.ts';
import { type OldLedger, oldLedgerOf } from '../perimeter/reconcile/old-ledger.ts';
import { planOf, type Step } from '../perimeter/reconcile/plan.ts';
import { finishRebuilding, rebuildFolder } from '../perimeter/reconcile/rebuild-folder.ts';
import { openMicrosoft } from './open-microsoft.ts';

export interface ReconcileOptions {
  readonly copyFile?: string;
  /** Carry it out; otherwise it is only shown. */
  readonly really: boolean;
  readonly say: (line: string) => void;
}

/** A claim this far ahead of the old ledger is no place to go on from: the next one could be beyond numbers. */
const BELIEVED_AHEAD = 1_000_000_000;

/**
 * Makes the open ledger again from Microsoft's records. Nothing is changed in the directory: what is over, the perimeter ends at its start.
 * @throws {AppError} `store.locked` while the perimeter runs, `reconcile.store`, `directory.*`, `usage.copy`, `config.*`
 */
export async function reconcile(file: string, { copyFile, really, say }: ReconcileOptions): Promise<void> {
  const config = loadPerimeterConfig(file);
  const copy = copyFile === undefined ? undefined : parseBotsCopy(readFileSync(copyFile, 'utf8'));
  const folder = folderOf(config);
  const log = createLog('perimeter', 'warn');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lease = leaseOf(folder);
  const { records, clock, ...microsoft } = openMicrosoft(config, log);
  try {
    if (await finishRebuilding(folder)) {
      say('An earlier rebuilding was interrupted; it is finished now. Start the perimeter.');
      return;
    }
    const old = await oldLedgerIn(folder, say);
    const live = [...(await records.named()), ...(await records.unnamed())].filter(({ isLive }) => isLive);
    const steps = planOf({ config, old: old.grants, live, copy, nowMs: clock.now() });
    const genesis = genesisOf(old, copy);
    for (const line of wordsOf(steps, genesis, old)) say(line);
    if (!really) {
      say('Nothing was changed. Add --yes to carry it out.');
      return;
    }
    const archive = await rebuildFolder(folder, { genesis, steps, old }, clock, log);
    say(`Done. The old ledger lies in ${join(folder, archive)}. Start the perimeter: it ends what is over.`);
  } finally {
    microsoft.close();
    lease.release();
  }
}

function folderOf({ store }: PerimeterConfig): string {
  if ('folder' in store) return store.folder;
  throw new AppError('reconcile.store', 'a ledger in a database cannot be rebuilt in its place', {
    hint: 'Name an empty folder as store.folder, reconcile there and run the perimeter from it; the database stays as it is.',
  });
}

function leaseOf(folder: string) {
  try {
    return takeLease(join(folder, 'lease.db'));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'store.locked') throw error;
    throw new AppError('store.locked', 'the perimeter is running on this store', {
      cause: error,
      hint: 'Stop it first. What Entra and Azure end by themselves ends meanwhile; the rest ends when it is started again.',
    });
  }
}

/** One that cannot be read is no reason to stop: it is what this is for. It stays, and can be looked at. */
async function oldLedgerIn(folder: string, say: (line: string) => void): Promise<OldLedger> {
  try {
    const { cases, end } = await readStanding(folder);
    return oldLedgerOf(cases.values(), end);
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('store.')) throw error;
    say(`The old ledger cannot be read (${error.code}): ${error.message}. Only Microsoft's records and the bot's copy are used.`);
    return oldLedgerOf([], { seq: 0, head: '0'.repeat(64) });
  }
}

/** The furthest that anybody has seen: the bot's place in the feed stays good, and at the same sequence it is the bot's head that counts. */
export function genesisOf({ end, doubt }: OldLedger, copy: BotsCopy | undefined): LedgerHead {
  const claims = [doubt?.ours, doubt?.seen, copy?.ledger].flatMap((place) => (place === undefined ? [] : [place]));
  return claims
    .filter(({ seq }) => seq <= end.seq + BELIEVED_AHEAD)
    .reduce((newest, one) => (one.seq >= newest.seq ? one : newest), end);
}

function wordsOf(steps: readonly Step[], genesis: LedgerHead, { end, freeze }: OldLedger): readonly string[] {
  const adopted = steps.flatMap(({ requestId, opening, from }) => {
    if (opening.kind !== 'adopted') return [];
    const { registration, target, endsAt, assignment } = opening;
    return [
      `  ${requestId}  ${targetKey(target)}  for ${registration.principal.objectId}  until ${endsAt}  (${assignment.kind}; ${from.join(', ')})`,
    ];
  });
  const refused = steps.filter(({ opening }) => opening.kind === 'refused').map(({ requestId }) => requestId);
  return [
    `The old ledger ends at ${end.seq}; the new one goes on after ${genesis.seq} (${genesis.head.slice(0, 12)}).`,
    `${adopted.length} live grants are taken over:`,
    ...adopted,
    ...(refused.length === 0 ? [] : [`Not given yet, or gone, and refused: ${refused.join(', ')}`]),
    ...(freeze === undefined ? [] : ['The perimeter stays frozen; two people have to sign again.']),
  ];
}
