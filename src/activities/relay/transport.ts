/** How callbacks get to a webhook: the part of a relay that differs between the kinds of webhooks. */
import type { CallbackResultDraft, ClaimedCallback } from '../../store/webhooks/outbox';
import type { Webhook } from '../../store/webhooks/webhooks';

export interface Transport {
  /** Most callbacks of one batch. */
  batch: number;
  /** How long a callback waits before it is tried again, when its answer was lost with its worker. */
  abandonedMs: number;
  /** @param stopping aborted when the worker stops: what is under way then counts as a lost answer. */
  send(webhook: Webhook, callbacks: ClaimedCallback[], stopping: AbortSignal): Promise<TransportResult>;
}

export interface TransportResult {
  results: CallbackResultDraft[];
  /** Why the webhook is to be disabled: its receiver wants nothing more. Absent: it goes on. */
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
