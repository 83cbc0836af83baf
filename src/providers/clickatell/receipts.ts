/**
 * Callbacks of Clickatell's two APIs with API keys, told apart by their form. The One API wraps reports in
 * `event.messageStatusUpdate[]` and texts in `event.moText[]`. The Platform API (REST, one integration in the same portal)
 * has neither: its reports and texts are flat, as JSON, a form or a query, and their status codes mean something else.
 */
import { publicText } from '../../outbound/errors';
import { decodeText } from '../shared/charset';
import { ofMembers, readFlat, UnreadableCallback, type Fields } from '../shared/fields';
import { inboundOf, phoneText } from '../shared/inbound';
import { items, memberNamed, members, parseJsonExactly } from '../shared/json';
import type { CallbackRequest, CallbackResult, InboundText, Receipt } from '../provider';
import { CODE_OF_WORD, PLATFORM_STATUS, STATUS, type Outcome } from './tables';

/** Parses a callback whose sender is known to be authentic. */
export function readCallback(request: CallbackRequest): CallbackResult {
  const event = memberNamed(parseJsonExactly(decodeText(request.body).text), 'event');
  if (event === undefined) return readFlat(request, readPlatform);
  try {
    return readEvent(event);
  } catch (error) {
    if (error instanceof UnreadableCallback) return { kind: 'malformed', reason: error.message };
    throw error;
  }
}

function readEvent(event: unknown): CallbackResult {
  const inbound = listed(memberNamed(event, 'moText'));
  if (inbound) {
    const texts = inbound.flatMap((text) => toInbound(ofMembers(members(text))));
    return texts.length > 0
      ? { kind: 'inbound', texts }
      : { kind: 'ignored', reason: 'inbound messages without a text' };
  }
  const updates = listed(memberNamed(event, 'messageStatusUpdate'));
  // Customers are to take kinds of events that are new to them (Clickatell, "Customer callbacks", read on 2026-11-29).
  if (updates === undefined) return unknownEvent(event);
  if (updates.length === 0) return { kind: 'ignored', reason: 'no status updates' };
  const reports = updates.map((update) => ofMembers(members(update)));
  const receipts = reports.flatMap((fields): Receipt[] => {
    // A report without id or status can't be matched or used, and must not keep its neighbours from being read.
    const receipt = toReceipt(fields, STATUS);
    if (typeof receipt === 'string') return [];
    return [reports.length === 1 ? receipt : { ...receipt, raw: fields }];
  });
  return receipts.length > 0 ? { kind: 'receipts', receipts } : { kind: 'malformed', reason: 'no report has an id' };
}

/** A list, or what stands alone where a list of one is documented. */
const listed = (value: unknown): unknown[] | undefined =>
  items(value) ?? (Object.keys(members(value)).length > 0 ? [value] : undefined);

function unknownEvent(event: unknown): CallbackResult {
  const isEvent = Object.values(members(event)).some((value) => listed(value) !== undefined);
  return isEvent
    ? { kind: 'ignored', reason: 'an event that is neither a status update nor a text' }
    : { kind: 'malformed', reason: 'no list of status updates' };
}

function readPlatform(fields: Fields): Receipt | InboundText[] | string {
  return fields.has('fromNumber') ? toInbound(fields) : toReceipt(fields, PLATFORM_STATUS);
}

function toInbound(fields: Fields): InboundText[] {
  const said = phoneText(fields, 'content') ?? phoneText(fields, 'text');
  return inboundOf(
    {
      from: fields.text('fromNumber', 'from'),
      to: fields.text('toNumber', 'to'),
      text: said?.text,
      id: fields.text('messageId'),
      at: instant(fields.text('timestamp')),
      unlisted: said?.unlisted,
    },
    'international',
  );
}

/** @param table of the API that such a report is of. @returns the reason why it is no report. */
export function toReceipt(fields: Fields, table: ReadonlyMap<string, Outcome>): Receipt | string {
  const attemptId = fields.text('clientMessageId')?.toLowerCase();
  const providerId = fields.text('messageId', 'apiMessageId');
  const word = fields.text('status');
  const code = fields.text('statusCode')?.replace(/^0+(?=\d)/, '') ?? CODE_OF_WORD.get(word?.toUpperCase() ?? '');
  if (attemptId === undefined && providerId === undefined) return 'no message id';
  if (code === undefined && word === undefined) return 'no statusCode';
  const ids = {
    ...(attemptId !== undefined && { attemptId }),
    ...(providerId !== undefined && { providerId }),
  };
  const at = instant(fields.text('timestamp'));
  // Beside its word a code of the One API is sure, whatever the form of the report.
  const known = CODE_OF_WORD.get(word?.toUpperCase() ?? '') === code ? STATUS : table;
  const outcome = code === undefined ? undefined : known.get(code);
  // A code in no table is pending: to fail it could contradict a later `delivered`.
  if (outcome === undefined)
    return { ...ids, status: 'pending', at, unlisted: publicText(`${code ?? ''} ${word ?? ''}`) };
  const reason = () => publicText(fields.text('statusDescription', 'status') ?? 'no reason given');
  return { ...ids, ...outcome, ...(outcome.class && { code, reason: reason() }), at };
}

/** Milliseconds since 1970, as a number or in digits. */
function instant(ms: string | undefined): Date | undefined {
  if (ms === undefined || !/^\d{12,14}$/.test(ms)) return undefined;
  const at = new Date(Number(ms));
  return Number.isNaN(at.getTime()) ? undefined : at;
}
