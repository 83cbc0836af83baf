/** API keys as requests need them: by id, valid now, within their rate; kept for a moment. */
import { secretMatches } from '../../core/accounts/api-key';
import { TokenBucket } from '../../core/concurrency/token-bucket';
import { TtlCache } from '../../core/concurrency/ttl-cache';
import { AppError } from '../../errors';
import { findKey, touchKey, type StoredKey } from '../../store/accounts/api-keys';
import type { Database } from '../../store/database';

export interface Keys {
  /** Null when there is no such key, or it is revoked or expired. */
  valid(id: string): Promise<StoredKey | null>;
  /** The valid key that this secret belongs to. */
  withSecret(id: string, secret: string): Promise<StoredKey | null>;
  /**
   * A request came with this key: counts it against the key's rate and notes when the key was used.
   * @throws AppError rate-limited
   */
  use(key: StoredKey): void;
  /** This process changed or revoked a key. */
  forget(id: string): void;
}

/** A key that another api process revoked is refused this much later at most; a busy key costs one query in that time. */
const CACHE_MS = 1_000;
const MAX_BUCKETS = 10_000;
/** How exactly the last use of a key is known. */
const LAST_USE_MS = 60_000;

/** @param onError told when the last use of a key could not be noted. */
export function createKeys(database: Database, onError: (error: unknown) => void): Keys {
  const cache = new TtlCache<StoredKey | null>(CACHE_MS);

  /** Per limited key; a changed rate begins a new bucket. */
  const buckets = new Map<string, TokenBucket>();

  async function valid(id: string): Promise<StoredKey | null> {
    const key = await cache.get(id, () => findKey(database.db, id));
    if (key === null || key.revokedAt !== null) return null;
    return key.expiresAt !== null && key.expiresAt.getTime() <= Date.now() ? null : key;
  }

  function limit(id: string, ratePerSecond: number): void {
    const nowMs = Date.now();
    const name = `${id}/${ratePerSecond}`;
    const bucket = buckets.get(name) ?? new TokenBucket(ratePerSecond, ratePerSecond, nowMs);
    if (buckets.size >= MAX_BUCKETS) buckets.clear();
    buckets.set(name, bucket);
    const token = bucket.take(nowMs);
    if (token.ok) return;
    throw new AppError('rate-limited', `The key may send ${ratePerSecond} requests a second`, {
      retryAfterSeconds: Math.ceil(token.waitMs / 1_000),
    });
  }

  function noteUse(key: StoredKey): void {
    const nowMs = Date.now();
    if (key.lastUsedAt !== null && nowMs - key.lastUsedAt.getTime() < LAST_USE_MS) return;
    // In the kept copy, so that the requests of the next moment don't write it too.
    key.lastUsedAt = new Date(nowMs);
    touchKey(database.db, key.id).catch(onError);
  }

  return {
    valid,
    async withSecret(id, secret) {
      const key = await valid(id);
      return key !== null && secretMatches(secret, key.secretHash) ? key : null;
    },
    use(key) {
      noteUse(key);
      if (key.ratePerSecond !== null) limit(key.id, key.ratePerSecond);
    },
    forget: (id) => cache.forget(id),
  };
}
