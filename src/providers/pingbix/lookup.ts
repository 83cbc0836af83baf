/**
 * Asks for a message by its transaction: `GET SMSApi/report/status?uuid=<transaction>`. Source: public clients of the same
 * software (HostPinnacle, Zettatel), read on 2026-11-29, who all put the login into the query; the answer lists a
 * `status` with `mobileNo`, `Status` and `Cause` for each number under `response.report_statusList`.
 */
import { OutboundError, classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import { ofMembers } from '../shared/fields';
import { items, memberNamed, members, parseJsonExactly } from '../shared/json';
import { refusalOf, textAt } from '../shared/mapping';
import type { LookupSubject, ProviderConfig, Receipt } from '../provider';
import { secretsOf, type PingbixCredentials } from './options';
import { toReceipt } from './receipts';
import { isSameNumber, transactionOf } from './transaction';

/** Nothing is asked where no transaction was told. @throws OutboundError */
export async function lookUp(
  config: ProviderConfig<PingbixCredentials>,
  { attemptId, providerId, to }: LookupSubject,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Receipt[]> {
  if (providerId === null) return [];
  const { credentials, baseUrl } = config;
  const { fields, receipts, refusals } = credentials;
  const query = new URLSearchParams({
    uuid: receipts.to === null ? providerId : transactionOf(providerId),
    output: 'json',
  });
  const headers: Record<string, string> = { accept: 'application/json' };
  if ('apiKey' in credentials) headers[fields.apiKey.toLowerCase()] = credentials.apiKey;
  else {
    query.set(fields.userId, credentials.userId);
    query.set(fields.password, credentials.password);
  }
  const url = `${baseUrl}/SMSApi/report/status?${query.toString()}`;
  const response = await http.request({ method: 'GET', url, headers }, signal);
  const body = members(parseJsonExactly(response.body));
  const answer = members(memberNamed(body, 'response') ?? body);
  const code = textAt(answer, 'statusCode');
  const refusal = refusalOf(refusals, code);
  const failure = refusal ? undefined : classifyStatus(response);
  if (failure) throw failure;
  if (refusal) {
    const reason = publicText(textAt(answer, 'reason') ?? 'the look-up was refused', secretsOf(credentials));
    throw new OutboundError({ ...refusal, code: code ?? 'refused', reason });
  }
  const listed = items(memberNamed(answer, 'report_statusList')) ?? items(memberNamed(answer, 'reports_statusList'));
  if (listed === undefined) {
    // Told so shortly after a submission, too, while there is no report yet.
    if (textAt(answer, 'status') !== undefined) return [];
    throw unreadableAnswer('the answer has no list of statuses');
  }
  return listed.flatMap((entry) => receiptOf(entry, attemptId, to, config));
}

function receiptOf(
  entry: unknown,
  attemptId: string,
  to: string,
  config: ProviderConfig<PingbixCredentials>,
): Receipt[] {
  const inside = memberNamed(entry, 'status');
  const fields = ofMembers(members(typeof inside === 'object' && inside !== null ? inside : entry));
  const number = fields.text('mobileNo', 'mobile');
  // A filter that the vendor overlooks must not make other messages ours.
  if (number === undefined || !isSameNumber(number, to)) return [];
  const receipt = toReceipt(
    {
      providerId: attemptId,
      to: number,
      status: fields.text('Status'),
      code: fields.text('errorCode', 'statusCode'),
      reason: fields.text('Cause', 'reason'),
      deliveredTime: fields.text('Delivered Time', 'deliveredTime'),
      receivedTime: fields.text('Submitted Time', 'receivedTime'),
    },
    config,
  );
  if (typeof receipt === 'string') return [];
  const { providerId: _own, unlisted: _word, ...found } = receipt;
  return [{ ...found, attemptId }];
}
