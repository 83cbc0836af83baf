/** Callbacks to a customer's webhook: one event per request, signed (Standard Webhooks). */
import { WEBHOOK_SCHEDULE_MS, scheduledMs } from '../../core/time/backoff';
import { OutboundError, retryAfterMs } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import type { HttpResponse } from '../../outbound/http';
import type { CallbackResultDraft, ClaimedCallback, SendableCallback } from '../../store/webhooks/relays';
import type { Webhook } from '../../store/webhooks/webhooks';
import { signatureHeaders } from '../../webhooks/signature';
import { eventId, readStandardStatus, standardBody } from '../../webhooks/standard';
import { dead, delivered, unwritable, type Transport } from './transport';

/** Requests to one endpoint at the same time. */
const IN_FLIGHT = 50;
/** The specification suggests 15 to 30 seconds. */
const ANSWER_TIMEOUT_MS = 15_000;

export function standardTransport(http: HttpClient): Transport {
  return {
    batch: IN_FLIGHT,
    maxPosts: 1,
    patience: 1,
    whenAway: 'rest',
    abandonedMs: WEBHOOK_SCHEDULE_MS[0]!,
    unsendable: () => null,
    share: (callbacks) => [callbacks],
    again: (callback, status, reason) => again(callback, status, reason, 0),
    async post(webhook, callbacks, stopping) {
      const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_TIMEOUT_MS), stopping]);
      const sent = await Promise.all(callbacks.map((callback) => sendOne(http, webhook, callback, signal)));
      const results = sent.map(({ result }) => result);
      const gone = sent.find((each) => each.gone);
      if (gone !== undefined) return { kind: 'gone', results, reason: gone.result.error ?? '' };
      const failed = results.every(({ state }) => state === 'pending');
      return failed
        ? { kind: 'failed', results, reason: results[0]!.error ?? '', waitMs: 0 }
        : { kind: 'answered', results };
    },
  };
}

interface Sent {
  result: CallbackResultDraft;
  gone: boolean;
}

async function sendOne(
  http: HttpClient,
  webhook: Webhook,
  callback: SendableCallback,
  signal: AbortSignal,
): Promise<Sent> {
  const answer = await post(http, webhook, callback, signal);
  if (typeof answer === 'string') return { gone: false, result: again(callback, null, answer, 0) };
  const { status } = answer;
  switch (readStandardStatus(status)) {
    case 'accepted':
      return { gone: false, result: delivered(callback, status) };
    case 'gone':
      return { gone: true, result: dead(callback, status, 'the endpoint answered 410 Gone') };
    case 'retry': {
      const waitMs = retryAfterMs(answer, Date.now()) ?? 0;
      return { gone: false, result: again(callback, status, `the endpoint answered ${status}`, waitMs) };
    }
  }
}

/** The answer, or why there is none. */
async function post(
  http: HttpClient,
  webhook: Webhook,
  callback: SendableCallback,
  signal: AbortSignal,
): Promise<HttpResponse | string> {
  try {
    const body = standardBody(callback);
    const signed = signatureHeaders(webhook.secrets, { id: eventId(callback), at: new Date(), body });
    const headers = { 'content-type': 'application/json', ...signed };
    return await http.request({ method: 'POST', url: webhook.url, headers, body }, signal);
  } catch (error) {
    return error instanceof OutboundError ? error.message : unwritable(error);
  }
}

/** @param waitMs what the receiver asked for; the longer of the two pauses counts. */
function again(callback: ClaimedCallback, status: number | null, reason: string, waitMs: number): CallbackResultDraft {
  const { tries } = callback;
  const pauseMs = scheduledMs(WEBHOOK_SCHEDULE_MS, tries, Math.random());
  return pauseMs === null
    ? dead(callback, status, `given up after ${tries} tries: ${reason}`)
    : { callback, state: 'pending', delayMs: Math.max(pauseMs, waitMs), status, error: reason };
}
