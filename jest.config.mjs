export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/test/support/strip-types.cjs' },
  // A hung test ends here; nothing asserts how fast something is, since machines differ and are busy.
  testTimeout: 60_000,
  // Jest leaves one processor alone; most of our tests wait for other processes.
  maxWorkers: '100%',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // The browser walk, the contract record and the crash runs have commands of their own: they need more than `npm ci`.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/browser/'],
};
