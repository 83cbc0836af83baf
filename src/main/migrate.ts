/**
 * `node dist/main/migrate.js`: brings the database to this version's schema and ends. It works as the role of
 * HELIOGRAPH_DATABASE_OWNER_URL, and lets that of DATABASE_URL, as which the product runs, use what it makes.
 */
import { ConfigError, readConfig } from '../config';
import { migrate } from '../store/schema/migrate';
import { sentenceOf } from './logging';

export { migrate };

async function main(): Promise<void> {
  const { databaseUrl, databaseOwnerUrl } = readConfig(process.env, 'migrate');
  if (databaseUrl === undefined) throw new ConfigError('DATABASE_URL is not set: name the database to migrate');
  const problem = await migrate(databaseUrl, databaseOwnerUrl);
  if (problem !== null) process.stderr.write(`heliograph migrate: ${problem}\n`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`heliograph migrate: ${error instanceof ConfigError ? error.message : sentenceOf(error)}\n`);
    process.exitCode = 1;
  });
}
