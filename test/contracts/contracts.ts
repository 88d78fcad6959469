/**
 * `npm run contracts`: runs the tests that start the far ends with every exchange recorded, then checks the record, every card, view and manifest, and
 * what Teams delivers against what Microsoft and Slack publish; compares our own limits and npm's judges with the same; and counts whether each
 * operation in use occurs at least once as success and once as error. The contracts lie outside this repository (HALLPASS_CONTRACTS, else
 * ../shared/contracts); without them it prints SKIPPED. `--recorded` takes the record that
 * `HALLPASS_EXCHANGES=…/artifacts/exchanges.jsonl npm test` left. Exit 0, or 1 when anything failed, differs, or was never seen.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HttpExchange } from '../../src/playground/exchange-log.ts';
import { activityLines } from './activities.ts';
import { adaptiveCardAgreement } from './agreement/adaptive-cards.ts';
import { type Agreement, judgeAgreement, type KnownDifference, type Verdict } from './agreement/agreement.ts';
import { blockKitAgreement } from './agreement/block-kit.ts';
import { roleAgreement } from './agreement/roles.ts';
import { teamsManifestAgreement } from './agreement/teams-manifest.ts';
import { cardLines } from './cards.ts';
import { operationsInUse } from './operations-in-use.ts';
import { missingOf } from './outcome.ts';
import { readRecord, testsWithFarEnds, toCheck } from './record.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const CONTRACTS = process.env['HALLPASS_CONTRACTS'] ?? join(ROOT, '../shared/contracts');
const ARTIFACTS = join(ROOT, 'artifacts');
const RECORD = join(ARTIFACTS, 'exchanges.jsonl');
const CHECKED = join(ARTIFACTS, 'contracts.jsonl');

const say = (...lines: readonly string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(''));
const published = (...path: readonly string[]): unknown =>
  JSON.parse(readFileSync(join(CONTRACTS, ...path), 'utf8').replace(/^\uFEFF/, ''));

/** Runs the tests; their exchanges stand in RECORD afterwards. */
function record(): boolean {
  mkdirSync(ARTIFACTS, { recursive: true });
  rmSync(RECORD, { force: true });
  const jest = ['--experimental-vm-modules', '--no-warnings', join(ROOT, 'node_modules/jest/bin/jest.js')];
  const run = spawnSync(process.execPath, [...jest, '--runTestsByPath', ...testsWithFarEnds()], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, HALLPASS_EXCHANGES: RECORD },
  });
  return run.status === 0;
}

/** Hands everything to the checker of the contracts. Its last line is the count. */
async function check(recorded: readonly HttpExchange[]): Promise<{ readonly passed: boolean; readonly count: string }> {
  const { exchanges, notes } = toCheck(recorded);
  const lines = [...exchanges, ...cardLines(), ...(await activityLines())];
  writeFileSync(CHECKED, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const options = ['--contracts', CONTRACTS, '--require', ROOT, '--quiet-warnings', '--uncovered', join(HERE, 'uncovered.json')];
  const run = spawnSync(process.execPath, [join(CONTRACTS, 'check.mjs'), ...options, CHECKED], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const told = `${run.stderr}${run.stdout}`.trimEnd().split('\n');
  const stale = told.filter((line) => line.startsWith('no contract 0 ×')).map((line) => `STALE ${line}`);
  say(...told.slice(0, -1), ...stale, ...notes);
  return { passed: run.status === 0 && stale.length === 0, count: told.at(-1) ?? 'nothing checked' };
}

interface Checker {
  check(line: object): { readonly errors: readonly string[] };
}

async function compare(): Promise<Verdict> {
  const { createChecker } = (await import(pathToFileURL(join(CONTRACTS, 'check.mjs')).href)) as {
    readonly createChecker: (options: { readonly contracts: string; readonly require: string }) => Checker;
  };
  const checker = createChecker({ contracts: CONTRACTS, require: ROOT });
  const judge = (body: object) => checker.check({ kind: 'adaptiveCard', body }).errors;
  const known = JSON.parse(readFileSync(join(HERE, 'differences.json'), 'utf8')) as readonly KnownDifference[];
  return judgeAgreement(
    [
      blockKitAgreement(published('slack/blockkit.schema.json')),
      adaptiveCardAgreement(published('adaptive-cards/adaptive-card-1.5.0.schema.json'), judge),
      ...manifestAgreements(),
      roleAgreement(published('roles/entra-built-in-roles.json'), published('roles/azure-built-in-roles-names.json')),
    ],
    known,
  );
}

/** Of every version that is stored, among them the one that our manifest names. */
function manifestAgreements(): readonly Agreement[] {
  const main = createRequire(import.meta.url).resolve('@microsoft/app-manifest');
  return readdirSync(join(CONTRACTS, 'teams')).flatMap((file) => {
    const version = /^MicrosoftTeams\.(v[\d.]+)\.schema\.json$/.exec(file)?.[1];
    if (version === undefined) return [];
    const ofPackage = join(dirname(main), 'json-schemas/teams', version, 'MicrosoftTeams.schema.json');
    const npm: unknown = JSON.parse(readFileSync(ofPackage, 'utf8').replace(/^\uFEFF/, ''));
    return [teamsManifestAgreement(`Teams manifest ${version}`, npm, published('teams', file))];
  });
}

async function holds(): Promise<boolean> {
  const tested = process.argv.includes('--recorded') ? existsSync(RECORD) : record();
  const recorded = existsSync(RECORD) ? readRecord(RECORD) : [];
  const { agreed, lines } = await compare();
  say('', ...lines);
  const { passed, count } = await check(recorded);
  const operations = operationsInUse();
  const gaps = operations
    .map((operation) => ({ operation, missing: missingOf(operation, recorded) }))
    .filter(({ missing }) => missing.length > 0);
  say(...gaps.map(({ operation, missing }) => `NEVER SEEN ${operation.name} as ${missing.join(' nor as ')}`));
  if (!tested) say('FAILED: tests above');
  say(count, `${operations.length} operations in use, ${operations.length - gaps.length} seen as success and as error`);
  return tested && agreed && passed && gaps.length === 0;
}

if (existsSync(join(CONTRACTS, 'check.mjs'))) process.exitCode = (await holds()) ? 0 : 1;
else say(`SKIPPED: no published contracts at ${CONTRACTS}; set HALLPASS_CONTRACTS to their folder`);
