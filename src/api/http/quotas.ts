/** Bounds on what an account may have: whoever has its key can't fill the disk with things. */
import type { Kysely } from 'kysely';
import type { AccountLimits } from '../../config/account-limits';
import { AppError } from '../../errors';
import { isQuotaReached, type Counted } from '../../store/accounts/quotas';
import type { Schema } from '../../store/tables';

const NOUN: Record<keyof AccountLimits, string> = {
  gateways: 'gateways',
  webhooks: 'webhooks',
  webhooksPerPath: 'webhooks of one host and path that keys made which may only send',
  apiKeys: 'valid API keys',
  groups: 'groups',
  templates: 'templates',
  routes: 'routes',
  uploads: 'uploads',
  uploadBytes: 'bytes of uploads',
};

/**
 * To be asked in the transaction that makes another one.
 * @throws AppError quota-reached naming the limit and where it is set.
 */
export async function checkQuota(
  tx: Kysely<Schema>,
  accountId: string,
  thing: Counted,
  limits: AccountLimits,
): Promise<void> {
  if (await isQuotaReached(tx, accountId, thing, limits[thing])) throw quotaReached(thing, limits);
}

/** Where there is a better one than to delete some. */
const REMEDY: Partial<Record<keyof AccountLimits, string>> = {
  webhooksPerPath: 'make this one with POST /api/v1/webhooks',
};

export function quotaReached(thing: keyof AccountLimits, limits: AccountLimits): AppError {
  const limit = limits[thing];
  return new AppError(
    'quota-reached',
    `The account may have ${limit} ${NOUN[thing]}: ${REMEDY[thing] ?? 'delete some'}, or have ${thing} raised in HELIOGRAPH_ACCOUNT_LIMITS`,
    { extra: { quota: thing, limit } },
  );
}
