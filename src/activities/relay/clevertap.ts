/** Callbacks to CleverTap: many outcomes per post. */
import { CLEVERTAP_BACKOFF, backoffMs } from '../../core/time/backoff';
import { OutboundError, retryAfterMs } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import type { HttpRequest, HttpResponse } from '../../outbound/http';
import type { EncryptionSetting } from '../../store/accounts/account-encryption';
import type { CallbackResultDraft, ClaimedCallback, SendableCallback } from '../../store/webhooks/relays';
import { MAX_BATCH, toBatches } from '../../webhooks/batches';
import { cleverTapRequest, isSame, readCleverTapAnswer, type CleverTapItem } from '../../webhooks/clevertap';
import { dead, delivered, unwritable, type PostOutcome, type Transport } from './transport';

/** Longer than any answer takes: after a lost answer CleverTap may count twice, so an answer is worth waiting for. */
const ANSWER_TIMEOUT_MS = 45_000;
const MAX_TRIES = 12;
const NOT_PROCESSED = 'CleverTap did not process this record';

/** @param encryption the CPaaS keys of the account; null = it has none. */
export function cleverTapTransport(http: HttpClient, encryption: EncryptionSetting | null): Transport {
  return {
    batch: MAX_BATCH,
    maxPosts: 4,
    // One record may make its post fail; two posts don't share it.
    patience: 2,
    whenAway: 'pause',
    abandonedMs: CLEVERTAP_BACKOFF.baseMs,
    unsendable: ({ meta }) => (meta === null ? 'the message carried no meta' : null),
    share: toBatches,
    again,
    async post(webhook, callbacks, stopping) {
      const items = callbacks.filter(
        (callback): callback is SendableCallback & CleverTapItem => callback.meta !== null,
      );
      let request: HttpRequest;
      try {
        request = cleverTapRequest(webhook.url, items, encryption);
      } catch (error) {
        return { kind: 'refused', status: null, reason: unwritable(error) };
      }
      const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_TIMEOUT_MS), stopping]);
      try {
        return readOutcome(await http.request(request, signal), items);
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error;
        return unanswered(error, items, stopping);
      }
    },
  };
}

function readOutcome(answer: HttpResponse, items: (SendableCallback & CleverTapItem)[]): PostOutcome {
  const { status } = answer;
  const verdict = readCleverTapAnswer(status, answer.body, items);
  switch (verdict.kind) {
    case 'accepted':
      return { kind: 'answered', results: items.map((item) => delivered(item, status)), note: verdict.note };
    case 'partial': {
      const isRejected = (item: CleverTapItem) => verdict.rejected.some((record) => isSame(record, item));
      const results = items.map((item) =>
        isRejected(item) ? again(item, status, NOT_PROCESSED) : delivered(item, status),
      );
      return items.every(isRejected)
        ? { kind: 'failed', results, reason: 'CleverTap processed nothing', waitMs: 0 }
        : { kind: 'answered', results };
    }
    case 'retry': {
      const { reason } = verdict;
      const results = items.map((item) => again(item, status, reason));
      return { kind: 'failed', results, reason, waitMs: retryAfterMs(answer, Date.now()) ?? 0 };
    }
    case 'unclear': {
      const { reason } = verdict;
      return { kind: 'unclear', results: items.map((item) => dead(item, status, reason)), reason };
    }
    case 'refused':
      return { kind: 'refused', status, reason: verdict.reason };
    case 'closed':
      return { kind: 'closed', reason: verdict.reason };
  }
}

function unanswered(error: OutboundError, items: ClaimedCallback[], stopping: AbortSignal): PostOutcome {
  const reason = error.message;
  if (error.class === 'unknown') {
    return { kind: 'failed', results: items.map((item) => again(item, null, reason)), reason, waitMs: 0 };
  }
  return stopping.aborted ? { kind: 'unsent' } : { kind: 'closed', reason };
}

function again(callback: ClaimedCallback, status: number | null, reason: string): CallbackResultDraft {
  const { tries } = callback;
  if (tries >= MAX_TRIES) return dead(callback, status, `given up after ${tries} tries: ${reason}`);
  const delayMs = backoffMs(CLEVERTAP_BACKOFF, tries, Math.random());
  return { callback, state: 'pending', delayMs, status, error: reason };
}
