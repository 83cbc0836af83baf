/** What the command line does on this machine without the API, by the functions that the processes use. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Resealed, ResealedColumn, Settings } from '../../cli/command';
import {
  ConfigError,
  describeEnvironment,
  isSecret,
  LOOPBACK,
  readConfig,
  readMistakes,
  type Config,
} from '../../config';
import { migrate } from '../../store/schema/migrate';
import { findEmbedded } from '../embedded/find';
import { resealWith } from '../reseal';

export { examine } from './examine';

/** Whether the environment or a data folder names a deployment of this machine. */
export function isHere({ DATABASE_URL: url, HELIOGRAPH_DATA_DIR: folder }: NodeJS.ProcessEnv): boolean {
  return (url ?? '') !== '' || existsSync(path.join(folder || '.heliograph', 'postgres.port'));
}

/**
 * Migrates the database of DATABASE_URL, else the embedded one, which has to run.
 * @returns what is to be said of its roles; null = nothing.
 */
export async function migrateHere(): Promise<string | null> {
  const config = readConfig(process.env, 'migrate');
  if (config.databaseUrl !== undefined) return migrate(config.databaseUrl, config.databaseOwnerUrl);
  const { url, ownerUrl } = await findEmbedded(config);
  return migrate(url, ownerUrl);
}

export function resealHere(onColumn: (done: ResealedColumn) => void): Promise<Resealed> {
  return resealWith(readConfig(), onColumn);
}

/** Every setting with its value, secrets masked, and what is wrong with them. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const items = describeEnvironment().map(({ name, description, fallback }) => {
    const set = env[name] ?? '';
    const source =
      set !== '' ? ('environment' as const) : fallback === undefined ? ('unset' as const) : ('default' as const);
    const value = set === '' ? (fallback ?? null) : isSecret(name) ? '(hidden)' : set;
    return { name, value, source, description };
  });
  return { problems: problemsOf(env), mistakes: readMistakes(env), items };
}

/** What is wrong with the environment, a line each. */
export function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').slice(1).map((line) => line.trim()); // prettier-ignore
  }
}

/** The UI that the settings name, else that of the dev server which `npm start` runs; null = nobody knows. */
export function findTemporalUi(env: NodeJS.ProcessEnv): string | null {
  const { temporal }: Config = readConfig(env);
  if (temporal.uiUrl !== undefined) return temporal.uiUrl;
  return temporal.address === undefined ? `http://${LOOPBACK}:${temporal.uiPort}` : null;
}
