/** What the relay asks of each kind of webhook. */
import type { CallbackResultDraft, ClaimedCallback } from '../../store/webhooks/outbox';
import type { Webhook } from '../../store/webhooks/webhooks';

/** How outcomes are told to one kind of webhook. */
export interface Sender {
  /** Callbacks of one batch. */
  batch: number;
  /** What a callback whose answer was lost with its worker waits before it is tried again. */
  abandonedMs: number;
  /** @param stopping aborted when the worker stops: what is under way then counts as a lost answer. */
  send(webhook: Webhook, callbacks: ClaimedCallback[], stopping: AbortSignal): Promise<SendResult>;
}

export interface SendResult {
  results: CallbackResultDraft[];
  /** The receiver wants nothing more, because. */
  disable?: string;
}

/** A callback that is not sent, and why. */
export const skip = (id: string, reason: string): CallbackResultDraft => ({
  id,
  state: 'skipped',
  delayMs: null,
  status: null,
  error: reason,
});
