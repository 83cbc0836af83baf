/** Account facts that every request needs, kept for a moment. */
import { TtlCache } from '../../core/concurrency/ttl-cache';
import { AppError } from '../../errors';
import { findAccountContext, type AccountContext } from '../../store/accounts/accounts';
import type { Database } from '../../store/database';

/** A change made by another api process is seen this much later at most. */
const CACHE_MS = 1_000;

export interface Accounts {
  /** @throws AppError not-found */
  context(accountId: string): Promise<AccountContext>;
  /** This process changed something of the account. */
  forget(accountId: string): void;
}

export function createAccounts(database: Database): Accounts {
  const cache = new TtlCache<AccountContext>(CACHE_MS);

  async function load(accountId: string): Promise<AccountContext> {
    const context = await findAccountContext(database.db, accountId);
    if (context === null) throw new AppError('not-found', `There is no account ${accountId}`);
    return context;
  }

  return {
    context: (accountId) => cache.get(accountId, () => load(accountId)),
    forget: (accountId) => cache.forget(accountId),
  };
}
