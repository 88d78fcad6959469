/**
 * The suite at the most verbose log level, and afterwards a search for everything that its playgrounds gave out, in all that it wrote: logs,
 * journals, checkpoints, indexes, whatever lies in its temporary folder, and what it printed. `npm run leaks` takes what speaks most; `npm run leaks -- test` all of it.
 */
import { spawn } from 'node:child_process';
import { chmodSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createSearch, leakLines, leaksIn } from './find-leaks.ts';

/** What CI has the time for: whoever gets something from Entra, Slack or Teams, in processes that log. `test` is the whole suite. */
const USUAL = [
  'test/e2e',
  'test/bot',
  'test/console',
  'test/slack',
  'test/teams',
  'test/perimeter/main-job',
  'test/perimeter/approve',
  'test/perimeter/evidence',
];
const issuedSchema = z.object({
  kind: z.enum(['token', 'id token', 'secret', 'assertion', 'code', 'cookie', 'header', 'address']),
  value: z.string().min(1),
});
/** Its own test of the search plants what it looks for. */
const PLANTED = /[\\/](planted-bare|found [a-z0-9 ]+)[\\/]/i;

const place = mkdtempSync(join(tmpdir(), 'hallpass-leaks-'));
const wrote = join(place, 'wrote');
const list = join(place, 'issued.jsonl');
mkdirSync(wrote);
// Databases of tests run as another user.
for (const folder of [place, wrote]) chmodSync(folder, 0o755);
const began = Date.now();
const failed = await suite(process.argv.length > 2 ? process.argv.slice(2) : USUAL);
const ran = Date.now();
const issued = existsSync(list)
  ? readFileSync(list, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => issuedSchema.parse(JSON.parse(line)))
  : [];
const { leaks, evidence, files, bytes } = leaksIn([wrote], createSearch(issued), (file) => PLANTED.test(file));
const seconds = (from: number, to: number) => `${Math.round((to - from) / 1_000)} s`;
process.stdout.write(
  `${issued.length} values were given out; ${files} files (${Math.round(bytes / 1_048_576)} MB) were searched. Suite ${seconds(began, ran)}, search ${seconds(ran, Date.now())}.\n`,
);
process.stdout.write(`ID tokens kept on purpose, as evidence: ${evidence.length}.\n`);
for (const line of leakLines(leaks)) process.stdout.write(`LEAK ${line}\n`);
const nothing = issued.length === 0;
if (nothing) process.stdout.write('Nothing was given out: there is nothing that could have been found.\n');
const bad = leaks.length > 0 || nothing || failed;
process.stdout.write(bad ? `NOT PASSED; see ${place}\n` : 'PASSED: nothing of it stands anywhere else.\n');
if (!bad) rmSync(place, { recursive: true, force: true });
process.exitCode = bad ? 1 : 0;

/** True when it failed: then what it wrote says less than it should. */
function suite(paths: readonly string[]): Promise<boolean> {
  const output = createWriteStream(join(wrote, 'output.log'));
  const env = { ...process.env, TMPDIR: wrote, HALLPASS_ISSUED: list, HALLPASS_LOG_LEVEL: 'trace' };
  const jest = join(import.meta.dirname, '../../node_modules/jest/bin/jest.js');
  const child = spawn(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', jest, '--cacheDirectory', join(tmpdir(), 'hallpass-jest'), ...paths],
    {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output.write(chunk);
      for (const line of chunk.toString().split('\n'))
        if (/^(PASS|FAIL|Tests:|Test Suites:)/.test(line)) process.stdout.write(`${line}\n`);
    });
  return new Promise((resolve) => {
    child.once('close', (code) => output.end(() => resolve(code !== 0)));
  });
}
