/** What judges, verifies and remembers: every change that no test notices is listed (docs/mutation.md says why). Run by hand, not in CI. */
export default {
  packageManager: 'npm',
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  jest: { projectType: 'custom', configFile: 'jest.config.mjs', enableFindRelatedTests: true },
  coverageAnalysis: 'perTest',
  checkers: [],
  // Stryker rewrites a tsconfig with the compiler's API, which TypeScript 7 has not; nothing here is compiled.
  tsconfigFile: 'no-tsconfig.json',
  mutate: [
    'src/perimeter/guardrails.ts',
    'src/perimeter/guardrails/**/*.ts',
    'src/perimeter/caller-token.ts',
    'src/identity/id-token.ts',
    'src/access/core/approvals.ts',
    'src/access/core/statement.ts',
  ],
  reporters: ['clear-text', 'progress', 'json'],
  jsonReporter: { fileName: 'reports/mutation.json' },
  tempDirName: '.stryker-tmp',
  concurrency: 2,
  timeoutMS: 20_000,
  thresholds: { high: 95, low: 90, break: 90 },
};
