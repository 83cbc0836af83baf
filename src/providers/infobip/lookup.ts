/**
 * Asks for messages by our ids. Source: Infobip OpenAPI 3.210, `GET /sms/3/logs`: at most 1,000 entries of the last 48
 * hours, as often as one likes. Not `GET /sms/3/reports`, which hands out each report once, to whoever comes first.
 */
import { classifyStatus, unreadableAnswer } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import { items, members, parseJson } from '../shared/json';
import type { LookupSubject, Receipt } from '../provider';
import { toReceipt } from './receipts';

/** "Maximum length 2048 characters" of `messageId`: room for 62 ids of 32 characters with their commas. */
export const MAX_LOOKUP = 60;

/** @throws OutboundError */
export async function lookUp(
  baseUrl: string,
  apiKey: string,
  subjects: readonly LookupSubject[],
  http: HttpClient,
  signal: AbortSignal,
): Promise<Receipt[]> {
  const ids = subjects.map(({ attemptId }) => attemptId);
  const response = await http.request(
    {
      method: 'GET',
      // A message id is one message's, but a second submission under it has an entry of its own: room for both.
      url: `${baseUrl}/sms/3/logs?messageId=${ids.map(encodeURIComponent).join(',')}&limit=${2 * ids.length}`,
      headers: { authorization: `App ${apiKey}`, accept: 'application/json' },
    },
    signal,
  );
  const failure = classifyStatus(response);
  if (failure) throw failure;
  const results = items(members(parseJson(response.body))['results']);
  if (!results) throw unreadableAnswer('the answer has no list of results');
  const asked = new Set(ids);
  return results
    .map(members)
    .flatMap(toReceipt)
    .filter(({ attemptId }) => attemptId !== undefined && asked.has(attemptId));
}
