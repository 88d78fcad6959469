/**
 * `npm run attacks [-- WORD]`: one table of what an owned bot and strangers try against the perimeter, and anybody against the pages that link
 * accounts, over a local Microsoft and a local Slack: the lie, the
 * code that refused it, the journal's entry of that, and its twin without the lie, which has to succeed. No lie may change the tenant.
 */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { startApproveWorld } from '../perimeter/approve/support/approve-world.ts';
import { journalLines } from '../perimeter/support/journal-lines.ts';
import { ATTACK_CLASSES, type Attack } from './attack.ts';
import { type LinkAttack, runLinkAttack } from './link-attack.ts';
import { attacksByClass } from './rows.ts';
import { linking } from './rows/linking.ts';
import { lastEntry, refusalEntry, tenantNow } from './seen.ts';

interface Result {
  readonly code: string;
  readonly journal: string;
  readonly faults: readonly string[];
}

/** Nothing here takes a tenth of it; one row that waits for ever must not hide the others. */
const PATIENCE_MS = 60_000;

async function run(attack: Attack, onStep: (step: string) => void): Promise<Result> {
  onStep('the world');
  const world = await startApproveWorld(attack.wishes);
  // A quick PIM: how it lags is looked at elsewhere.
  world.microsoft.tenant.pim.processingMs = 0;
  try {
    onStep('what happened before');
    await attack.prepare?.(world);
    const before = tenantNow(world);
    const lines = (await journalLines(world.ledger)).length;
    onStep('the attack');
    const code = (await attack.attack(world)) ?? 'went through';
    const about = attack.about === undefined ? 'none' : await lastEntry(world, attack);
    const refusal =
      attack.refusedAt === undefined ? (attack.logged?.() ?? attack.noEntry) : await refusalEntry(world, attack, lines);
    const journal = [refusal, about].filter((words) => words !== undefined && words !== 'none').join('; ');
    const faults = [
      ...(code === attack.code ? [] : [`expected ${attack.code}`]),
      ...(about === attack.journal ? [] : [`expected the entry: ${attack.journal}`]),
      ...(refusal !== undefined || TELLS.test(about) ? [] : ['NO ENTRY OF THE JOURNAL TELLS OF IT']),
      ...(tenantNow(world) === before ? [] : ['THE TENANT CHANGED']),
    ];
    onStep('the twin');
    const twin = await attack.twin(world).then(
      () => undefined,
      (error: unknown) => `the twin failed: ${error instanceof Error ? error.message : String(error)}`,
    );
    return { code, journal, faults: twin === undefined ? faults : [...faults, twin] };
  } finally {
    onStep('the end');
    await world.close();
    rmSync(dirname(world.ledger), { recursive: true, force: true });
  }
}

async function runSafely(attack: Attack | LinkAttack): Promise<Result> {
  let step = '';
  const onStep = (next: string) => {
    step = next;
  };
  const running = attack.class === 'account linking' ? runLinkAttack(attack, onStep) : run(attack, onStep);
  const patience = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`${step} took longer than ${PATIENCE_MS / 1_000} s`)), PATIENCE_MS).unref();
  });
  return Promise.race([running, patience]).catch((error: unknown) => ({
    code: 'threw',
    journal: '',
    faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
  }));
}

/** An entry of a request that by itself says what became of it. */
const TELLS = /→ (refused|ended|doubtful)$/;
const NOTHING: Result = { code: 'threw', journal: '', faults: ['was not run'] };
/** Worlds mostly wait; each has its own tenant, ports and clock. */
const AT_ONCE = 3;

function startedInOrder(attacks: readonly (Attack | LinkAttack)[]): readonly Promise<Result>[] {
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  return attacks.map((attack, at) => {
    const result = (lanes[at % AT_ONCE] ?? Promise.resolve()).then(() => runSafely(attack));
    lanes[at % AT_ONCE] = result;
    return result;
  });
}

const [word = ''] = process.argv.slice(2);
const chosen = [...attacksByClass, ...linking].filter((attack) => `${attack.class} ${attack.name}`.includes(word));
let failed = 0;
process.stdout.write('| class | attack | refused with | journal | twin |\n|---|---|---|---|---|\n');
const results = startedInOrder(chosen);
for (const [at, attack] of chosen.entries()) {
  const { code, journal, faults } = (await results[at]) ?? NOTHING;
  if (faults.length > 0) failed += 1;
  const twin = faults.some((fault) => fault.startsWith('the twin')) || code === 'threw' ? 'FAILED' : 'succeeds';
  process.stdout.write(`| ${attack.class} | ${attack.name} | \`${code}\` | ${journal} | ${twin} |\n`);
  for (const fault of faults) process.stdout.write(`    FAULT: ${fault}\n`);
}
const thin = word === '' ? ATTACK_CLASSES.filter((one) => chosen.filter((attack) => attack.class === one).length < 2) : [];
for (const one of thin) process.stdout.write(`FAULT: fewer than two rows: ${one}\n`);
process.stdout.write(`${chosen.length - failed} passed, ${failed + thin.length} failed\n`);
// What hangs would keep the process.
process.exit(failed + thin.length > 0 || chosen.length === 0 ? 1 : 0);
