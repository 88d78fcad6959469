import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../tools/arrows.ts';
import { copiesOf, instructionsOf, reachesBuild, stagesOf } from './dockerfile.ts';

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/**
 * What the first stage of an image would hold: the files that its COPY lines name, and the packages that `npm ci --omit=dev --omit=optional`
 * would install, as links. To be run with `--preserve-symlinks`, so that a package sees only what was installed.
 */
export function imageTree(dockerfile: string): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-image-'));
  const [build = []] = stagesOf(instructionsOf(dockerfile));
  for (const { sources, to } of copiesOf(build))
    for (const source of sources) {
      const name = source.split('/').at(-1) ?? '';
      const target = join(folder, to.endsWith('/') ? join(to, name) : to);
      cpSync(join(ROOT, source), target, { recursive: true, filter: (path) => reachesBuild(path.slice(ROOT.length + 1)) });
    }
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const installed = Object.entries(lock.packages)
    .filter(([, one]) => one.dev !== true && one.optional !== true && one.devOptional !== true)
    .map(([place]) => place)
    // What lies below another package comes along with it.
    .filter((place) => place.lastIndexOf('node_modules/') === 0);
  for (const place of installed) {
    mkdirSync(join(folder, dirname(place)), { recursive: true });
    symlinkSync(join(ROOT, place), join(folder, place));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
