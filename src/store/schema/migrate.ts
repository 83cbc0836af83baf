/** Schema migrations: numbered SQL files in `db/migrations`, forward only. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { Migrator, sql, type Migration } from 'kysely';
import { connectDatabase, type Database } from '../database';
import { grantRuntime, readRole, type Role } from './grants';
import { makePartitions } from './partitions';

/** The folder of the numbered SQL files. */
export const MIGRATIONS = path.resolve(__dirname, '../../../db/migrations');

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await fs.readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql'));
  const entries = files.map(async (file): Promise<[string, Migration]> => {
    const text = await fs.readFile(path.join(MIGRATIONS, file), 'utf8');
    return [path.basename(file, '.sql'), { up: async (db) => void (await sql.raw(text).execute(db)) }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Brings the schema up to this version's, with the partitions that will be needed soon, and lets the role that the product
 * runs as use it. Several starters may call it at once: the migrator takes a lock.
 * @param databaseUrl of the role that the product runs as.
 * @param ownerUrl of the role that owns the tables.
 * @returns what is to be said of these roles; null = nothing, they are two.
 * @throws Error when a migration fails, or when the database was migrated by a newer version than this one.
 */
export async function migrate(databaseUrl: string, ownerUrl = databaseUrl): Promise<string | null> {
  const owner = open(ownerUrl);
  const runtime = open(databaseUrl);
  try {
    await migrateSchema(owner);
    await makePartitions(owner.pool, Date.now());
    const [owning, running] = [await readRole(owner.pool), await readRole(runtime.pool)];
    if (owning.name !== running.name) await grantRuntime(owner.pool, running.name);
    return roleProblem(owning, running);
  } finally {
    await Promise.all([owner.close(), runtime.close()]);
  }
}

const open = (url: string): Database => connectDatabase({ url, connections: 2, onError: () => undefined });

const REMEDY = 'see "Database roles" in docs/security.md';

function roleProblem(owner: Role, runtime: Role): string | null {
  if (runtime.isSuperuser) {
    return `The role ${runtime.name} of DATABASE_URL is a superuser: whoever gets a statement in can run programs on that server; ${REMEDY}`;
  }
  if (owner.name === runtime.name) {
    return `The role ${runtime.name} of DATABASE_URL owns the tables: give migrations one of their own with HELIOGRAPH_DATABASE_OWNER_URL; ${REMEDY}`;
  }
  return null;
}

async function migrateSchema({ db }: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const message = error instanceof Error ? error.message : String(error);
  if (/corrupted migrations/.test(message)) {
    throw new Error(`The database was migrated by a newer Heliograph than this one: run that version (${message})`);
  }
  throw new Error(failed === undefined ? message : `Migration ${failed} failed: ${message}`);
}
