/**
 * Status callbacks and inbound messages: one message each, a form, a query (where the method is GET), or (when Twilio is set
 * up so) JSON with the same names.
 */
import type { ReplyMeaning } from '../../core/messages/opt-out';
import { inboundOf } from '../shared/inbound';
import { members, parseJson } from '../shared/json';
import type { CallbackAnswer, CallbackRequest, CallbackResult, Receipt } from '../provider';
import { publicText } from '../../outbound/errors';
import { ARRIVED, ERROR, FAILED, PENDING, VALIDITY_OVER } from './tables';

/** The name under which our attempt id stands in the callback URL: Twilio has no field that it would echo. */
export const ATTEMPT = 'attempt';

/** An inbound webhook is to answer TwiML: another content type is error 12300 (Twilio, "TwiML for Programmable SMS"). */
const NO_REPLY: CallbackAnswer = {
  contentType: 'text/xml',
  body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
};
/** `SmsStatus` of texts that phones sent. */
const INBOUND_STATUS: ReadonlySet<string> = new Set(['received', 'receiving']);
/**
 * `OptOutType`, by which Advanced Opt-Out says what it has done about a text, by its own keywords in whatever language
 * (Twilio, "Customize users' opt-in and opt-out experience with Advanced Opt-Out", read on 2026-11-29).
 */
const TOLD: ReadonlyMap<string | undefined, ReplyMeaning> = new Map([
  ['STOP', 'stop'],
  ['START', 'start'],
  ['HELP', 'reply'],
]);

/** Parses a callback whose sender is known to be authentic. Names of before 2010 (`Sms…`) stand for those of today. */
export function readCallback(request: CallbackRequest): CallbackResult {
  const field = fieldsOf(request);
  const sid = field('MessageSid') ?? field('SmsMessageSid') ?? field('SmsSid');
  const smsStatus = field('SmsStatus')?.trim().toLowerCase();
  const status =
    field('MessageStatus')?.trim().toLowerCase() ?? (INBOUND_STATUS.has(smsStatus ?? '') ? undefined : smsStatus);
  if (sid === undefined) return { kind: 'malformed', reason: 'no MessageSid' };
  if (status === undefined || (INBOUND_STATUS.has(status) && field('Body') !== undefined)) {
    const told = TOLD.get(field('OptOutType')?.toUpperCase());
    const text = field('Body') ?? (told === undefined ? undefined : '');
    const texts = inboundOf({ from: field('From'), to: field('To'), text, id: sid, told }, 'international');
    if (texts.length > 0) return { kind: 'inbound', texts, answer: NO_REPLY };
    if (smsStatus === 'received') {
      return { kind: 'ignored', reason: 'an inbound message without a text', answer: NO_REPLY };
    }
    return { kind: 'malformed', reason: 'no MessageStatus' };
  }
  const attempt = request.query.get(ATTEMPT);
  const ids = { ...(attempt && { attemptId: attempt.toLowerCase() }), providerId: sid };
  return { kind: 'receipts', receipts: [{ ...ids, ...outcomeOf(status, field('ErrorCode')) }] };
}

/** The outcome in a callback or a message resource. A status in no table is pending: to fail it could contradict a later `delivered`. */
export function outcomeOf(
  status: string,
  code: string | undefined,
): Pick<Receipt, 'status' | 'class' | 'code' | 'reason' | 'optOut' | 'unlisted'> {
  if (ARRIVED.has(status)) return { status: 'delivered' };
  const failure = FAILED.get(status);
  if (!failure) return { status: 'pending', ...(PENDING.has(status) ? {} : { unlisted: publicText(status) }) };
  return {
    status: code === VALIDITY_OVER ? 'expired' : 'failed',
    ...(ERROR.get(code ?? '') ?? failure),
    code: code ?? status,
    reason: code === undefined ? status : `${status}: error ${code}`,
  };
}

/** Reads a field by name; undefined when it is missing or empty. A GET has them in its query. */
function fieldsOf(request: CallbackRequest): (name: string) => string | undefined {
  if (request.method === 'GET') return (name) => request.query.get(name) || undefined;
  const text = request.body.toString('utf8');
  if (/^application\/json\b/i.test(String(request.headers['content-type']))) {
    const body = members(parseJson(text));
    return (name) => {
      const value = body[name];
      return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
    };
  }
  const form = new URLSearchParams(text);
  return (name) => form.get(name) || undefined;
}
