/** Status callbacks and inbound messages: one message each, as a GET query or a POST form (whichever the portal is set to). */
import { inboundOf } from '../shared/inbound';
import type { CallbackRequest, CallbackResult } from '../provider';
import { STATUS } from './tables';

/** Parses a callback whose sender is known to be authentic. */
export function readCallback({ method, query, body }: CallbackRequest): CallbackResult {
  const fields = method === 'GET' ? query : new URLSearchParams(body.toString('utf8'));
  const inbound = fields.get('moMsgId');
  if (inbound) {
    const [from, to, text] = ['from', 'to', 'text'].map((name) => fields.get(name));
    const texts = inboundOf(
      { from, to, text, id: inbound, at: centralInstant(fields.get('timestamp')) },
      'international',
    );
    return texts.length > 0
      ? { kind: 'inbound', texts }
      : { kind: 'ignored', reason: 'an inbound message without a text' };
  }
  const providerId = fields.get('apiMsgId') || undefined;
  const attemptId = fields.get('cliMsgId')?.toLowerCase() || undefined;
  const status = fields.get('status');
  if (providerId === undefined && attemptId === undefined) return { kind: 'malformed', reason: 'no message id' };
  if (!status) return { kind: 'malformed', reason: 'no status' };
  const code = status.padStart(3, '0');
  // A status in no table is pending: to fail it could contradict a later 004.
  const { meaning, ...outcome } = STATUS.get(code) ?? { status: 'pending', meaning: '' };
  const cause = outcome.class && { code, reason: meaning };
  const at = instant(fields.get('timestamp'));
  return { kind: 'receipts', receipts: [{ attemptId, providerId, ...outcome, ...cause, at }] };
}

/** Inbound messages come with `yyyy-mm-dd hh:mm:ss` on a clock two hours ahead of GMT. */
function centralInstant(text: string | null | undefined): Date | undefined {
  if (!text || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return undefined;
  const at = new Date(`${text.replace(' ', 'T')}+02:00`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Seconds since 1970. */
function instant(seconds: string | null): Date | undefined {
  return seconds !== null && /^\d{1,11}$/.test(seconds) ? new Date(Number(seconds) * 1_000) : undefined;
}
