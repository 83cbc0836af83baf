/** Where a request may send its outcomes: a webhook of the account, or a callback URL on an allowed host. */
import { TtlCache } from '../../core/concurrency/ttl-cache';
import type { Account } from '../../store/accounts/accounts';
import type { Database } from '../../store/database';
import type { Sealer } from '../../store/seal';
import { ensureWebhook, findWebhook } from '../../store/webhooks/webhooks';
import { checkTarget } from '../../webhooks/target';
import type { RecordProblem } from './record-problem';

export type WebhookTarget = { ok: true; webhookId: string } | { ok: false; problem: RecordProblem };

export interface WebhookTargets {
  forUrl(account: Account, url: string): Promise<WebhookTarget>;
  forId(accountId: string, id: string): Promise<WebhookTarget>;
}

/** A webhook that was deleted, here or by another api process, is refused this much later at most. */
const CACHE_MS = 1_000;

/** @param outboundAllow `host[:port]` that is allowed for every account. */
export function createWebhookTargets(
  database: Database,
  sealer: Sealer,
  outboundAllow: readonly string[],
): WebhookTargets {
  const cache = new TtlCache<WebhookTarget>(CACHE_MS);
  const allowed = new Set(outboundAllow);

  const remember = (key: string, make: () => Promise<WebhookTarget>): Promise<WebhookTarget> =>
    cache.get(key, make, ({ ok }) => ok);

  return {
    async forUrl(account, url) {
      const problem = checkCallbackUrl(url, account.callback_hosts, allowed);
      if (problem !== null)
        return {
          ok: false,
          problem: { code: 'callback-url', field: 'callback_url', message: `callback_url ${problem}` },
        };
      return remember(`${account.id}\n${url}`, async () => {
        const { webhook } = await ensureWebhook(database.db, sealer, {
          accountId: account.id,
          kind: 'clevertap',
          url,
          isDefault: false,
        });
        return { ok: true, webhookId: webhook.id };
      });
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
