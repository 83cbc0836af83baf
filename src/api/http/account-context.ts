/** Account facts that every request needs, kept for a moment. */
import { AppError } from '../../errors';
import { findAccountContext, type AccountContext } from '../../store/accounts/accounts';
import type { Database } from '../../store/database';

/** A change made by another api process is seen this much later at most. */
const CACHE_MS = 1_000;
const MAX_CACHED = 10_000;

export interface Accounts {
  /** @throws AppError not-found */
  context(accountId: string): Promise<AccountContext>;
  /** This process changed something of the account. */
  forget(accountId: string): void;
}

export function createAccounts(database: Database): Accounts {
  const cache = new Map<string, { context: AccountContext; expiresAtMs: number }>();
  return {
    async context(accountId) {
      const known = cache.get(accountId);
      if (known !== undefined && known.expiresAtMs > Date.now()) return known.context;
      const context = await findAccountContext(database.db, accountId);
      if (context === null) throw new AppError('not-found', `There is no account ${accountId}`);
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(accountId, { context, expiresAtMs: Date.now() + CACHE_MS });
      return context;
    },
    forget: (accountId) => void cache.delete(accountId),
  };
}
