/** Callbacks of the One API: status reports, `event.messageStatusUpdate[]`, and inbound texts, `event.moText[]`. */
import { inboundOf } from '../shared/inbound';
import { items, members, parseJson } from '../shared/json';
import type { CallbackRequest, CallbackResult, InboundText, Receipt } from '../provider';
import { publicText } from '../../outbound/errors';
import { STATUS } from './tables';

/** Parses a callback whose sender is known to be authentic. */
export function readCallback(request: CallbackRequest): CallbackResult {
  const event = members(members(parseJson(request.body.toString('utf8')))['event']);
  const inbound = items(event['moText'])?.map(members);
  if (inbound) {
    const texts = inbound.flatMap(toInbound);
    return texts.length > 0
      ? { kind: 'inbound', texts }
      : { kind: 'ignored', reason: 'inbound messages without a text' };
  }
  const updates = items(event['messageStatusUpdate']);
  if (updates === undefined) return { kind: 'malformed', reason: 'no list of status updates' };
  if (updates.length === 0) return { kind: 'ignored', reason: 'no status updates' };
  const receipts = updates.map(members).flatMap(toReceipt);
  return receipts.length > 0 ? { kind: 'receipts', receipts } : { kind: 'malformed', reason: 'no report has an id' };
}

function toInbound({ from, to, content, messageId, timestamp }: Record<string, unknown>): InboundText[] {
  return inboundOf({ from, to, text: content, id: messageId, at: instant(timestamp) }, 'international');
}

/** A report without id or status can't be matched or used, and must not keep its neighbours from being read. */
function toReceipt(update: Record<string, unknown>): Receipt[] {
  const { messageId, clientMessageId, statusCode, status, timestamp } = update;
  const ids = {
    ...(isText(clientMessageId) && { attemptId: clientMessageId.toLowerCase() }),
    ...(isText(messageId) && { providerId: messageId }),
  };
  if (Object.keys(ids).length === 0 || (typeof statusCode !== 'number' && !isText(statusCode))) return [];
  // A code in no table is pending: to fail it could contradict a later `delivered`.
  const outcome = STATUS.get(String(statusCode)) ?? { status: 'pending' };
  const cause = outcome.class && { code: String(statusCode), reason: publicText(String(status ?? 'no reason given')) };
  return [{ ...ids, ...outcome, ...cause, at: instant(timestamp) }];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Milliseconds since 1970. */
function instant(ms: unknown): Date | undefined {
  const at = typeof ms === 'number' ? new Date(ms) : undefined;
  return at && !Number.isNaN(at.getTime()) ? at : undefined;
}
