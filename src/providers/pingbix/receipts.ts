/**
 * Delivery reports as the family of Pingbix' software sends them (public clients of HostPinnacle, which runs the same; read
 * on 2026-11-29): a form, a GET or JSON with `Transactionid, Messageid, ErrorCode, mobileNo, ReceivedTime, DeliveredTime`
 * in any case, mostly without a status. Then a code that is not zero is a failure, and a time of delivery is a delivery.
 */
import type { Refusal } from '../../core/messages/outcome';
import { inOtherBase } from '../../core/messages/provider-id';
import { fieldsOf, readFlat, UnreadableCallback, type Fields } from '../shared/fields';
import { parseJsonExactly } from '../shared/json';
import { readInbound, readReceipt, refusalOf, textAt } from '../shared/mapping';
import type { CallbackRequest, CallbackResult, ProviderConfig, Receipt } from '../provider';
import type { PingbixCredentials, PingbixReceipts } from './options';
import { recipientId } from './transaction';

/** Parses a callback whose sender is known to be authentic. */
export function readReport(request: CallbackRequest, config: ProviderConfig<PingbixCredentials>): CallbackResult {
  const { receipts, inbound } = config.credentials;
  const texts = readInbound(request, inbound, undefined);
  if (texts !== null && (inbound?.when !== undefined || !hasStatus(request, receipts))) {
    return { kind: 'inbound', texts };
  }
  const json = parseJsonExactly(request.body.toString('utf8'));
  return readFlat(onlyWhere(request, receipts.in), (fields) => toReceipt(reportIn(fields, json, receipts), config));
}

/** A text of a phone has none. */
function hasStatus(request: CallbackRequest, { status }: PingbixReceipts): boolean {
  try {
    return fieldsOf(request).some((fields) => fieldAt(fields, status) !== undefined);
  } catch (error) {
    if (error instanceof UnreadableCallback) return false;
    throw error;
  }
}

/** The request without what the gateway was told not to read. */
function onlyWhere(request: CallbackRequest, where: PingbixReceipts['in']): CallbackRequest {
  if (where === 'any') return request;
  if (where === 'query') return { ...request, headers: {}, body: Buffer.alloc(0) };
  return { ...request, url: request.url.replace(/\?.*/s, '') };
}

/** The family's other names of what the default configuration calls so. */
const ALSO_CALLED: Readonly<Record<string, readonly string[]>> = {
  transactionId: ['transaction_id', 'uuid'],
  mobile: ['mobileNo', 'mobileNumber', 'msisdn'],
  status: ['deliveryStatus', 'delivery_status', 'dlrStatus'],
  statusCode: ['errorCode', 'error_code'],
  reason: ['cause', 'description'],
};
const DELIVERED_TIME = ['deliveredTime', 'delivered_time', 'delivered time'] as const;
const RECEIVED_TIME = ['receivedTime', 'received_time', 'submitted time'] as const;

/** The value of a field by its name, in any case, or by the family's other names for it. */
function fieldAt(fields: Fields, name: string): string | undefined {
  return fields.text(name, ...(ALSO_CALLED[name] ?? []));
}

/** What a report says, wherever it stood. */
export interface PingbixReport {
  providerId?: string;
  /** The number. */
  to?: string;
  status?: string;
  code?: string;
  reason?: string;
  part?: string;
  parts?: string;
  deliveredTime?: string;
  receivedTime?: string;
}

/** @param json the whole body, in which JSON pointers of the configuration count. */
function reportIn(fields: Fields, json: unknown, receipts: PingbixReceipts): PingbixReport {
  const at = (place: string | null | undefined): string | undefined => {
    if (place === null || place === undefined) return undefined;
    return place.startsWith('/') ? textAt(json, place) : fieldAt(fields, place);
  };
  return {
    providerId: at(receipts.providerId),
    to: at(receipts.to),
    status: at(receipts.status),
    code: at(receipts.code),
    reason: at(receipts.reason),
    part: at(receipts.part),
    parts: at(receipts.parts),
    deliveredTime: fields.text(...DELIVERED_TIME),
    receivedTime: fields.text(...RECEIVED_TIME),
  };
}

/** `status: "success"` says that the request was one, and nothing of a phone; its code is HTTP's then. */
const isEnvelope = (status: string): boolean => /^(success|ok)$/i.test(status);
const HTTP_OK = '200';
/** A code of zeros is none. */
const isError = (code: string | undefined): code is string => code !== undefined && !/^(0+|null|none)$/i.test(code);
/** Of a report without a status it is a failure where it has a digit: `NA` and `success` stand where there is no error. */
const isFailure = (code: string | undefined, { refusals }: PingbixReceipts): boolean =>
  isError(code) && (/[1-9]/.test(code) || refusalOf(refusals, code) !== undefined);
/** Some reports have a zero or a word in the place of a time. */
const isTime = (time: string | undefined): boolean => time !== undefined && /[1-9]/.test(time);

type Kind = Receipt['status'];

/** What a report without a status means; undefined when it says nothing at all. */
function meaningOf(report: PingbixReport, receipts: PingbixReceipts): Kind | undefined {
  const { status, code, deliveredTime, receivedTime } = report;
  if (isFailure(code, receipts) && !(status !== undefined && code === HTTP_OK)) return 'failed';
  if (isTime(deliveredTime)) return 'delivered';
  return [status, code, deliveredTime, receivedTime].some((said) => said !== undefined) ? 'pending' : undefined;
}

/** "Blacklisted", by whom is not told: blocked for this number, and no opt-out of a person. */
const BLACKLISTED: Refusal = { class: 'recipient', clevertap: '903' };

/** @returns the reason why it is no report. */
export function toReceipt(report: PingbixReport, config: ProviderConfig<PingbixCredentials>): Receipt | string {
  const { receipts } = config.credentials;
  const { to, status } = report;
  const word = status === undefined || isEnvelope(status) ? meaningOf(report, receipts) : status;
  if (word === undefined) return 'no status';
  const isSaid = word === status;
  const code = isError(report.code) ? report.code : undefined;
  const statuses = isSaid ? receipts.statuses : { [word]: word as Kind };
  const receipt = readReceipt({ ...report, code, status: word }, { ...receipts, ...HERE, statuses });
  if (typeof receipt === 'string') return receipt;
  const known = isSaid ? withWord(receipt, word, code, receipts) : receipt;
  if (receipts.to === null) return known;
  if (to === undefined) return 'no number';
  const transaction = receipt.providerId!;
  const { providerIdBase: base } = config;
  return { ...known, providerId: recipientId(base == null ? transaction : inOtherBase(transaction, base), to) };
}

/** Where {@link PingbixReport} has what the configuration places elsewhere. */
const HERE = {
  in: 'json',
  providerId: 'providerId',
  status: 'status',
  code: 'code',
  reason: 'reason',
  part: 'part',
  parts: 'parts',
} as const;

function withWord(receipt: Receipt, word: string, code: string | undefined, receipts: PingbixReceipts): Receipt {
  const isBlacklisted = receipt.status === 'failed' && /^\s*blacklisted\s*$/i.test(word);
  const isMeant = isBlacklisted && refusalOf(receipts.refusals, code ?? word) === undefined;
  return isMeant ? { ...receipt, ...BLACKLISTED } : receipt;
}
