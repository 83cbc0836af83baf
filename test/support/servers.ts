/** The servers that one test run shares, and how its processes learn where they are. */
import { hash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { chmodSync, mkdtempSync, statfsSync } from 'node:fs';

/** Environment variables by which Jest's own process tells the test processes. */
/** As the superuser. */
export const TEST_DATABASE_URL = 'HELIOGRAPH_TEST_DATABASE_URL';
/** As the role that the product runs as. */
export const TEST_RUNTIME_URL = 'HELIOGRAPH_TEST_RUNTIME_URL';
export const TEST_TEMPORAL_ADDRESS = 'HELIOGRAPH_TEST_TEMPORAL_ADDRESS';
export const TEST_PRODUCTS_URL = 'HELIOGRAPH_TEST_PRODUCTS_URL';

/** Migrated once per run; every test database is a copy of it. */
export const TEMPLATE_DATABASE = 'heliograph_template';

/** Of every api that tests start. */
export const ADMIN_KEY = 'test-admin-key-0123456789abcdef';

/** `npm test` builds it first; bundling anew would cost every test file seconds. */
export const WORKFLOW_BUNDLE = { codePath: path.resolve(__dirname, '../../dist/workflow-bundle.js') };

/** What files share: api, worker and simulator, or an api alone. */
export type ProductKind = 'whole' | 'api';

/** Files of one Jest worker run one after the other; those of two side by side. From 1. */
export const jestWorker = (): string => process.env.JEST_WORKER_ID ?? '1';

/**
 * Namespaces of Temporal: one per Jest worker for the stacks that its files start, and one for each product that they
 * share, so that nobody takes another's tasks.
 */
const ownNamespace = (worker: string): string => `test-${worker}`;
export const productNamespace = (kind: ProductKind, worker: string): string => `${kind}-${worker}`;

/** All of them. */
export const namespacesOf = (jestWorkers: number): string[] =>
  Array.from({ length: jestWorkers }, (_, i) => String(i + 1)).flatMap((worker) => [
    ownNamespace(worker),
    productNamespace('whole', worker),
    productNamespace('api', worker),
  ]);

/** The namespace of the stacks that this Jest worker starts. */
export const testNamespace = (): string => ownNamespace(jestWorker());

/**
 * What the products in a namespace encrypt with at Temporal, 32 bytes: what one of them leaves there the next can read, as
 * after a restart, though it has another database.
 */
export const payloadSecretOf = (namespace: string): Buffer => hash('sha256', namespace, 'buffer');

/** Reads a fact that the run has put there (`test/support/run`). */
export function fact(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: jest.config.js gives this file to a project without that server.`);
  return value;
}

const MEMORY = '/dev/shm';
/** Write-ahead logs of some servers, each of which may grow to 4 GB, and the databases of files that run side by side. */
const MEMORY_BYTES = 12 * 2 ** 30;

/**
 * Linux' file system in memory, where there is room: a copy of the template database is a thousand files, and makes them
 * five times as fast there. Else the temporary folder of the machine.
 */
function fastestFolder(): string {
  if (process.platform !== 'linux' || os.freemem() < MEMORY_BYTES) return os.tmpdir();
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize < MEMORY_BYTES ? os.tmpdir() : MEMORY;
  } catch {
    return os.tmpdir();
  }
}

/** A new folder for a test's data. The caller removes it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(fastestFolder(), 'heliograph-test-'));
  // Open to the user postgres, as whom Postgres runs when the tests are run by root.
  chmodSync(folder, 0o711);
  return folder;
}
