/** Rings, sealers and contexts of tests. */
import { createKeyring, type MasterKey } from '../../src/core/accounts/keyring';
import { createSealer, type SealContext, type Sealer } from '../../src/store/seal';

/** The context of a value that is in no row. */
export const testContext = (name: string): SealContext => name as SealContext;

/** @param keys the one that seals first. */
export const sealerOf = (...keys: MasterKey[]): Sealer => createSealer(createKeyring(keys));
