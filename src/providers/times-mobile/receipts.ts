/**
 * Delivery reports: a GET of the URL in the portal's profile, one report each. The names of the parameters are the ones
 * that our docs page has the operator write there.
 */
import { publicText } from '../../outbound/errors';
import { istInstant } from '../shared/ist';
import type { CallbackResult, Receipt } from '../provider';
import { DELIVERED, DLT, UNLISTED_REPORT } from './tables';

export function readCallback(query: URLSearchParams): CallbackResult {
  const status = query.get('deliverystatus')?.trim();
  const attemptId = query.get('corelationid')?.trim().toLowerCase() || undefined;
  const providerId = query.get('txid')?.trim() || undefined;
  if (!status) return { kind: 'malformed', reason: 'no deliverystatus' };
  if (!attemptId && !providerId) return { kind: 'malformed', reason: 'neither corelationid nor txid' };
  const receipt = { attemptId, providerId, at: istInstant(query.get('deliverydt')) };
  if (status.toUpperCase() === DELIVERED) return { kind: 'receipts', receipts: [{ ...receipt, status: 'delivered' }] };
  return { kind: 'receipts', receipts: [{ ...receipt, ...failureOf(status, query.get('description') ?? '') }] };
}

/** `error Code [false], Error Text [621]`: the digits are a DLT code. */
const ERROR_TEXT = /Error Text \[(\d+)\]/i;

function failureOf(
  status: string,
  description: string,
): Pick<Receipt, 'status' | 'class' | 'clevertap' | 'code' | 'reason'> {
  const code = ERROR_TEXT.exec(description)?.[1];
  const refusal = (code === undefined ? undefined : DLT.get(Number(code))) ?? UNLISTED_REPORT;
  return { status: 'failed', ...refusal, code: code ?? publicText(status), reason: publicText(description || status) };
}
