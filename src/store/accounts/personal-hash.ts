/**
 * Keyed hashes of what is personal, such as a number: equal ones are told without keeping any. Their key is a secret of
 * the deployment, sealed by the ring and not derived from it: a master key goes with a rotation, and no hash could be
 * made anew without the number. See `docs/decisions/0030-a-ring-of-keys.md`.
 */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Database } from '../database';
import { SEALED, type Sealer } from '../seal';

/**
 * HMAC-SHA-256 of a value, 32 bytes, the same in every process and after every rotation.
 * @param purpose such as `opt-out`: hashes of two purposes can't be compared with each other.
 * @param value normalised by the caller, such as a number in digits.
 * @throws SealError when the ring lacks the key that sealed the secret; what Postgres throws when it is away.
 */
export type PersonalHash = (purpose: string, value: string) => Promise<Buffer>;

const NAME = 'personal-hash';
const SECRET_BYTES = 32;

/** The key of a purpose, 32 bytes. Throws as {@link PersonalHash} does. */
export type PersonalKey = (purpose: string) => Promise<Buffer>;

export function createPersonalKey({ pool }: Pick<Database, 'pool'>, sealer: Sealer): PersonalKey {
  const keys = new Map<string, Buffer>();
  let secret: Promise<Buffer> | undefined;
  return async (purpose) => {
    secret ??= ensureSecret(pool, sealer).catch((error: unknown) => {
      secret = undefined;
      throw error;
    });
    const opened = await secret;
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

/** The secret of this deployment, made by whichever process needs it first. */
async function ensureSecret(pool: Database['pool'], sealer: Sealer): Promise<Buffer> {
  const context = SEALED.deploymentSecret.context(NAME);
  const find = async () =>
    (await pool.query<{ value: string }>('select value from deployment_secrets where name = $1', [NAME])).rows[0];
  let row = await find();
  if (row === undefined) {
    const fresh = sealer.seal(randomBytes(SECRET_BYTES).toString('base64'), context);
    await pool.query('insert into deployment_secrets (name, value) values ($1, $2) on conflict do nothing', [
      NAME,
      fresh,
    ]);
    row = (await find())!;
  }
  return Buffer.from(sealer.open(row.value, context), 'base64');
}
