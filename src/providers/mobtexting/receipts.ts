/**
 * Delivery reports, inbound texts and the check of a new webhook. Source: Mobtexting docs 4.x, `v2/sms/webhook.md`,
 * `v2/vmn/webhook.md` and `help/verify-webhook.md`. Anything but 200 or 202 counts as failed there and is repeated three times.
 */
import { publicText } from '../../outbound/errors';
import { istInstant } from '../shared/ist';
import { inboundOf } from '../shared/inbound';
import { items, members, parseJson } from '../shared/json';
import type { CallbackRequest, CallbackResult, Receipt } from '../provider';
import { DELIVERED, EXPIRED, EXPIRY, PENDING, STATUS, UNLISTED_REPORT } from './tables';

const MAX_CHALLENGE = 200;

// `id` is `<uuid>:<n>`, where n numbers the recipients of one request (`v2/sms/pull-dlr.md` lists `:1` and `:2` under one
// uuid with two numbers) and not the parts of a message: a message of two units has one report. So it stays as it is.

/** Parses a callback whose sender is known to be authentic. */
export function readCallback(request: CallbackRequest): CallbackResult {
  const body = members(parseJson(request.body.toString('utf8')));
  const { challenge, id, custom } = body;
  if (typeof challenge === 'string' && 'validation_key' in body) {
    return challenge.length <= MAX_CHALLENGE
      ? { kind: 'challenge', answer: { challenge } }
      : { kind: 'malformed', reason: 'the challenge is too long' };
  }
  if (body['event'] === INBOUND) return readInbound(members(body['payload']));
  const status = typeof body['status'] === 'string' ? body['status'].trim().toUpperCase() : '';
  const attemptId = typeof custom === 'string' && custom !== '' ? custom.toLowerCase() : undefined;
  const providerId = typeof id === 'string' && id !== '' ? id : undefined;
  if (status === '') return { kind: 'malformed', reason: 'no status' };
  if (!attemptId && !providerId) return { kind: 'malformed', reason: 'neither custom nor id' };
  // The docs name no zone for deliv_time; India's is presumed.
  const at = unixTime(body['deliv_at']) ?? istInstant(body['deliv_time']);
  return { kind: 'receipts', receipts: [{ attemptId, providerId, at, ...outcomeOf(status) }] };
}

const INBOUND = 'vmn:message:in';

/** A text to one of the account's numbers (`v2/vmn/webhook.md`). */
function readInbound({ id, channels, recipient, message }: Record<string, unknown>): CallbackResult {
  const [channel] = items(channels)?.map(members) ?? [];
  const { text } = members(members(message)['payload']);
  const texts = inboundOf({ from: members(recipient)['from'], to: channel?.['to'], text, id });
  return texts.length > 0
    ? { kind: 'inbound', texts }
    : { kind: 'ignored', reason: 'an inbound message without a text' };
}

/** @param status in capitals. */
export function outcomeOf(status: string): Pick<Receipt, 'status' | 'class' | 'clevertap' | 'code' | 'reason'> {
  if (DELIVERED.has(status)) return { status: 'delivered' };
  if (PENDING.has(status)) return { status: 'pending' };
  const code = publicText(status);
  if (EXPIRED.has(status)) return { status: 'expired', ...EXPIRY, code, reason: code };
  return { status: 'failed', ...(STATUS.get(status) ?? UNLISTED_REPORT), code, reason: code };
}

/** Seconds since 1970 as a string, in webhooks that were composed to carry them. */
function unixTime(text: unknown): Date | undefined {
  return typeof text === 'string' && /^\d{10}$/.test(text) ? new Date(Number(text) * 1_000) : undefined;
}
