/** Callbacks to CleverTap: many outcomes per request. */
import { CLEVERTAP_BACKOFF, backoffMs } from '../../core/time/backoff';
import { OutboundError } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import type { EncryptionSetting } from '../../store/accounts/account-encryption';
import type { CallbackResultDraft, ClaimedCallback } from '../../store/webhooks/outbox';
import {
  cleverTapRequest,
  readCleverTapAnswer,
  type CleverTapItem,
  type CleverTapVerdict,
} from '../../webhooks/clevertap';
import { skip, type Transport } from './transport';

/** CleverTap names no limit; 100 items stay far below any body limit. */
const MAX_ITEMS = 100;
/** Longer than any answer takes: after a lost answer CleverTap may count twice, so an answer is worth waiting for. */
const ANSWER_TIMEOUT_MS = 45_000;
const MAX_TRIES = 12;

/** @param encryption the CPaaS keys of the account; null = it has none. */
export function cleverTapTransport(http: HttpClient, encryption: EncryptionSetting | null): Transport {
  return {
    batch: MAX_ITEMS,
    abandonedMs: CLEVERTAP_BACKOFF.baseMs,
    async send(webhook, claimed, stopping) {
      const items = claimed.filter((callback): callback is ClaimedCallback & CleverTapItem => callback.meta !== null);
      if (items.length === 0) return { results: claimed.map((callback) => resultOf(callback, NOTHING, null)) };
      const request = cleverTapRequest(webhook.url, items, encryption);
      const { verdict, status } = await post(http, request, stopping);
      return { results: claimed.map((callback) => resultOf(callback, verdict, status)) };
    },
  };
}

const NOTHING: CleverTapVerdict = { kind: 'accepted' };

async function post(
  http: HttpClient,
  request: ReturnType<typeof cleverTapRequest>,
  stopping: AbortSignal,
): Promise<{ verdict: CleverTapVerdict; status: number | null }> {
  try {
    const answer = await http.request(request, AbortSignal.any([AbortSignal.timeout(ANSWER_TIMEOUT_MS), stopping]));
    return { verdict: readCleverTapAnswer(answer.status, answer.body), status: answer.status };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
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
  if (meta === null) return skip(id, 'the message carried no meta');
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
