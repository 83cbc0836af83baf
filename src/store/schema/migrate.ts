/** Schema migrations: numbered SQL files in `db/migrations`, forward only. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { Migrator, sql, type Migration } from 'kysely';
import { connectDatabase } from '../database';
import { makePartitions } from './partitions';

const FOLDER = path.resolve(__dirname, '../../../db/migrations');

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await fs.readdir(FOLDER)).filter((file) => file.endsWith('.sql'));
  const entries = files.map(async (file): Promise<[string, Migration]> => {
    const text = await fs.readFile(path.join(FOLDER, file), 'utf8');
    return [path.basename(file, '.sql'), { up: async (db) => void (await sql.raw(text).execute(db)) }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Brings the schema up to this version's, with the partitions that will be needed soon. Several starters may call it at once: the migrator takes a lock.
 * @throws Error when a migration fails, or when the database was migrated by a newer version than this one.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const database = connectDatabase({ url: databaseUrl, connections: 2, onError: () => undefined });
  try {
    const migrator = new Migrator({ db: database.db, provider: { getMigrations: readMigrations } });
    const { error, results } = await migrator.migrateToLatest();
    if (error === undefined) return await makePartitions(database.pool, Date.now());
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    const message = error instanceof Error ? error.message : String(error);
    if (/corrupted migrations/.test(message)) {
      throw new Error(`The database was migrated by a newer Heliograph than this one: run that version (${message})`);
    }
    throw new Error(failed === undefined ? message : `Migration ${failed} failed: ${message}`);
  } finally {
    await database.close();
  }
}
