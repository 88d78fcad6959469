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
const linesOf = (file: string) => readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1;
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

for (const file of own) process.stdout.write(`${String(linesOf(file)).padStart(5)} ${file}\n`);
process.stdout.write(`packages: ${packages.join(', ')}\n`);
const total = own.reduce((sum, file) => sum + linesOf(file), 0);
process.stdout.write(
  `${own.length} own files, ${total} lines; ${packages.length} packages, ${places.size} with what they bring\n`,
);
const wrong = reached.filter(({ to }) => forbiddenToPerimeter(to));
for (const { from, to } of wrong) process.stdout.write(`must not be there: ${from} -> ${to}\n`);
process.exit(wrong.length > 0 ? 1 : 0);
