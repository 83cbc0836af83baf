/** Customer webhooks: one event per request, in the payload form that Standard Webhooks recommends. */
import { ALERT_EVENTS, type AlertEvent, type AlertRow } from '../store/webhooks/alerts';
import type { ClaimedCallback, SendableCallback } from '../store/webhooks/relays';

/** Events that a webhook can want. On the wire each has `message.` before it. */
export const WEBHOOK_EVENTS = ['delivered', 'failed', 'replied', 'clicked'] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** An event's name on the wire. */
export type WebhookEventType = `message.${WebhookEvent}` | AlertEvent;
export const WEBHOOK_EVENT_TYPES: readonly WebhookEventType[] = [
  ...WEBHOOK_EVENTS.map((event): WebhookEventType => `message.${event}`),
  ...ALERT_EVENTS,
];

/** The id of an event, the same in every try. */
export const eventId = (callback: Pick<ClaimedCallback, 'id'>): string => `evt_${callback.id}`;

/**
 * The body: `{type, timestamp, data}`. `data.to` is the whole number: the receiver sent the message there, and needs it
 * where it gave no meta.
 */
export function standardBody(callback: SendableCallback): string {
  if (callback.alert) return alertBody(callback, callback.alert);
  const { event, messageId, msisdn, meta, messageState, code, description, detail, occurredAt } = callback;
  const message = { id: messageId, to: msisdn, meta };
  const data =
    detail === null
      ? { ...message, state: messageState, ...(code === null ? {} : { code }), reason: description ?? undefined }
      : 'url' in detail
        ? { ...message, url: detail.url, shortUrl: detail.shortUrl }
        : { ...message, text: detail.incomingText, toNumber: detail.toPhone };
  return JSON.stringify({ type: `message.${event}`, timestamp: occurredAt.toISOString(), data });
}

/** The body of what is told of an alert. */
function alertBody({ event, occurredAt }: SendableCallback, alert: AlertRow): string {
  const data = {
    id: alert.id,
    kind: alert.kind,
    subject: { kind: alert.subject_kind, id: alert.subject_id, name: alert.subject_name },
    sentence: alert.sentence,
    remedy: alert.remedy,
    openedAt: alert.opened_at?.toISOString(),
    ...(event === 'alert.closed' ? { closedAt: alert.closed_at?.toISOString() } : {}),
  };
  return JSON.stringify({ type: event, timestamp: occurredAt.toISOString(), data });
}

/** What a receiver's status means ("Deliverability" of the specification). */
export type StandardVerdict = 'accepted' | 'retry' | 'gone';

/** 2xx: taken. 410: never again. Everything else, redirects too, is tried again. */
export function readStandardStatus(status: number): StandardVerdict {
  if (status >= 200 && status < 300) return 'accepted';
  return status === 410 ? 'gone' : 'retry';
}
