/**
 * Keyed hashes of what is personal, such as a number: equal ones are told without keeping any. Their key is a secret of
 * the deployment, sealed by the ring and not derived from it: a master key goes with a rotation, and no hash could be
 * made anew without the number. See `docs/decisions/0030-a-ring-of-keys.md`.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Database } from '../database';
import type { Sealer } from '../seal';
import { createDeploymentSecret } from './deployment-secret';

/**
 * HMAC-SHA-256 of a value, 32 bytes, the same in every process and after every rotation.
 * @param purpose such as `opt-out`: hashes of two purposes can't be compared with each other.
 * @param value normalised by the caller, such as a number in digits.
 * @throws SealError when the ring lacks the key that sealed the secret; what Postgres throws when it is away.
 */
export type PersonalHash = (purpose: string, value: string) => Promise<Buffer>;

/** The key of a purpose, 32 bytes. Throws as {@link PersonalHash} does. */
export type PersonalKey = (purpose: string) => Promise<Buffer>;

export function createPersonalKey(database: Pick<Database, 'pool'>, sealer: Sealer): PersonalKey {
  const secret = createDeploymentSecret(database, sealer, 'personal-hash');
  const keys = new Map<string, Buffer>();
  return async (purpose) => {
    const opened = await secret();
    const key = keys.get(purpose) ?? Buffer.from(hkdfSync('sha256', opened, '', `heliograph ${purpose} hash v1`, 32));
    keys.set(purpose, key);
    return key;
  };
}

export const createPersonalHash =
  (keyOf: PersonalKey): PersonalHash =>
  async (purpose, value) =>
    createHmac('sha256', await keyOf(purpose))
      .update(value)
      .digest();
