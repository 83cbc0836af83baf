/**
 * Delivery reports: one each, as a GET of the URL in the portal's profile or as a form or JSON. The names are the ones that
 * our docs page has the operator write there, or the platform's own.
 */
import { publicText } from '../../outbound/errors';
import { readFlat, type Fields } from '../shared/fields';
import { istInstant } from '../shared/ist';
import type { CallbackRequest, CallbackResult, Receipt } from '../provider';
import { DLT, EXPIRY, STATUS_WORD, UNLISTED_REPORT } from './tables';

/** Parses a callback whose sender is known to be authentic. */
export function readCallback(request: CallbackRequest): CallbackResult {
  return readFlat(request, readReport);
}

function readReport(fields: Fields): Receipt | string {
  const word = fields.text('deliverystatus', 'status');
  const attemptId = fields.text('corelationid', 'correlationid')?.toLowerCase();
  const providerId = fields.text('txid', 'transactionid');
  if (word === undefined) return 'no deliverystatus';
  if (attemptId === undefined && providerId === undefined) return 'neither corelationid nor txid';
  const receipt = { attemptId, providerId, at: istInstant(fields.text('deliverydt')) };
  const description = fields.text('description') ?? '';
  // The digits say which rule of DLT the message was refused by; that a word is new does not make it sent.
  const code = ERROR_TEXT.exec(description)?.[1];
  const refusal = code === undefined ? undefined : DLT.get(Number(code));
  const status = STATUS_WORD.get(word.toUpperCase()) ?? (refusal ? 'failed' : undefined);
  if (status === undefined) return { ...receipt, status: 'pending', unlisted: publicText(word) };
  if (status === 'delivered' || status === 'pending') return { ...receipt, status };
  const otherwise = status === 'expired' ? EXPIRY : UNLISTED_REPORT;
  const cause = { code: code ?? publicText(word), reason: publicText(description || word) };
  return { ...receipt, status, ...(refusal ?? otherwise), ...cause };
}

/** `error Code [false], Error Text [621]`: the digits are a DLT code. */
const ERROR_TEXT = /Error Text \[(\d+)\]/i;
