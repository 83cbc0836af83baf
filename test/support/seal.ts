/** Rings, sealers and contexts of tests. */
import { createKeyring, type MasterKey } from '../../src/core/accounts/keyring';
import { connectDatabase } from '../../src/store/database';
import { createSealer, SEALED, type SealContext, type Sealer } from '../../src/store/seal';
import { payloadSecretOf } from './servers';

/** The context of a value that is in no row. */
export const testContext = (name: string): SealContext => name as SealContext;

/** @param keys the one that seals first. */
export const sealerOf = (...keys: MasterKey[]): Sealer => createSealer(createKeyring(keys));

/**
 * Has a product encrypt at Temporal as all of its namespace do. Before its first process starts: each of them would make a
 * secret where there is none.
 */
export async function keepPayloadSecret(
  databaseUrl: string,
  { masterKeys, temporal }: { masterKeys?: readonly MasterKey[]; temporal: { namespace: string } },
): Promise<void> {
  const sealer = sealerOf(...masterKeys!);
  const name = 'temporal-payloads';
  const secret = payloadSecretOf(temporal.namespace).toString('base64');
  const value = sealer.seal(secret, SEALED.deploymentSecret.context(name));
  const database = connectDatabase({ url: databaseUrl, connections: 1, onError: () => undefined });
  await database.pool.query('insert into deployment_secrets (name, value) values ($1, $2)', [name, value]);
  await database.close();
}
