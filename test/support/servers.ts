/** The servers that one test run shares, and how its processes learn where they are. */
import os from 'node:os';
import path from 'node:path';
import { chmodSync, mkdtempSync } from 'node:fs';

/** Environment variables by which Jest's own process tells the test processes. */
export const TEST_DATABASE_URL = 'HELIOGRAPH_TEST_DATABASE_URL';
export const TEST_TEMPORAL_ADDRESS = 'HELIOGRAPH_TEST_TEMPORAL_ADDRESS';

/** Migrated once per run; every test database is a copy of it. */
export const TEMPLATE_DATABASE = 'heliograph_template';

/** One Temporal namespace per Jest worker, so that test files that run side by side don't take each other's tasks. */
const namespaceOf = (workerId: number): string => `test-${workerId}`;

/** The namespaces of so many Jest workers. */
export const namespacesOf = (jestWorkers: number): string[] =>
  Array.from({ length: jestWorkers }, (_, i) => namespaceOf(i + 1));

/** The namespace of this Jest worker. */
export function testNamespace(): string {
  return namespaceOf(Number(process.env.JEST_WORKER_ID ?? '1'));
}

/** Reads a fact that the run has put there (`test/support/run`). */
export function fact(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: jest.config.js gives this file to a project without that server.`);
  return value;
}

/** A new folder for a test's data. The caller removes it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'heliograph-test-'));
  // Open to the user postgres, as whom Postgres runs when the tests are run by root.
  chmodSync(folder, 0o711);
  return folder;
}
