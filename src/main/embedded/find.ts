/** The embedded database of a data folder, for what works beside a running `npm start`. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../config';
import { OWNER, RUNTIME, urlOf } from './postgres-roles';

/** @throws Error naming the folder and the remedy when it has no database. */
export async function findEmbedded({
  dataDir,
  postgresPort,
}: Pick<Config, 'dataDir' | 'postgresPort'>): Promise<{ url: string; ownerUrl: string }> {
  const read = (file: string) =>
    readFile(path.join(dataDir, `postgres.${file}`), 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    );
  const [runtime, owner] = [await read('runtime.password'), await read('owner.password')];
  const port = postgresPort ?? (await read('port'));
  if (runtime === undefined || owner === undefined || port === undefined) {
    throw new Error(`${dataDir} has no database: set DATABASE_URL, or HELIOGRAPH_DATA_DIR to the folder of npm start.`);
  }
  return { url: urlOf(RUNTIME, runtime, Number(port)), ownerUrl: urlOf(OWNER, owner, Number(port)) };
}
