import type { CallbackResultDraft, ClaimedCallback, SendableCallback } from '../../store/webhooks/relays';
import type { Webhook } from '../../store/webhooks/webhooks';
import { skip, type Transport } from './transport';

/** Parts claimed callbacks into those to send, and the results of those that can't be or are not wanted. */
export function selectSendable(
  { events }: Webhook,
  transport: Transport,
  claimed: readonly ClaimedCallback[],
): { callbacks: SendableCallback[]; skipped: CallbackResultDraft[] } {
  const callbacks: SendableCallback[] = [];
  const skipped: CallbackResultDraft[] = [];
  for (const callback of claimed) {
    const reason = unsendable(transport, callback);
    // It may have asked for less since the callback was queued.
    if (events !== null && !events.includes(callback.event))
      skipped.push(skip(callback, 'the webhook wants other events'));
    else if (reason !== null) skipped.push(skip(callback, reason));
    else callbacks.push(callback as SendableCallback);
  }
  return { callbacks, skipped };
}

function unsendable(transport: Transport, callback: ClaimedCallback): string | null {
  if (callback.alert !== undefined) return callback.alert === null ? 'the alert is not kept any more' : null;
  return isSendable(callback) ? transport.unsendable(callback) : 'the message is not kept any more';
}

const isSendable = (callback: ClaimedCallback): callback is SendableCallback =>
  callback.msisdn !== null && callback.messageState !== null;
