/** API keys as requests need them: by id, valid now, within their rate; kept for a moment. */
import { isKeyId, secretMatches } from '../../core/accounts/api-key';
import { BoundedMap } from '../../core/concurrency/bounded-map';
import { GroupCommit } from '../../core/concurrency/group-commit';
import { TokenBucket } from '../../core/concurrency/token-bucket';
import { TtlCache } from '../../core/concurrency/ttl-cache';
import { AppError } from '../../errors';
import { findKey, findKeys, touchKey, type StoredKey } from '../../store/accounts/api-keys';
import type { Database } from '../../store/database';
import type { FailureReason } from './failures';

/** A valid key, or why there is none. */
export type KeyLookUp =
  | { key: StoredKey }
  | { key: null; reason: FailureReason; /** Whose key that is; absent = nobody's. */ accountId?: string };

export interface Keys {
  /** The key of an id, if it is neither revoked nor expired. */
  valid(id: string): Promise<KeyLookUp>;
  /** The valid key that this secret belongs to. */
  withSecret(id: string, secret: string): Promise<KeyLookUp>;
  /**
   * A request came with this key: counts it against the rates of the key and of its account, and notes when the key was
   * used.
   * @param what a key may be traded for access tokens as often as it may send, beside what it sends.
   * @throws AppError rate-limited
   */
  use(key: StoredKey, what?: 'request' | 'token'): void;
  /** This process made, changed or revoked a key. */
  forget(id: string): void;
}

/** A key that another api process revoked is refused this much later at most; a busy key costs one query in that time. */
const CACHE_MS = 1_000;
/** An id that nobody has is not asked about again for so long: ids are drawn by chance, so none is guessed before it is made. */
const UNKNOWN_MS = 10_000;
const MAX_KEPT = 10_000;
const MAX_BUCKETS = 10_000;
/** How exactly the last use of a key is known. */
const LAST_USE_MS = 60_000;
/** Ids that were never seen here share one query at a time, whoever asks about how many of them. */
const MAX_IDS = { rows: 500, bytes: Infinity };
const MAX_WAITING_IDS = { rows: 5_000, bytes: Infinity };
const ONE_ID = { rows: 1, bytes: 0 };

/** @param onError told when the last use of a key could not be noted. */
export function createKeys({ db }: Pick<Database, 'db'>, onError: (error: unknown) => void): Keys {
  const known = new TtlCache<StoredKey | null>(CACHE_MS, MAX_KEPT);
  /** Ids that are somebody's: each is read by itself, so that no crowd of strangers is in front of it. */
  const seen = new BoundedMap<string, true>(MAX_KEPT);
  /** Ids that nobody has, and until when that is taken for granted: apart, so that they put out no key that there is. */
  const unknown = new BoundedMap<string, number>(MAX_KEPT);
  const firstLooks = new GroupCommit<string, StoredKey | null>(
    async (ids) => {
      const keys = new Map((await findKeys(db, [...new Set(ids)])).map((key) => [key.id, key]));
      return ids.map((id) => keys.get(id) ?? null);
    },
    { maxCommit: MAX_IDS, maxWaiting: MAX_WAITING_IDS, weigh: () => ONE_ID, failsAll: () => true },
  );
  /** Per limited key, and per account that has one; a changed rate begins a new bucket. */
  const buckets = new BoundedMap<string, TokenBucket>(MAX_BUCKETS);

  async function look(id: string): Promise<StoredKey | null> {
    const key = await (seen.get(id) === true ? findKey(db, id) : firstLooks.add(id));
    if (key === null) unknown.set(id, Date.now() + UNKNOWN_MS);
    else seen.set(id, true);
    return key;
  }

  async function valid(id: string): Promise<KeyLookUp> {
    if (!isKeyId(id)) return { key: null, reason: 'malformed' };
    if ((unknown.get(id) ?? 0) > Date.now()) return { key: null, reason: 'unknown-key' };
    const key = await known.get(
      id,
      () => look(id),
      (found) => found !== null,
    );
    if (key === null) return { key, reason: 'unknown-key' };
    const ended = key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt.getTime() <= Date.now());
    return ended ? { key: null, reason: 'ended', accountId: key.accountId } : { key };
  }

  function take(name: string, ratePerSecond: number, nowMs: number, whose: string): void {
    let bucket = buckets.get(name);
    if (bucket === undefined) buckets.set(name, (bucket = new TokenBucket(ratePerSecond, ratePerSecond, nowMs)));
    const token = bucket.take(nowMs);
    if (token.ok) return;
    throw new AppError('rate-limited', `${whose} may send ${ratePerSecond} requests a second`, {
      retryAfterSeconds: Math.ceil(token.waitMs / 1_000),
    });
  }

  function noteUse(key: StoredKey): void {
    const nowMs = Date.now();
    if (key.lastUsedAt !== null && nowMs - key.lastUsedAt.getTime() < LAST_USE_MS) return;
    // In the kept copy, so that the requests of the next moment don't write it too.
    key.lastUsedAt = new Date(nowMs);
    touchKey(db, key.id).catch(onError);
  }

  return {
    valid,
    async withSecret(id, secret) {
      const found = await valid(id);
      if (found.key === null || secretMatches(secret, found.key.secretHash)) return found;
      return { key: null, reason: 'wrong-secret', accountId: found.key.accountId };
    },
    use(key, what = 'request') {
      noteUse(key);
      const { id, accountId, ratePerSecond, accountRatePerSecond: ofAccount } = key;
      if (ratePerSecond === null) return;
      const nowMs = Date.now();
      take(`${what} ${id}/${ratePerSecond}`, ratePerSecond, nowMs, 'The key');
      // Of one key alone both say the same.
      const shared = Math.max(ratePerSecond, ofAccount ?? 0);
      take(`account ${accountId}/${shared}`, shared, nowMs, 'All keys of the account together');
    },
    forget(id) {
      known.forget(id);
      unknown.delete(id);
    },
  };
}
