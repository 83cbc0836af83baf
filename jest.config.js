/** Six projects: `npm test` runs all of them, `npm test -- --selectProjects unit` one, with the servers that it needs. */
const { createHash } = require('node:crypto');
const { readdirSync, readFileSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const path = require('node:path');

/** Tests of the whole product, and those that start servers of their own. */
const WITH_ALL_SERVERS = [
  'test/{api,sending,campaigns,outcomes,process,support}/*',
  'src/main/embedded/{postgres,postgres-roles,temporal}',
  'src/main/up/stack',
];
const ANY_OTHER = ['src/**/*', 'test/*', 'test/replay/*'];
/** Pages and parts of the console, in a browser's place. */
const IN_BROWSER = ['src/console/**/*'];

/** Tests beside the code, and of documents, that begin with a database: told by what they import. */
const WITH_POSTGRES = ['src', 'test']
  .flatMap((folder) =>
    readdirSync(path.join(__dirname, folder), { recursive: folder === 'src' }).map((file) => path.join(folder, file)),
  )
  .filter(
    (file) =>
      file.endsWith('.test.ts') && /support\/(rows|database)'/.test(readFileSync(path.join(__dirname, file), 'utf8')),
  )
  .map((file) =>
    file
      .split(path.sep)
      .join('/')
      .replace(/\.test\.ts$/, ''),
  );

const CORES = availableParallelism();

const filesOf = (patterns, ext = 'ts') => patterns.map((pattern) => `<rootDir>/${pattern}.test.${ext}`);
// Behind an exclamation mark Jest does not know <rootDir>.
const except = (patterns) => patterns.map((pattern) => `!**/${pattern}.test.ts`);

const compiled = (jsc) => ({ jsc: { target: 'es2022', ...jsc }, module: { type: 'commonjs' }, sourceMaps: 'inline' });
const withJsx = compiled({
  parser: { syntax: 'typescript', tsx: true },
  transform: { react: { runtime: 'automatic', importSource: 'preact' } },
});

const id = createHash('md5').update(__dirname).digest('hex');
const project = (displayName, testMatch, options) => ({
  displayName,
  // The same for all projects: what one has compiled, none compiles again.
  id,
  testMatch,
  testEnvironment: 'node',
  // Else what is left of one file's globals changes under the next one of the same Jest worker: also what all share, as URL's own methods.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  roots: ['<rootDir>/src', '<rootDir>/test'],
  transform: { '^.+\\.ts$': ['@swc/jest', compiled({ parser: { syntax: 'typescript' } })] },
  ...options,
});
const startsServers = (setup) => ({
  globalSetup: `<rootDir>/test/support/run/${setup}.ts`,
  globalTeardown: '<rootDir>/test/support/run/teardown.ts',
});

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    project('unit', [...filesOf(ANY_OTHER), ...except([...WITH_POSTGRES, ...WITH_ALL_SERVERS, ...IN_BROWSER])], {
      setupFiles: ['<rootDir>/test/support/run/no-servers.ts'],
    }),
    project('console', [...filesOf(IN_BROWSER), ...filesOf(IN_BROWSER, 'tsx')], {
      testEnvironment: '@happy-dom/jest-environment',
      // Preact comes as modules only, which Jest takes as it takes TypeScript.
      transform: { '^.+\\.tsx?$': ['@swc/jest', withJsx], '^.+\\.mjs$': ['@swc/jest', compiled({})] },
      transformIgnorePatterns: ['/node_modules/(?!(preact|@preact)/)'],
      moduleFileExtensions: ['ts', 'tsx', 'mjs', 'js', 'json'],
      setupFiles: ['<rootDir>/test/support/run/no-servers.ts'],
      setupFilesAfterEnv: ['<rootDir>/src/console/testing/each.ts'],
    }),
    project('store', filesOf(WITH_POSTGRES), {
      ...startsServers('postgres'),
      setupFiles: ['<rootDir>/test/support/run/postgres-only.ts'],
    }),
    project('flows', filesOf(WITH_ALL_SERVERS), startsServers('all-servers')),
    project('chaos', filesOf(['test/chaos/*']), startsServers('all-servers')),
    // In a real browser; skipped where there is none.
    project('browser', filesOf(['test/browser/*']), startsServers('browser')),
  ],
  testSequencer: '<rootDir>/test/support/run/sequencer.js',
  // A file of `flows` or `chaos` keeps half a core busy, its servers included, and waits for the rest of its time. All of
  // them share one Temporal and one Postgres: with many cores, half as many files at once.
  maxWorkers: Math.min(2 * CORES, Math.max(3, Math.floor(CORES / 2))),
  // Jest takes it from here only: in a project it is read and has no effect.
  testTimeout: 180_000,
};
