/**
 * `npm run closure`: which files and packages the perimeter is made of, types included. Exits with 1 when one of them must not be there.
 * Who installs it reads these files before trusting it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closureOf, forbiddenToPerimeter, perimeterEntries, ROOT } from './arrows.ts';

const entries = perimeterEntries();
const reached = closureOf(entries);
const isOwn = (to: string) => to.startsWith('src/') || to.startsWith('flows/');
const own = [...new Set([...entries, ...reached.map(({ to }) => to).filter(isOwn)])].toSorted();
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const linesOf = (file: string) => textOf(file).split('\n').length - 1;
/** Without empty lines and comments. */
const codeLinesOf = (file: string) =>
  textOf(file)
    .replace(/^\s*\/\*[\s\S]*?\*\//gm, '')
    .split('\n')
    .filter((line) => /^\s*(?!\/\/)\S/.test(line)).length;
/** What `hallpass perimeter` starts. */
const RUNNING = 'src/cli/run-perimeter.ts';
const packages = [...new Set(reached.map(({ to }) => to).filter((to) => !isOwn(to) && !to.startsWith('node:')))].toSorted();

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
}
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/** Where `name` is found from a package of the lock, as Node looks for it. */
function placeOf(name: string, from: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (place in lock.packages) return place;
    if (at === '') return undefined;
  }
}

const places = new Set(packages.flatMap((name) => placeOf(name, '') ?? []));
for (const place of places)
  for (const name of Object.keys(lock.packages[place]?.dependencies ?? {})) {
    const found = placeOf(name, place);
    if (found !== undefined) places.add(found);
  }

/** What a reader of each part learns; a file is of the first that fits. */
const PARTS: readonly (readonly [string, RegExp])[] = [
  ['what may be given', /^src\/(access\/core|perimeter\/(guardrails|rules|registrar|signed-acts|load-|perimeter-config))/],
  ['who is asking, and who signed', /^src\/(identity|web|perimeter\/(caller|approve))/],
  ['what was given, and when it ends', /^(flows\/|src\/perimeter\/)/],
  ['writers and readers of Entra ID and Azure', /^src\/(entra|azure)\//],
  ['store: folder', /^src\/durable\/stores\/lowdb\//],
  ['store: PostgreSQL, where it is configured', /^src\/durable\/stores\/postgres\//],
  ['durable runtime', /^src\/durable\//],
  ['configuration, log, start', /./],
];
const NOT_RUNNING = 'not loaded by the running process: verifying evidence, orders, rebuilding';
const running = new Set([RUNNING, ...closureOf([RUNNING]).map(({ to }) => to)]);
const partOf = (file: string) => (running.has(file) ? (PARTS.find(([, files]) => files.test(file))?.[0] ?? '') : NOT_RUNNING);

const files = own.map((file) => ({ file, part: partOf(file), lines: linesOf(file), code: codeLinesOf(file) }));
const sumOf = (some: typeof files, of: 'lines' | 'code') => some.reduce((sum, each) => sum + each[of], 0);
for (const part of [...PARTS.map(([name]) => name), NOT_RUNNING]) {
  const some = files.filter((each) => each.part === part);
  process.stdout.write(`\n${part}: ${some.length} files, ${sumOf(some, 'lines')} lines, ${sumOf(some, 'code')} of them code\n`);
  for (const { file, lines } of some) process.stdout.write(`${String(lines).padStart(5)} ${file}\n`);
}
const loaded = files.filter(({ part }) => part !== NOT_RUNNING);
process.stdout.write(`\npackages: ${packages.join(', ')}\n`);
process.stdout.write(
  `${files.length} own files, ${sumOf(files, 'lines')} lines; the running process loads at most ${loaded.length}, ` +
    `${sumOf(loaded, 'lines')} lines, ${sumOf(loaded, 'code')} of them code; ${packages.length} packages, ${places.size} with what they bring\n`,
);
const wrong = reached.filter(({ to }) => forbiddenToPerimeter(to));
for (const { from, to } of wrong) process.stdout.write(`must not be there: ${from} -> ${to}\n`);
process.exit(wrong.length > 0 ? 1 : 0);
