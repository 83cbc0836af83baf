/**
 * `npm run reseal`, and `heliograph keys reseal`: seals every sealed value anew with the first key of
 * HELIOGRAPH_MASTER_KEYS, beside a product in use. Exits 1 when something is left that an older key is needed for.
 */
import type { Resealed, ResealedColumn } from '../cli/command';
import { readConfig, type Config } from '../config';
import { createKeyring } from '../core/accounts/keyring';
import { connectDatabase } from '../store/database';
import { reseal } from '../store/schema/reseal';
import { createSealer } from '../store/seal';
import { findEmbedded } from './embedded/find';
import { readEnvironmentFile } from './up/environment-file';
import { findMasterKeys } from './up/master-keys';

/**
 * Seals everything anew with the first of the master keys.
 * @param onColumn is told of each column that is done.
 * @throws Error with a sentence when there is no database, or it is away.
 */
export async function resealWith(config: Config, onColumn: (done: ResealedColumn) => void): Promise<Resealed> {
  const ring = createKeyring(findMasterKeys(config));
  const url = config.databaseUrl ?? (await findEmbedded(config)).url;
  const database = connectDatabase({ url, connections: 2, onError: () => undefined });
  const columns: ResealedColumn[] = [];
  try {
    const done = await reseal(database.pool, createSealer(ring), ({ table, column, resealed, left }) => {
      const told = { column: `${table}.${column}`, resealed, left };
      columns.push(told);
      onColumn(told);
    });
    const [keyId, ...otherKeyIds] = ring.ids as [string, ...string[]];
    const left = columns.reduce((sum, column) => sum + column.left, 0);
    return { keyId, otherKeyIds, columns, left, refused: done.flatMap(({ refused }) => refused) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNREFUSED') throw error;
    throw new Error(`The database does not answer (${message || code}): start it or correct DATABASE_URL.`);
  } finally {
    await database.close();
  }
}

async function main(): Promise<void> {
  readEnvironmentFile();
  const { keyId, otherKeyIds, left, refused } = await resealWith(readConfig(), ({ column, resealed }) =>
    process.stdout.write(`${column}: ${resealed} sealed anew\n`),
  );
  if (left === 0) {
    const rest =
      otherKeyIds.length === 0 ? '' : ` Once no process has another first key, ${otherKeyIds.join(', ')} may go.`;
    process.stdout.write(`Everything is sealed with the key ${keyId}.${rest}\n`);
    return;
  }
  for (const reason of refused) process.stderr.write(`${reason}\n`);
  const what = left === 1 ? '1 value is' : `${left} values are`;
  process.stderr.write(`${what} not sealed with the key ${keyId}: leave the other keys in the ring.\n`);
  process.exitCode = 1;
}

if (require.main === module) {
  main().catch((error: Error) => {
    process.stderr.write(`heliograph reseal: ${error.message}\n`);
    process.exitCode = 1;
  });
}
