/** Delivery reports, v3 and v2: they differ only in fields that are not needed here. */
import { isAuthentic, UNPROVEN, withProof, type ExpectedAuth } from '../shared/callback-auth';
import { publicText } from '../../outbound/errors';
import { inboundOf } from '../shared/inbound';
import { items, members, parseJson } from '../shared/json';
import type { CallbackRequest, CallbackResult, InboundText, Receipt } from '../provider';
import { codeOf, wording } from './codes';
import { givesBack } from './proof';
import {
  ALREADY_ACCEPTED,
  DELIVERED_TO_OPERATOR,
  ERROR,
  GROUP,
  STATUS,
  STATUS_GROUP,
  TAKEN,
  VALIDITY_OVER,
} from './tables';

/**
 * Parses a callback that is known to be authentic as a whole, or by single reports: then one that gives back what its
 * message carried (`proof.ts`) is read, and others are not.
 */
export function readProven(request: CallbackRequest, expected: ExpectedAuth): CallbackResult {
  if (expected.callbackAuth === null) return readCallback(request);
  if (isAuthentic(request, expected)) return withProof(readCallback(request), 'secret');
  const { results } = members(parseJson(request.body.toString('utf8')));
  const genuine = (items(results) ?? []).map(members).filter((report) => givesBack(report, expected));
  const receipts = genuine.flatMap(toReceipt);
  return receipts.length === 0 ? UNPROVEN : { kind: 'receipts', receipts, proof: 'secret' };
}

/** Whatever its content type says, or not: what parses is JSON. */
function readCallback(request: CallbackRequest): CallbackResult {
  const body = members(parseJson(request.body.toString('utf8')));
  if (typeof body['notificationType'] === 'string') return { kind: 'ignored', reason: 'a click, not a report' };
  const results = items(body['results'])?.map(members);
  if (results === undefined) return { kind: 'malformed', reason: 'no list of results' };
  if (results.length === 0) return { kind: 'ignored', reason: 'no results' };
  if (results.every((result) => 'receivedAt' in result)) {
    const texts = results.flatMap(toInbound);
    return texts.length > 0
      ? { kind: 'inbound', texts }
      : { kind: 'ignored', reason: 'inbound messages without a text' };
  }
  const receipts = results.flatMap(toReceipt);
  return receipts.length > 0 ? { kind: 'receipts', receipts } : { kind: 'malformed', reason: 'no report has an id' };
}

/**
 * The receipt in a report or a log entry. A report without id or status can't be matched or used, and must not keep its
 * neighbours from being read.
 */
export function toReceipt(report: Record<string, unknown>): Receipt[] {
  const { messageId, doneAt, sentAt } = report;
  const status = codeOf(report['status']);
  if (typeof messageId !== 'string' || messageId === '') return [];
  if (status.groupId < 0 && status.word === '') return [];
  const receipt = { attemptId: messageId.toLowerCase(), at: instant(doneAt) ?? instant(sentAt) };
  // The report of a doubled submission says nothing about the first one, which has a report of its own.
  if (status.id === ALREADY_ACCEPTED) return [{ ...receipt, status: 'pending' }];
  if (TAKEN.has(status.groupId)) {
    const final = status.groupId === GROUP.delivered && status.id !== DELIVERED_TO_OPERATOR;
    return [{ ...receipt, status: final ? 'delivered' : 'pending' }];
  }
  const error = codeOf(report['error']);
  const cause = wording(error.id > 0 ? error : status);
  if (status.groupId === GROUP.expired || VALIDITY_OVER.has(error.id)) {
    return [{ ...receipt, status: 'expired', ...STATUS_GROUP.get(GROUP.expired), ...cause }];
  }
  const refusal = ERROR.get(error.id) ?? STATUS.get(status.id) ?? STATUS_GROUP.get(status.groupId);
  // A word that nobody knows ends no message: it could contradict a later one.
  if (refusal === undefined) {
    return [{ ...receipt, status: 'pending', unlisted: publicText(status.word || `group ${status.groupId}`) }];
  }
  return [{ ...receipt, status: 'failed', ...refusal, ...cause }];
}

/**
 * An inbound text in the form MO_JSON_2; numbers come without their plus sign. Of an MMS `message[]` has the parts.
 * `cleanText` is the text without the keyword that leads to this account on a shared number (Infobip, "Receive inbound SMS").
 */
function toInbound(said: Record<string, unknown>): InboundText[] {
  const { from, to, text, cleanText, messageId, receivedAt } = said;
  return inboundOf(
    {
      from,
      to,
      text: text ?? partsOf(said['message']),
      id: messageId,
      at: instant(receivedAt),
      cleanText: typeof cleanText === 'string' ? cleanText : undefined,
    },
    'international',
  );
}

/** The texts among the parts of an MMS, line by line; undefined when there are none. */
function partsOf(message: unknown): string | undefined {
  const texts = (items(message) ?? []).map(members).flatMap(({ contentType, value }) => {
    const isText = contentType === undefined || /^text\//i.test(String(contentType));
    return isText && typeof value === 'string' ? [value] : [];
  });
  return texts.length === 0 ? undefined : texts.join('\n');
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?)(Z|[+-]\d\d:?\d\d)$/;

/** Infobip writes `2019-11-09T16:00:00.000+0100`: the colon in the offset, which ECMAScript asks for, is missing. */
function instant(text: unknown): Date | undefined {
  const match = typeof text === 'string' ? TIMESTAMP.exec(text) : null;
  if (!match) return undefined;
  const at = new Date(match[1]! + match[2]!.replace(/(\d\d):?(\d\d)$/, '$1:$2'));
  return Number.isNaN(at.getTime()) ? undefined : at;
}
