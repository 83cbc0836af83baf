/** Four projects: `npm test` runs all of them, `npm test -- --selectProjects unit` one, with the servers that it needs. */
const { availableParallelism } = require('node:os');

/** Tests beside the code, and of documents, that need Postgres. */
const WITH_POSTGRES = [
  'src/store/**/*',
  'src/receipts/inbox',
  'src/activities/audience/upload',
  'src/activities/campaigns/survey',
  'src/activities/dispatch/{gateway-health,lookups,pacer}',
  'src/activities/maintenance/gateway-health-review',
  'src/activities/relay/relay',
  'test/schema',
];
/** Tests of the whole product, and those that start servers of their own. */
const WITH_ALL_SERVERS = [
  'test/{api,sending,campaigns,outcomes,process,support}/*',
  'src/main/embedded/postgres',
  'src/main/up/stack',
];
const ANY_OTHER = ['src/**/*', 'test/*', 'test/replay/*'];

const filesOf = (patterns) => patterns.map((pattern) => `<rootDir>/${pattern}.test.ts`);
// Behind an exclamation mark Jest does not know <rootDir>.
const except = (patterns) => patterns.map((pattern) => `!**/${pattern}.test.ts`);

const project = (displayName, testMatch, options) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  ...options,
});
const startsServers = (setup) => ({
  globalSetup: `<rootDir>/test/support/run/${setup}.ts`,
  globalTeardown: '<rootDir>/test/support/run/teardown.ts',
});

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    project('unit', [...filesOf(ANY_OTHER), ...except(WITH_POSTGRES), ...except(WITH_ALL_SERVERS)], {
      setupFiles: ['<rootDir>/test/support/run/no-servers.ts'],
    }),
    project('store', filesOf(WITH_POSTGRES), {
      ...startsServers('postgres'),
      setupFiles: ['<rootDir>/test/support/run/postgres-only.ts'],
    }),
    project('flows', filesOf(WITH_ALL_SERVERS), startsServers('all-servers')),
    project('chaos', filesOf(['test/chaos/*']), startsServers('all-servers')),
  ],
  testSequencer: '<rootDir>/test/support/run/sequencer.js',
  // Flow tests bring the product with them: more at once than cores can carry only makes them wait for each other.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  // Jest takes it from here only: in a project it is read and has no effect.
  testTimeout: 60_000,
};
