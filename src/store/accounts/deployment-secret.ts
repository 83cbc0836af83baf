/**
 * Secrets of the whole deployment, random, made once and kept sealed in Postgres. They outlive the master keys: a rotation
 * seals them anew, and what was hashed or encrypted by one of them stays as it is. See `docs/decisions/0030-a-ring-of-keys.md`.
 */
import { randomBytes } from 'node:crypto';
import type { Database } from '../database';
import { SEALED, type Sealer } from '../seal';

/** `personal-hash`: the key of keyed hashes. `temporal-payloads`: what Temporal keeps of us is encrypted with it. */
export type DeploymentSecretName = 'personal-hash' | 'temporal-payloads';

/**
 * The secret, 32 bytes: the same in every process, asked for once.
 * @throws SealError when the ring lacks the key that sealed it; what Postgres throws when it is away. The next call tries again.
 */
export type DeploymentSecret = () => Promise<Buffer>;

const SECRET_BYTES = 32;

/** Asks for nothing before the first call. */
export function createDeploymentSecret(
  { pool }: Pick<Database, 'pool'>,
  sealer: Sealer,
  name: DeploymentSecretName,
): DeploymentSecret {
  let secret: Promise<Buffer> | undefined;
  return () =>
    (secret ??= ensureSecret(pool, sealer, name).catch((error: unknown) => {
      secret = undefined;
      throw error;
    }));
}

/** Made by whichever process needs it first. */
async function ensureSecret(pool: Database['pool'], sealer: Sealer, name: DeploymentSecretName): Promise<Buffer> {
  const context = SEALED.deploymentSecret.context(name);
  const find = async () =>
    (await pool.query<{ value: string }>('select value from deployment_secrets where name = $1', [name])).rows[0];
  let row = await find();
  if (row === undefined) {
    const fresh = sealer.seal(randomBytes(SECRET_BYTES).toString('base64'), context);
    await pool.query('insert into deployment_secrets (name, value) values ($1, $2) on conflict do nothing', [
      name,
      fresh,
    ]);
    row = (await find())!;
  }
  return Buffer.from(sealer.open(row.value, context), 'base64');
}
