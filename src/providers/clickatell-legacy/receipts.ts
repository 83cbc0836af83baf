/**
 * Status callbacks and inbound messages: one message each, as a GET query, a POST form or JSON (whichever the portal is set
 * to). JSON spells some names as Clickatell's REST API of the same accounts does.
 */
import { publicText } from '../../outbound/errors';
import { readFlat, type Fields } from '../shared/fields';
import { inboundOf, phoneText } from '../shared/inbound';
import type { CallbackRequest, CallbackResult, InboundText, Receipt } from '../provider';
import { STATUS, inThreeDigits } from './tables';

/** Parses a callback whose sender is known to be authentic. */
export function readCallback(request: CallbackRequest): CallbackResult {
  return readFlat(request, readReport);
}

function readReport(fields: Fields): Receipt | InboundText[] | string {
  const inbound = fields.text('moMsgId', 'moMessageId');
  if (inbound !== undefined) return toInbound(fields, inbound);
  const providerId = fields.text('apiMsgId', 'apiMessageId');
  const attemptId = fields.text('cliMsgId', 'clientMessageId')?.toLowerCase();
  const status = fields.text('status', 'messageStatus');
  if (providerId === undefined && attemptId === undefined) return 'no message id';
  if (status === undefined) return 'no status';
  const ids = { attemptId, providerId };
  const code = inThreeDigits(status);
  const at = instant(fields.text('timestamp'));
  const listed = STATUS.get(code);
  // A status in no table is pending: to fail it could contradict a later 004.
  if (listed === undefined) return { ...ids, status: 'pending', at, unlisted: publicText(status) };
  const { meaning, ...outcome } = listed;
  return { ...ids, ...outcome, ...(outcome.class && { code, reason: meaning }), at };
}

function toInbound(fields: Fields, id: string): InboundText[] {
  const said = phoneText(fields, 'text');
  return inboundOf(
    {
      from: fields.text('from'),
      to: fields.text('to'),
      text: said?.text,
      id,
      at: centralInstant(fields.text('timestamp')),
      unlisted: said?.unlisted,
    },
    'international',
  );
}

/** Inbound messages come with `yyyy-mm-dd hh:mm:ss` on a clock two hours ahead of GMT. */
function centralInstant(text: string | undefined): Date | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return undefined;
  const at = new Date(`${text.replace(' ', 'T')}+02:00`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Seconds since 1970. */
function instant(seconds: string | undefined): Date | undefined {
  return seconds !== undefined && /^\d{1,11}$/.test(seconds) ? new Date(Number(seconds) * 1_000) : undefined;
}
