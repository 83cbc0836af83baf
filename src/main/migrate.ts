/** `node dist/main/migrate.js`: brings the database of DATABASE_URL to this version's schema and ends. */
import { ConfigError, readConfig } from '../config';
import { migrate } from '../store/schema/migrate';
import { sentenceOf } from './logging';

export { migrate };

async function main(): Promise<void> {
  const { databaseUrl } = readConfig(process.env, 'migrate');
  if (databaseUrl === undefined) throw new ConfigError('DATABASE_URL is not set: name the database to migrate');
  await migrate(databaseUrl);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`heliograph migrate: ${error instanceof ConfigError ? error.message : sentenceOf(error)}\n`);
    process.exitCode = 1;
  });
}
