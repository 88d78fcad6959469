/**
 * `npm run faults -- --seed 7 --grants 40`: the real bot and the real perimeter while 30 % of the calls to sign-in, Graph and ARM fail, in a
 * tenant with PIM and in one without; then a perimeter whose disk is full. Exits with 1 when anything is not as it must be.
 */
import { parseArgs } from 'node:util';
import { convergeUnderFaults } from './converge.ts';
import { diskFull } from './full-disk.ts';
import type { DiskKind } from './small-disk-choice.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    grants: { type: 'string', default: '40' },
    only: { type: 'string' },
    disk: { type: 'string' },
  },
});
const seed = Number(values.seed);
const grants = Number(values.grants);
const startedAt = Date.now();
const say = (text: string) => process.stdout.write(`${text}\n`);
const wanted = (part: string) => values.only === undefined || values.only === part;

say(`seed ${seed}`);
const problems: string[] = [];
const askForMs = 20_000 + grants * 4_000;
// Most of the run is the tenant in which nobody but Hallpass ends anything.
if (wanted('P1')) problems.push(...(await convergeUnderFaults({ licence: 'P1', seed, grants, askForMs, say })));
if (wanted('P2'))
  problems.push(...(await convergeUnderFaults({ licence: 'P2', seed: seed + 1, grants: Math.ceil(grants / 4), askForMs, say })));
const disk: DiskKind | undefined = values.disk === 'mount' || values.disk === 'layer' ? values.disk : undefined;
if (wanted('disk')) problems.push(...(await diskFull(disk, say)));
say(`${Math.round((Date.now() - startedAt) / 1_000)} s`);
if (problems.length > 0) say(`FAILED:\n  ${problems.join('\n  ')}`);
else say('everything converged; nothing outlived its end by more than its own failed calls and one sweep');
process.exit(problems.length > 0 ? 1 : 0);
