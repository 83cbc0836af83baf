/** The master keys of a stack: as they are configured, else those of the data folder. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, readConfig, type Config } from '../../config';
import type { MasterKey } from '../../core/accounts/keyring';

/** In the data folder: a key, or a ring `id:key,…` as HELIOGRAPH_MASTER_KEYS has it. */
export const MASTER_KEY_FILE = 'master.key';

type Variables = { HELIOGRAPH_MASTER_KEY: string } | { HELIOGRAPH_MASTER_KEYS: string };

/** The variable by which a process is told the keys. */
export function masterKeyVariables(keys: readonly MasterKey[]): Variables {
  const encode = ({ id, key }: MasterKey) => `${id === undefined ? '' : `${id}:`}${key.toString('base64')}`;
  const text = keys.map(encode).join(',');
  return keys[0]?.id === undefined ? { HELIOGRAPH_MASTER_KEY: text } : { HELIOGRAPH_MASTER_KEYS: text };
}

/**
 * The keys of the environment, else those of the data folder.
 * @param read gives a file of the data folder.
 * @throws ConfigError naming the file when there is nothing usable in it.
 */
export function findMasterKeys(
  { masterKeys, dataDir }: Pick<Config, 'masterKeys' | 'dataDir'>,
  read: (file: string) => string = (file) => readFileSync(path.join(dataDir, file), 'utf8'),
): readonly MasterKey[] {
  if (masterKeys !== undefined) return masterKeys;
  const file = path.join(dataDir, MASTER_KEY_FILE);
  try {
    const text = read(MASTER_KEY_FILE).trim();
    return readConfig({ [text.includes(':') ? 'HELIOGRAPH_MASTER_KEYS' : 'HELIOGRAPH_MASTER_KEY']: text }).masterKeys!;
  } catch (error) {
    const why = error instanceof ConfigError ? error.message.split('\n').at(-1)!.trim() : (error as Error).message;
    throw new ConfigError(
      `No master key can be read from ${file}: ${why}. Set HELIOGRAPH_MASTER_KEY, or mend the file`,
    );
  }
}
