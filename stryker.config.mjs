import { ROOMS } from './test/tools/mutation/rooms.ts';

/**
 * What judges, verifies and remembers: every change that no test notices is listed (docs/mutation.md says why). Run by hand, not in CI.
 * `MUTATE=src/perimeter/guardrails/judge.ts npm run mutation` looks at some of the files only.
 */
export default {
  packageManager: 'npm',
  plugins: ['./test/tools/mutation/runner.ts', './test/tools/mutation/rooms-reporter.ts'],
  testRunner: 'hallpass',
  coverageAnalysis: 'perTest',
  checkers: [],
  // Stryker rewrites a tsconfig with the compiler's API, which TypeScript 7 has not; nothing here is compiled.
  tsconfigFile: 'no-tsconfig.json',
  mutate: process.env.MUTATE?.split(',') ?? Object.values(ROOMS).flat(),
  reporters: ['clear-text', 'progress-append-only', 'json', 'rooms'],
  clearTextReporter: { reportTests: false, reportScoreTable: false, logTests: false },
  jsonReporter: { fileName: 'reports/mutation.json' },
  tempDirName: '.stryker-tmp',
  concurrency: 2,
  // A busy machine must not pass for a change that was found: what runs in circles is stopped by counting.
  timeoutMS: 60_000,
  // The reporter of the rooms asks for more: so much of each of them.
  thresholds: { high: 95, low: 90, break: 90 },
  warnings: { slow: false },
};
