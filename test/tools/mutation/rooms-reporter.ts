import { readFileSync } from 'node:fs';
import type { schema } from '@stryker-mutator/api/core';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import type { Reporter } from '@stryker-mutator/api/report';
import { ROOMS } from './rooms.ts';

/** In percent, of all together and of each room. */
const LEAST = 90;

interface Score {
  readonly found: number;
  readonly all: number;
}
type Files = schema.MutationTestResult['files'];

function scoreOf(files: Files, names: readonly string[]): Score {
  const mutants = names.flatMap((name) => files[name]?.mutants ?? []).filter(({ status }) => COUNTED.has(status));
  return { found: mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length, all: mutants.length };
}
/** What Stryker itself could not run counts for nothing. */
const COUNTED: ReadonlySet<string> = new Set(['Killed', 'Timeout', 'Survived', 'NoCoverage']);

const percent = ({ found, all }: Score) => (all === 0 ? 100 : (100 * found) / all);
const row = (name: string, score: Score) => `| ${name} | ${percent(score).toFixed(1)} % | ${score.found} of ${score.all} |`;

const NOTE = 'docs/mutation.md';

/** Changes that no test notices, and of which the note says nothing: there each has a line with its file and a piece of the changed code. */
function notExplained(files: Files): readonly string[] {
  const explained = readFileSync(NOTE, 'utf8')
    .split('\n')
    .map((line) => /^- `([^`]+)`: `([^`]+)`/.exec(line)?.slice(1) ?? []);
  return Object.entries(files).flatMap(([name, { source, mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map(({ location, replacement }) => ({
        code: source.split('\n')[location.start.line - 1] ?? '',
        becomes: `${name}:${location.start.line}:${location.start.column} → ${replacement ?? ''}`,
      }))
      .filter(({ code }) => !explained.some(([file, part]) => file && part && name.endsWith(file) && code.includes(part)))
      .map(({ becomes }) => becomes),
  );
}

/** Prints the table of docs/mutation.md, and fails the run when a room has less than it must. */
const reporter: Reporter = {
  onMutationTestReportReady({ files }) {
    const lines = ['| | found | changes |', '| --- | --- | --- |'];
    const scores: Score[] = [];
    for (const [room, wanted] of Object.entries(ROOMS)) {
      const names = wanted.map((name) => name.replace(/:.*$/, '')).filter((name) => name in files);
      if (names.length === 0) continue;
      const score = scoreOf(files, names);
      scores.push(score);
      lines.push(row(`**${room}**`, score), ...names.map((name) => row(`\`${name}\``, scoreOf(files, [name]))));
    }
    const sum = scores.reduce((one, other) => ({ found: one.found + other.found, all: one.all + other.all }), {
      found: 0,
      all: 0,
    });
    process.stdout.write(`\n${[...lines, row('**all**', sum)].join('\n')}\n`);
    const silent = notExplained(files);
    process.stdout.write(`\n${silent.length} that ${NOTE} does not explain\n${silent.map((one) => `${one}\n`).join('')}`);
    if ([sum, ...scores].some((score) => percent(score) < LEAST)) process.exitCode = 1;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Reporter, 'rooms', reporter)];
