/**
 * `npm run reseal`: seals every sealed value anew with the first key of HELIOGRAPH_MASTER_KEYS, beside a product in use.
 * Exits 1 when something is left that an older key is needed for.
 */
import { readConfig, type Config } from '../config';
import { createKeyring } from '../core/accounts/keyring';
import { connectDatabase } from '../store/database';
import { reseal, type ResealedColumn } from '../store/schema/reseal';
import { createSealer } from '../store/seal';
import { findEmbeddedUrl } from './embedded/postgres-roles';
import { readEnvironmentFile } from './up/environment-file';
import { findMasterKeys } from './up/master-keys';

async function main(): Promise<void> {
  readEnvironmentFile();
  const config = readConfig();
  const ring = createKeyring(findMasterKeys(config));
  const url = await databaseOf(config);
  const database = connectDatabase({ url, connections: 2, onError: () => undefined });
  try {
    const done = await reseal(database.pool, createSealer(ring), ({ table, column, resealed }) =>
      process.stdout.write(`${table}.${column}: ${resealed} sealed anew\n`),
    );
    conclude(done, ring.ids);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNREFUSED') throw error;
    throw new Error(`The database does not answer (${message || code}): start it or correct DATABASE_URL.`);
  } finally {
    await database.close();
  }
}

async function databaseOf({ databaseUrl, dataDir, postgresPort }: Config): Promise<string> {
  const url = databaseUrl ?? (await findEmbeddedUrl(dataDir, postgresPort));
  if (url !== undefined) return url;
  throw new Error(`${dataDir} has no database: set DATABASE_URL, or HELIOGRAPH_DATA_DIR to the folder of npm start.`);
}

function conclude(done: readonly ResealedColumn[], [first, ...others]: readonly string[]): void {
  const left = done.reduce((sum, column) => sum + column.left, 0);
  if (left === 0) {
    const rest = others.length === 0 ? '' : ` Once no process has another first key, ${others.join(', ')} may go.`;
    process.stdout.write(`Everything is sealed with the key ${first}.${rest}\n`);
    return;
  }
  for (const reason of done.flatMap(({ refused }) => refused)) process.stderr.write(`${reason}\n`);
  const what = left === 1 ? '1 value is' : `${left} values are`;
  process.stderr.write(`${what} not sealed with the key ${first}: leave the other keys in the ring.\n`);
  process.exitCode = 1;
}

main().catch((error: Error) => {
  process.stderr.write(`heliograph reseal: ${error.message}\n`);
  process.exitCode = 1;
});
