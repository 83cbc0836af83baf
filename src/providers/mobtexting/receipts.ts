/**
 * Delivery reports, inbound texts and the check of a new webhook. Source: Mobtexting docs 4.x, `v2/sms/webhook.md`,
 * `v2/vmn/webhook.md` and `help/verify-webhook.md`. Anything but 200 or 202 counts as failed there and is repeated three times.
 * A webhook that was composed by hand sends JSON, a form or a GET, of which the default names are read, and those of the
 * page's own samples (`message_id`, `message_status`; read on 2026-11-29).
 */
import { parseAttemptWireId } from '../../core/messages/ids';
import { publicText } from '../../outbound/errors';
import { decodeText } from '../shared/charset';
import { readFlat, type Fields } from '../shared/fields';
import { istInstant } from '../shared/ist';
import { inboundOf } from '../shared/inbound';
import { items, members, parseTemplated } from '../shared/json';
import type { CallbackRequest, CallbackResult, InboundText, Receipt } from '../provider';
import { DELIVERED, EXPIRED, EXPIRY, PENDING, STATUS, inThreeDigits } from './tables';

const MAX_CHALLENGE = 200;

// `id` is `<uuid>:<n>`, where n numbers the recipients of one request (`v2/sms/pull-dlr.md` lists `:1` and `:2` under one
// uuid with two numbers) and not the parts of a message: a message of two units has one report. So it stays as it is.

/** Parses a callback whose sender is known to be authentic. */
export function readCallback(request: CallbackRequest): CallbackResult {
  const body = members(parseTemplated(decodeText(request.body).text));
  const { challenge } = body;
  if (typeof challenge === 'string' && 'validation_key' in body) {
    return challenge.length <= MAX_CHALLENGE
      ? { kind: 'challenge', answer: { challenge } }
      : { kind: 'malformed', reason: 'the challenge is too long' };
  }
  if (body['event'] === INBOUND) return readInbound(members(body['payload']));
  return readFlat(request, readReport);
}

function readReport(fields: Fields): Receipt | InboundText[] | string {
  const status = fields.text('status', 'message_status')?.toUpperCase();
  const attemptId = ourId(fields);
  const providerId = fields.text('id', 'message_id');
  if (status === undefined && fields.has('from') && fields.has('text')) return composedText(fields, providerId);
  if (status === undefined) return 'no status';
  if (attemptId === undefined && providerId === undefined) return 'neither custom nor id';
  // The docs name no zone for deliv_time; India's is presumed.
  const at = unixTime(fields.text('deliv_at')) ?? istInstant(fields.text('deliv_time'));
  return { attemptId, providerId, at, ...outcomeOf(status) };
}

/** A text of a phone in a webhook that was composed of the variables of `v2/vmn/webhook.md`. */
function composedText(fields: Fields, id: string | undefined): InboundText[] {
  const said = { from: fields.text('from'), to: fields.text('to'), text: fields.text('text'), id };
  return inboundOf({ ...said, at: istInstant(fields.text('timestamp')) });
}

/** `custom` is what we gave; `cid`, which look-ups call it, is ours only where it looks so, as reports have another one. */
function ourId(fields: Fields): string | undefined {
  const cid = fields.text('cid')?.toLowerCase();
  const isOurs = cid !== undefined && parseAttemptWireId(cid) !== null;
  return fields.text('custom')?.toLowerCase() ?? (isOurs ? cid : undefined);
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

type Outcome = Pick<Receipt, 'status' | 'class' | 'clevertap' | 'code' | 'reason' | 'unlisted'>;

/** @param word the status in capitals. */
export function outcomeOf(word: string): Outcome {
  const status = inThreeDigits(word);
  if (DELIVERED.has(status)) return { status: 'delivered' };
  if (PENDING.has(status)) return { status: 'pending' };
  const code = publicText(status);
  if (EXPIRED.has(status)) return { status: 'expired', ...EXPIRY, code, reason: code };
  const refusal = STATUS.get(status);
  // A word in no table is pending: to fail it could contradict a later DELIVRD.
  if (refusal === undefined) return { status: 'pending', unlisted: code };
  return { status: 'failed', ...refusal, code, reason: code };
}

/** Seconds since 1970 as a string, in webhooks that were composed to carry them. */
function unixTime(text: string | undefined): Date | undefined {
  return text !== undefined && /^\d{10}$/.test(text) ? new Date(Number(text) * 1_000) : undefined;
}
