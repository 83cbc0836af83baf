/** Account facts that every request needs, kept for a moment. */
import type { RegisteredText } from '../../core/campaigns/dlt';
import { TtlCache } from '../../core/concurrency/ttl-cache';
import { AppError } from '../../errors';
import { findAccountContext, type AccountContext } from '../../store/accounts/accounts';
import { listDltTemplates, listRegisteredTexts, type DltTemplate } from '../../store/audience/templates';
import type { Database } from '../../store/database';

/** A batch with more templates is asked about by itself. */
const MAX_KEPT_TEMPLATES = 20;

/** A change made by another api process is seen this much later at most. */
const CACHE_MS = 1_000;

export interface Accounts {
  /** @throws AppError not-found */
  context(accountId: string): Promise<AccountContext>;
  /** The texts that the account has registered on the DLT under these ids. */
  registeredTexts(accountId: string, dltTemplateIds: readonly string[]): Promise<RegisteredText[]>;
  /** The account's templates under these DLT ids, for records that bring no text. */
  dltTemplates(accountId: string, dltTemplateIds: readonly string[]): Promise<DltTemplate[]>;
  /** This process changed something of the account. */
  forget(accountId: string): void;
}

export function createAccounts(database: Database): Accounts {
  const cache = new TtlCache<AccountContext>(CACHE_MS);
  const texts = new TtlCache<RegisteredText[]>(CACHE_MS);
  const templates = new TtlCache<DltTemplate[]>(CACHE_MS);

  async function load(accountId: string): Promise<AccountContext> {
    const context = await findAccountContext(database.db, accountId);
    if (context === null) throw new AppError('not-found', `There is no account ${accountId}`);
    return context;
  }

  async function registeredTexts(accountId: string, ids: readonly string[]): Promise<RegisteredText[]> {
    if (ids.length === 0) return [];
    const read = (): Promise<RegisteredText[]> => listRegisteredTexts(database.db, accountId, ids);
    return ids.length > MAX_KEPT_TEMPLATES ? read() : texts.get([accountId, ...ids].join(' '), read);
  }

  async function dltTemplates(accountId: string, ids: readonly string[]): Promise<DltTemplate[]> {
    const read = (): Promise<DltTemplate[]> => listDltTemplates(database.db, accountId, ids);
    return ids.length > MAX_KEPT_TEMPLATES ? read() : templates.get([accountId, ...ids].join(' '), read);
  }

  return {
    registeredTexts,
    dltTemplates,
    context: (accountId) => cache.get(accountId, () => load(accountId)),
    forget: (accountId) => cache.forget(accountId),
  };
}
