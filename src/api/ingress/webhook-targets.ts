/** Where a request may send its outcomes: a webhook of the account, or a callback URL on an allowed host. */
import type { AccountLimits } from '../../config/account-limits';
import { TtlCache } from '../../core/concurrency/ttl-cache';
import { AppError } from '../../errors';
import { audited } from '../../store/accounts/audit';
import type { Account } from '../../store/accounts/accounts';
import type { Database } from '../../store/database';
import type { Sealer } from '../../store/seal';
import { countOfPlace, ensureWebhookIn, findWebhook, findWebhookId } from '../../store/webhooks/webhooks';
import { checkTarget } from '../../webhooks/target';
import type { Principal } from '../http/auth';
import { checkQuota, quotaReached } from '../http/quotas';
import type { RecordProblem } from './record-problem';

export type WebhookTarget = { ok: true; webhookId: string } | { ok: false; problem: RecordProblem };

export interface WebhookTargets {
  /** @param actor who sends: one that may not manage makes few webhooks for each host and path. */
  forUrl(account: Account, url: string, actor: Principal): Promise<WebhookTarget>;
  forId(accountId: string, id: string): Promise<WebhookTarget>;
}

/** A webhook that was deleted, here or by another api process, is refused this much later at most. */
const CACHE_MS = 1_000;
const MAX_FULL = 10_000;

export interface WebhookTargetSettings {
  /** `host[:port]` that is allowed for every account. */
  outboundAllow: readonly string[];
  accountLimits: AccountLimits;
}

export function createWebhookTargets(
  database: Database,
  sealer: Sealer,
  { outboundAllow, accountLimits }: WebhookTargetSettings,
): WebhookTargets {
  const cache = new TtlCache<WebhookTarget>(CACHE_MS);
  const allowed = new Set(outboundAllow);
  /** Accounts that may make no more: a request of thousands of URLs is not to ask for each of them. */
  const full = new Map<string, { untilMs: number; refusal: WebhookTarget }>();

  function refuseFor(key: string, refusal: WebhookTarget): WebhookTarget {
    if (full.size >= MAX_FULL) full.clear();
    full.set(key, { untilMs: Date.now() + CACHE_MS, refusal });
    return refusal;
  }

  /** The account's webhook of this URL; where there is none, another one is made. */
  async function targetOf(accountId: string, url: string, { scopes, keyId }: Principal): Promise<WebhookTarget> {
    const { db } = database;
    const known = await findWebhookId(db, accountId, 'clevertap', url);
    if (known !== null) return { ok: true, webhookId: known };
    const { origin, pathname } = new URL(url);
    const key = [accountId, keyId, origin, pathname].join('\n');
    const kept = full.get(key);
    if (kept !== undefined && kept.untilMs > Date.now()) return kept.refusal;
    const countsForPlace = !scopes.includes('manage') && !scopes.includes('admin');
    const draft = { accountId, kind: 'clevertap' as const, url, isDefault: false, countsForPlace };
    try {
      const { webhook } = await audited(
        db,
        { accountId, keyId },
        async (tx) => {
          await checkQuota(tx, accountId, 'webhooks', accountLimits);
          const { webhooksPerPath } = accountLimits;
          if (countsForPlace && (await countOfPlace(tx, accountId, url)) >= webhooksPerPath) {
            throw quotaReached('webhooksPerPath', accountLimits);
          }
          return ensureWebhookIn(tx, sealer, draft);
        },
        ({ webhook: { id, kind }, made }) =>
          made ? { action: 'webhook.created', subject: id, detail: { kind, by: 'callback_url' } } : null,
      );
      return { ok: true, webhookId: webhook.id };
    } catch (error) {
      if (error instanceof AppError) return refuseFor(key, refusedUrl(`callback_url is another one: ${error.message}`));
      throw error;
    }
  }

  const remember = (key: string, make: () => Promise<WebhookTarget>): Promise<WebhookTarget> =>
    cache.get(key, make, ({ ok }) => ok);

  return {
    async forUrl(account, url, actor) {
      const problem = checkCallbackUrl(url, account.callback_hosts, allowed);
      if (problem !== null) return refusedUrl(`callback_url ${problem}`);
      return remember(`${account.id}\n${url}`, () => targetOf(account.id, url, actor));
    },

    async forId(accountId, id) {
      return remember(`${accountId}\n${id}`, async () => {
        const webhook = await findWebhook(database.db, sealer, id);
        if (webhook?.accountId === accountId) return { ok: true, webhookId: id };
        const message = 'webhook_id names no webhook of this account: create one with POST /api/v1/webhooks';
        return { ok: false, problem: { code: 'unknown-webhook', field: 'webhook_id', message } };
      });
    },
  };
}

const refusedUrl = (message: string): WebhookTarget => ({
  ok: false,
  problem: { code: 'callback-url', field: 'callback_url', message },
});

/** Null when callbacks may go to `url`, else why not. `*.` in a pattern covers subdomains only. */
export function checkCallbackUrl(
  url: string,
  patterns: readonly string[],
  allowed: ReadonlySet<string>,
): string | null {
  return checkTarget(url, allowed, (hostname) => {
    const named = patterns.some((pattern) =>
      pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : hostname === pattern,
    );
    return named
      ? null
      : `has the host ${hostname}, which is not among the account's callbackHosts (${patterns.join(', ')})`;
  });
}
