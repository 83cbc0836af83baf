/** Messages as the operations API shows them. */
import type { Scope } from '../../../core/accounts/api-key';
import { maskMsisdn } from '../../../core/messages/msisdn';
import type { MessageRow, MessageTrace } from '../../../store/messages/search';

const iso = (date: Date | null): string | undefined => date?.toISOString();

/** @param scopes full numbers are shown to `manage` only. */
export function toMessage(row: MessageRow, scopes: readonly Scope[]) {
  const whole = scopes.includes('manage') || scopes.includes('admin');
  return {
    id: row.id,
    to: whole ? row.msisdn : maskMsisdn(row.msisdn),
    meta: row.meta,
    campaignId: row.campaign_id ?? undefined,
    state: row.state,
    sender: row.sender,
    gatewayId: row.gateway_id,
    leg: row.leg,
    service: row.service,
    segments: row.segments,
    encoding: row.encoding,
    acceptedAt: row.accepted_at.toISOString(),
    scheduledAt: iso(row.due_at),
    submittedAt: iso(row.submitted_at),
    settledAt: iso(row.settled_at),
    code: row.code ?? undefined,
    reason: row.reason ?? undefined,
  };
}

export function toTrace({ message, attempts, receipts, callbacks }: MessageTrace, scopes: readonly Scope[]) {
  return {
    ...toMessage(message, scopes),
    text: message.body,
    options: message.options ?? {},
    attempts: attempts.map((attempt) => ({
      no: attempt.no,
      gatewayId: attempt.gateway_id,
      leg: attempt.leg,
      sender: attempt.sender,
      state: attempt.state,
      providerMessageId: attempt.provider_id,
      class: attempt.class ?? undefined,
      code: attempt.code ?? undefined,
      reason: attempt.reason ?? undefined,
      createdAt: attempt.created_at.toISOString(),
      answeredAt: iso(attempt.answered_at),
      settledAt: iso(attempt.settled_at),
    })),
    receipts: receipts.map((receipt) => ({
      attemptNo: receipt.attempt_no,
      status: receipt.status,
      disposition: receipt.disposition,
      class: receipt.class ?? undefined,
      code: receipt.code ?? undefined,
      reason: receipt.reason ?? undefined,
      occurredAt: iso(receipt.occurred_at),
      receivedAt: receipt.received_at.toISOString(),
    })),
    callbacks: callbacks.map((callback) => ({
      id: callback.id,
      webhookId: callback.webhook_id,
      event: callback.event,
      state: callback.state,
      code: callback.code ?? undefined,
      description: callback.description ?? undefined,
      tries: callback.tries,
      nextTryAt: callback.state === 'pending' ? iso(callback.next_try_at) : undefined,
      lastStatus: callback.last_status ?? undefined,
      lastError: callback.last_error ?? undefined,
      createdAt: callback.created_at.toISOString(),
    })),
  };
}
