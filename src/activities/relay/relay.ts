/** The `relay` activity: drains one webhook's outbox. */
import type { HttpClient } from '../../outbound/client';
import {
  claimCallbacks,
  nextCallbackInMs,
  releaseAbandoned,
  skipCallbacks,
  writeCallbackResults,
  type ClaimedCallback,
} from '../../store/webhooks/outbox';
import { findEncryption } from '../../store/accounts/account-encryption';
import type { Database } from '../../store/database';
import type { Sealer } from '../../store/seal';
import { disableWebhook, findWebhook, type Webhook } from '../../store/webhooks/webhooks';
import { cleverTapTransport } from './clevertap';
import { skip, type TransportResult, type Transport } from './transport';
import { standardTransport } from './standard';

/** A claim older than this belongs to a run that died. */
const ABANDONED_AFTER_MS = 60_000;
/** A run lets go of its place after this, so that many busy webhooks take turns, and ends before its activity would. */
const RUN_MS = 120_000;
/** Pause after a batch of which nothing arrived: the endpoint is down, and another one can have its place. */
const PAUSE_MS = 5_000;

export interface RelayDeps {
  database: Database;
  http: HttpClient;
  sealer: Sealer;
}

export interface RelayResult {
  /** Until the next callback is due; null when the outbox is empty. */
  waitMs: number | null;
  /** New outcomes don't shorten that: the endpoint takes nothing. */
  resting?: true;
}

/** Sends due callbacks, batch by batch, until none is due. @param onBatch called after each, to show life. */
export async function relayOutbox(
  deps: RelayDeps,
  webhookId: string,
  stopping: AbortSignal,
  onBatch: () => void,
): Promise<RelayResult> {
  const { pool, db } = deps.database;
  const webhook = await findWebhook(db, deps.sealer, webhookId);
  if (webhook === null) await skipCallbacks(pool, webhookId, 'the webhook was deleted');
  if (webhook === null || webhook.state === 'disabled') return { waitMs: null };
  const transport =
    webhook.kind === 'clevertap'
      ? cleverTapTransport(deps.http, await findEncryption(db, deps.sealer, webhook.accountId))
      : standardTransport(deps.http);
  await releaseAbandoned(pool, webhookId, ABANDONED_AFTER_MS, transport.abandonedMs);
  const endAtMs = Date.now() + RUN_MS;
  while (!stopping.aborted && Date.now() < endAtMs) {
    const claimed = await claimCallbacks(pool, webhookId, transport.batch);
    if (claimed.length === 0) break;
    const { results, disable } = await send(transport, webhook, claimed, stopping);
    await writeCallbackResults(pool, results);
    if (disable !== undefined) {
      await disableWebhook(db, webhookId, disable);
      return { waitMs: null };
    }
    onBatch();
    if (results.every(({ state }) => state === 'pending')) {
      return { waitMs: Math.max(PAUSE_MS, (await nextCallbackInMs(pool, webhookId)) ?? 0) };
    }
  }
  return { waitMs: await nextCallbackInMs(pool, webhookId) };
}

/** Only what the webhook wants is sent; the rest is skipped: it may have asked for less since the callback was queued. */
async function send(
  transport: Transport,
  webhook: Webhook,
  claimed: ClaimedCallback[],
  stopping: AbortSignal,
): Promise<TransportResult> {
  const { events } = webhook;
  if (events === null) return transport.send(webhook, claimed, stopping);
  const wanted = claimed.filter(({ event }) => events.includes(event));
  const sent = wanted.length === 0 ? { results: [] } : await transport.send(webhook, wanted, stopping);
  const skipped = claimed.filter(({ event }) => !events.includes(event));
  return {
    ...sent,
    results: [...sent.results, ...skipped.map(({ id }) => skip(id, 'the webhook wants other events'))],
  };
}
