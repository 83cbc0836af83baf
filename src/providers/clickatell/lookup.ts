/**
 * Asks for a message by Clickatell's id: `GET /v1/message/{apiMessageId}`. Source: the public client `clickatell-api` 0.3.0
 * (docs.rs, `one_api::message_status`), read on 2026-11-29: the answer has a member for the channel, with `status` as a
 * word of the "Message Status Table" and `timestamp` in milliseconds. Clickatell's own page was not at hand, so a `statusCode`
 * is read as well, and the same without the channel.
 */
import { OutboundError, classifyStatus, unreadableAnswer } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import { ofMembers } from '../shared/fields';
import { items, memberNamed, members, parseJsonExactly } from '../shared/json';
import type { LookupSubject, Receipt } from '../provider';
import { toReceipt } from './receipts';
import { ERROR, STATUS } from './tables';

/** What the vendor says of a message that it does not have. */
const NOT_FOUND = '1';

/** Nothing is asked where Clickatell's id never came: it can't be asked by ours. @throws OutboundError */
export async function lookUp(
  baseUrl: string,
  apiKey: string,
  { attemptId, providerId }: LookupSubject,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Receipt[]> {
  if (providerId === null) return [];
  const response = await http.request(
    {
      method: 'GET',
      url: `${baseUrl}/v1/message/${encodeURIComponent(asGiven(providerId))}`,
      headers: { authorization: apiKey, accept: 'application/json' },
    },
    signal,
  );
  const body = members(parseJsonExactly(response.body));
  const entry = entryOf(body);
  if (entry !== undefined) return [entry].flatMap((said) => receiptOf(said, attemptId, providerId));
  const failure = classifyStatus(response);
  const error = memberNamed(body, 'error');
  if (failure !== undefined && failure.code !== 'http-404') throw failure;
  // 41, resource does not exist: of this path it is the message.
  const code = String(members(error)['code'] ?? '');
  const refusal = code === '41' ? undefined : ERROR.get(code);
  if (refusal) throw new OutboundError({ ...refusal, code, reason: 'the look-up was refused' });
  if (error !== undefined && error !== null) return [];
  throw failure ?? unreadableAnswer('the answer has no status');
}

/** 32 hexadecimal digits as Clickatell gave them: what normalising may have taken off is zeros at the front. */
const asGiven = (providerId: string): string =>
  /^[0-9a-f]{24,31}$/.test(providerId) ? providerId.padStart(32, '0') : providerId;

function entryOf(body: Record<string, unknown>): Record<string, unknown> | undefined {
  const listed = items(memberNamed(body, 'messages'))?.[0];
  const found = [memberNamed(body, 'sms'), listed, body].map(members);
  return found.find((one) => memberNamed(one, 'status') !== undefined || memberNamed(one, 'statusCode') !== undefined);
}

function receiptOf(entry: Record<string, unknown>, attemptId: string, providerId: string): Receipt[] {
  const fields = ofMembers({ ...entry, messageId: providerId, clientMessageId: attemptId });
  const receipt = toReceipt(fields, STATUS);
  if (typeof receipt === 'string' || fields.text('statusCode') === NOT_FOUND) return [];
  return fields.text('status')?.toUpperCase() === 'UNKNOWN' ? [] : [receipt];
}
