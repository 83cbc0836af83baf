/** The `relay` activity: drains one webhook's outbox. */
import { CLEVERTAP_BACKOFF, backoffMs } from '../core/backoff';
import { ProviderError } from '../providers/errors';
import type { ProviderHttp } from '../providers/http';
import {
  claimCallbacks,
  nextCallbackInMs,
  releaseAbandoned,
  writeCallbackResults,
  type CallbackResultDraft,
  type ClaimedCallback,
} from '../store/callbacks';
import { findEncryption, type EncryptionSetting } from '../store/account-encryption';
import type { Database } from '../store/database';
import type { Sealer } from '../store/seal';
import { findWebhook, type Webhook } from '../store/webhooks';
import {
  cleverTapRequest,
  readCleverTapAnswer,
  type CleverTapItem,
  type CleverTapVerdict,
} from '../webhooks/clevertap';

/** CleverTap names no limit; 100 items stay far below any body limit. */
const MAX_ITEMS = 100;
/** Longer than any answer takes: after a lost answer CleverTap may count twice, so an answer is worth waiting for. */
const ANSWER_TIMEOUT_MS = 45_000;
/** A claim older than this belongs to a run that died. */
const ABANDONED_AFTER_MS = 60_000;
const MAX_TRIES = 12;

export interface RelayDeps {
  database: Database;
  http: ProviderHttp;
  sealer: Sealer;
}

export interface RelayResult {
  /** Until the next callback is due; null when the outbox is empty. */
  waitMs: number | null;
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
  if (webhook === null || webhook.state === 'disabled') return { waitMs: null };
  const encryption = await findEncryption(db, deps.sealer, webhook.accountId);
  await releaseAbandoned(pool, webhookId, ABANDONED_AFTER_MS, CLEVERTAP_BACKOFF.baseMs);
  while (!stopping.aborted) {
    const claimed = await claimCallbacks(pool, webhookId, MAX_ITEMS);
    if (claimed.length === 0) break;
    const results = await deliver(deps, webhook, encryption, claimed);
    await writeCallbackResults(pool, results);
    onBatch();
  }
  return { waitMs: await nextCallbackInMs(pool, webhookId) };
}

async function deliver(
  deps: RelayDeps,
  webhook: Webhook,
  encryption: EncryptionSetting | null,
  claimed: ClaimedCallback[],
): Promise<CallbackResultDraft[]> {
  const items = claimed.filter((callback): callback is ClaimedCallback & CleverTapItem => callback.meta !== null);
  const { verdict, status } = items.length === 0 ? NOTHING : await post(deps.http, webhook.url, items, encryption);
  return claimed.map((callback) => resultOf(callback, verdict, status));
}

const NOTHING: { verdict: CleverTapVerdict; status: number | null } = { verdict: { kind: 'accepted' }, status: null };

async function post(
  http: ProviderHttp,
  url: string,
  items: CleverTapItem[],
  encryption: EncryptionSetting | null,
): Promise<{ verdict: CleverTapVerdict; status: number | null }> {
  const request = cleverTapRequest(url, items, encryption);
  try {
    const answer = await http.request(request, AbortSignal.timeout(ANSWER_TIMEOUT_MS));
    return { verdict: readCleverTapAnswer(answer.status, answer.body), status: answer.status };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const kind = error.class === 'account' ? 'rejected' : 'retry';
    return { verdict: { kind, reason: error.message }, status: null };
  }
}

function resultOf(callback: ClaimedCallback, verdict: CleverTapVerdict, status: number | null): CallbackResultDraft {
  const { id, tries, meta, event } = callback;
  const retry = (reason: string): CallbackResultDraft =>
    tries >= MAX_TRIES
      ? { id, state: 'dead', delayMs: null, status, error: `given up after ${tries} tries: ${reason}` }
      : { id, state: 'pending', delayMs: backoffMs(CLEVERTAP_BACKOFF, tries, Math.random()), status, error: reason };
  if (meta === null) return { id, state: 'skipped', delayMs: null, status: null, error: 'the message carried no meta' };
  switch (verdict.kind) {
    case 'accepted':
      return { id, state: 'delivered', delayMs: null, status, error: null };
    case 'partial': {
      const mine = verdict.rejected.some((record) => record.meta === meta && (record.event ?? event) === event);
      return mine
        ? retry('CleverTap did not process this record')
        : { id, state: 'delivered', delayMs: null, status, error: null };
    }
    case 'retry':
      return retry(verdict.reason);
    case 'rejected':
      return { id, state: 'dead', delayMs: null, status, error: verdict.reason };
  }
}
