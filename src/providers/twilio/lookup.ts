/**
 * Asks for a message: by its SID, else by number and time. Source: Twilio OpenAPI `twilio_api_v2010`, `GET
 * /2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json` and `GET …/Messages.json` (`To`, `DateSent`, `PageSize`).
 */
import { classifyStatus, unreadableAnswer } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import { items, members, parseJson } from '../shared/json';
import type { LookupSubject, Receipt } from '../provider';
import { outcomeOf } from './receipts';
import { codeIn } from './tables';

/** A SID in the case that Twilio wants; ours may have been normalised. */
const SID = /^(sm|mm)([0-9a-f]{32})$/i;

/**
 * Where no SID is known, the message is the one that was created about when our request left. Twilio works on a request
 * for seconds at most, and its clock may differ from ours a little.
 */
const EARLIEST_MS = -10_000;
const LATEST_MS = 60_000;

/** @param account URL of the account's resources. @throws OutboundError */
export async function lookUp(
  account: string,
  authorization: string,
  subject: LookupSubject,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Receipt[]> {
  const [, kind, rest] = SID.exec(subject.providerId ?? '') ?? [];
  const url = kind && rest ? `${account}/Messages/${kind.toUpperCase()}${rest}.json` : listUrl(account, subject);
  const response = await http.request(
    { method: 'GET', url, headers: { authorization, accept: 'application/json' } },
    signal,
  );
  if (kind && response.status === 404) return [];
  const failure = classifyStatus(response);
  if (failure) throw failure;
  const body = members(parseJson(response.body));
  const found = kind ? body : theOne(items(body['messages'])?.map(members), subject);
  if (!found) return [];
  const { sid, status, error_code: error } = found;
  if (typeof sid !== 'string' || typeof status !== 'string') throw unreadableAnswer('the answer names no message');
  const outcome = outcomeOf(status.toLowerCase(), codeIn(error));
  return [{ attemptId: subject.attemptId, providerId: sid, ...outcome }];
}

/** From that day (GMT) on: what was queued before midnight may be sent after it. */
function listUrl(account: string, { to, submittedAt }: LookupSubject): string {
  const day = submittedAt.toISOString().slice(0, 10);
  return `${account}/Messages.json?To=${encodeURIComponent(to)}&DateSent%3E=${day}&PageSize=1000`;
}

/**
 * The message that can be none but ours. The resource shows neither our id nor the StatusCallback, so that it takes
 * number, direction, time and, where it is known, the text; where several fit, none is taken for ours.
 */
function theOne(
  messages: Record<string, unknown>[] | undefined,
  { to, submittedAt, text }: LookupSubject,
): Record<string, unknown> | undefined {
  if (!messages) throw unreadableAnswer('the answer has no list of messages');
  const fitting = messages.filter(({ to: number, direction, date_created: created, body }) => {
    const after = Date.parse(String(created)) - submittedAt.getTime();
    return (
      number === to &&
      direction === 'outbound-api' &&
      after >= EARLIEST_MS &&
      after <= LATEST_MS &&
      (text === undefined || body === text)
    );
  });
  return fitting.length === 1 ? fitting[0] : undefined;
}
