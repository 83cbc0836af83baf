/**
 * Asks for a message: by its id, else by ours. Source: Mobtexting docs 4.x, `v2/sms/pull-dlr.md`, `GET sms/status`: `id`
 * is theirs, `cid` "your custom id".
 */
import { normaliseProviderId } from '../../core/messages/provider-id';
import { classifyStatus, unreadableAnswer } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import { istInstant } from '../shared/ist';
import { items, members, parseJson } from '../shared/json';
import type { LookupSubject, Receipt } from '../provider';
import { outcomeOf } from './receipts';

/** `<uuid>:<n>` as Mobtexting gave it: what normalising may have taken off is zeros at the front. */
function asGiven(providerId: string): string {
  const [uuid = '', n] = providerId.split(':');
  return [uuid.padStart(36, '0'), n].join(':');
}

/** @throws OutboundError */
export async function lookUp(
  baseUrl: string,
  token: string,
  { attemptId, providerId }: LookupSubject,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Receipt[]> {
  const query = new URLSearchParams(providerId === null ? { cid: attemptId } : { id: asGiven(providerId) });
  const response = await http.request(
    {
      method: 'GET',
      url: `${baseUrl}/api/v2/sms/status?${query.toString()}`,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    },
    signal,
  );
  const body = members(parseJson(response.body));
  // The number stands in `code` here; `status` is a word.
  const code = body['code'];
  const failure = classifyStatus({
    ...response,
    status: response.status < 300 && typeof code === 'number' ? code : response.status,
  });
  if (failure) throw failure;
  const entries = items(body['data'])?.map(members);
  if (!entries) throw unreadableAnswer('the answer has no list of messages');
  return entries.flatMap(({ id, custom, status, delivered_at: at }): Receipt[] => {
    const word = typeof status === 'number' ? String(status) : status;
    if (typeof id !== 'string' || typeof word !== 'string' || word === '') return [];
    // A filter that the vendor overlooks must not make other messages ours.
    const isAsked = providerId === null ? custom === attemptId : sameId(id, providerId);
    if (!isAsked) return [];
    return [{ attemptId, providerId: id, at: istInstant(at), ...outcomeOf(word.trim().toUpperCase()) }];
  });
}

function sameId(one: string, other: string): boolean {
  return normaliseProviderId(one) === normaliseProviderId(other);
}
