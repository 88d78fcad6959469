import { readFileSync } from 'node:fs';
import type { LedgerHead } from '../access/core/perimeter-api.ts';
import { targetKey } from '../access/core/target.ts';
import { createLog } from '../observe/log.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import { type BotsCopy, parseBotsCopy } from '../perimeter/reconcile/bots-copy.ts';
import type { OldLedger } from '../perimeter/reconcile/old-ledger.ts';
import { countsSince, planOf, type Step } from '../perimeter/reconcile/plan.ts';
import { openLedgerPlace } from './ledger-place.ts';
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
 * @throws {AppError} `store.locked` while the perimeter runs, `directory.*`, `usage.copy`, `config.*`
 */
export async function reconcile(file: string, { copyFile, really, say }: ReconcileOptions): Promise<void> {
  const config = loadPerimeterConfig(file);
  const copy = copyFile === undefined ? undefined : parseBotsCopy(readFileSync(copyFile, 'utf8'));
  const log = createLog('perimeter', 'warn');
  const place = await openLedgerPlace(config.store, log);
  const { records, clock, ...microsoft } = openMicrosoft(config, log);
  try {
    if (await place.finish()) {
      say('An earlier rebuilding was interrupted; it is finished now. Start the perimeter.');
      return;
    }
    const { old, problem } = place;
    if (problem !== undefined) say(problem);
    const nowMs = clock.now();
    const past = await place.past(countsSince(config, nowMs));
    const all = [...(await records.named()), ...(await records.unnamed())];
    const steps = planOf({ config, old: old.grants, past, records: all, copy, nowMs });
    const genesis = genesisOf(old, copy);
    for (const line of wordsOf(steps, genesis, old)) say(line);
    if (!really) {
      say('Nothing was changed. Add --yes to carry it out.');
      return;
    }
    const archive = await place.rebuild({ genesis, steps, old }, clock);
    say(`Done. The old ledger is ${archive}. Start the perimeter: it ends what is over.`);
  } finally {
    microsoft.close();
    await place.close();
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
  const over = steps.filter(({ opening }) => opening.kind === 'over').map(({ requestId }) => requestId);
  const refused = steps.filter(({ opening }) => opening.kind === 'refused').map(({ requestId }) => requestId);
  return [
    `The old ledger ends at ${end.seq}; the new one goes on after ${genesis.seq} (${genesis.head.slice(0, 12)}).`,
    `${adopted.length} live grants are taken over:`,
    ...adopted,
    ...(over.length === 0 ? [] : [`Over, and counted for budgets and cool-downs: ${over.join(', ')}`]),
    ...(refused.length === 0 ? [] : [`Not given yet, or gone, and refused: ${refused.join(', ')}`]),
    ...(freeze === undefined ? [] : ['The perimeter stays frozen; two people have to sign again.']),
  ];
}
