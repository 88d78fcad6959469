/**
 * `npm run status`: prints docs/status.md with what each command really said. `npm run status -- --run [WORD]` runs the commands (those whose row
 * contains WORD) and stores their output in docs/evidence. A row that says "done" without a stored, successful run is printed as claimed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const KEPT_LINES = 60;

interface Row {
  readonly deliverable: string;
  readonly command: string;
  readonly state: string;
}

function rows(): Row[] {
  return readFileSync(join(ROOT, 'docs/status.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| deliverable') && !line.startsWith('|---'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, deliverable = '', command = '', state = '']) => ({ deliverable, command: command.replaceAll('`', ''), state }));
}

function evidenceFile(command: string): string {
  const slug = command
    .replaceAll(/[^a-z0-9]+/gi, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 50);
  return join(ROOT, 'docs/evidence', `${slug}-${createHash('sha256').update(command).digest('hex').slice(0, 6)}.txt`);
}

function head(): string {
  return spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout.trim();
}

function run(command: string): void {
  process.stdout.write(`running ${command} …\n`);
  const started = Date.now();
  const result = spawnSync('bash', ['-c', `(${command}) 2>&1`], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 });
  const seconds = Math.round((Date.now() - started) / 1000);
  const output = result.stdout
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('npm warn'))
    .map((line) => stripVTControlCharacters(line).replaceAll(ROOT, '.').replaceAll(tmpdir(), '<tmp>'))
    .slice(-KEPT_LINES);
  const header = `$ ${command}\nexit ${String(result.status)} after ${seconds} s, at commit ${head()}, ${new Date().toISOString().slice(0, 10)}\n`;
  mkdirSync(join(ROOT, 'docs/evidence'), { recursive: true });
  writeFileSync(evidenceFile(command), `${header}\n${output.join('\n')}\n`);
}

function verdict(row: Row): string {
  if (row.state !== 'done') return row.state;
  const file = evidenceFile(row.command);
  if (!existsSync(file)) return 'claimed';
  const [, second = '', , ...rest] = readFileSync(file, 'utf8').split('\n');
  if (!second.startsWith('exit 0 ')) return `claimed (last run: ${second})`;
  return `done (${second.slice('exit 0 after '.length)}: ${tellingLine(rest)})`;
}

/** The line that says how much was looked at, where a command prints one; else its last. */
function tellingLine(lines: readonly string[]): string {
  const telling = lines.findLast((line) => /^Tests:|checked, |kills at named|converged|"ratio"/.test(line.trim()));
  return (telling ?? lines.findLast((line) => line.trim() !== '') ?? '').trim();
}

const runAt = process.argv.indexOf('--run');
if (runAt >= 0) {
  const word = process.argv[runAt + 1] ?? '';
  const commands = new Set(
    rows()
      .filter((row) => `${row.deliverable} ${row.command}`.includes(word))
      .map((row) => row.command),
  );
  for (const command of commands) if (command !== '') run(command);
}
for (const row of rows()) process.stdout.write(`${row.deliverable}\n  $ ${row.command}\n  ${verdict(row)}\n`);
