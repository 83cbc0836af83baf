/** Status callbacks and inbound messages: one message each, a form or (when Twilio is set up so) JSON with the same names. */
import { inboundOf } from '../shared/inbound';
import { members, parseJson } from '../shared/json';
import type { CallbackRequest, CallbackResult, Receipt } from '../provider';
import { ARRIVED, ERROR, FAILED, VALIDITY_OVER } from './tables';

/** The name under which our attempt id stands in the callback URL: Twilio has no field that it would echo. */
export const ATTEMPT = 'attempt';

/** Parses a callback whose sender is known to be authentic. */
export function readCallback(request: CallbackRequest): CallbackResult {
  const field = fieldsOf(request);
  const sid = field('MessageSid');
  const status = field('MessageStatus')?.toLowerCase();
  if (sid === undefined) return { kind: 'malformed', reason: 'no MessageSid' };
  if (status === undefined) {
    const texts = inboundOf({ from: field('From'), to: field('To'), text: field('Body'), id: sid }, 'international');
    if (texts.length > 0) return { kind: 'inbound', texts };
    if (field('SmsStatus') === 'received') return { kind: 'ignored', reason: 'an inbound message without a text' };
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
): Pick<Receipt, 'status' | 'class' | 'code' | 'reason'> {
  if (ARRIVED.has(status)) return { status: 'delivered' };
  const failure = FAILED.get(status);
  if (!failure) return { status: 'pending' };
  return {
    status: code === VALIDITY_OVER ? 'expired' : 'failed',
    ...(ERROR.get(code ?? '') ?? failure),
    code: code ?? status,
    reason: code === undefined ? status : `${status}: error ${code}`,
  };
}

/** Reads a field by name; undefined when it is missing or empty. */
function fieldsOf(request: CallbackRequest): (name: string) => string | undefined {
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
