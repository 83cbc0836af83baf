/** An account's payload encryption, as it is kept: sealed, because whoever has the keys reads every message. */
import type { Kysely } from 'kysely';
import type { PayloadEncoding, PayloadKey } from '../../core/accounts/payload-encryption';
import type { Schema } from '../tables';
import { SEALED, type Sealer } from '../seal';

export interface EncryptionSetting {
  /** Oldest first; the last one encrypts what we send, all of them open what comes in. */
  keys: PayloadKey[];
  /** How IV and ciphertext are spelled. */
  encoding: PayloadEncoding;
}

const { context: contextOf } = SEALED.accountEncryption;

export function sealEncryption(sealer: Sealer, accountId: string, { keys, encoding }: EncryptionSetting): string {
  const spelled = keys.map(({ version, key }) => ({ version, key: key.toString('base64') }));
  return sealer.seal(JSON.stringify({ keys: spelled, encoding }), contextOf(accountId));
}

/** @throws SealError when it was sealed with another master key. */
export function openEncryption(
  sealer: Sealer,
  account: { id: string; encryption: string | null },
): EncryptionSetting | null {
  if (account.encryption === null) return null;
  const { keys, encoding } = JSON.parse(sealer.open(account.encryption, contextOf(account.id))) as {
    keys: { version: string; key: string }[];
    encoding: PayloadEncoding;
  };
  return { keys: keys.map(({ version, key }) => ({ version, key: Buffer.from(key, 'base64') })), encoding };
}

/** The setting of an account; null = off. */
export async function findEncryption(
  db: Kysely<Schema>,
  sealer: Sealer,
  accountId: string,
): Promise<EncryptionSetting | null> {
  const row = await db
    .selectFrom('accounts')
    .select(['id', 'encryption'])
    .where('id', '=', accountId)
    .executeTakeFirst();
  return row === undefined ? null : openEncryption(sealer, row);
}
