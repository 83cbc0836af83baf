/** An erasure in the requests that were refused: records of the person, and what was quoted of them. */
import type { PoolClient } from 'pg';
import { NIL_UUID } from '../../core/messages/ids';
import type { StepContext, StepResult } from './erase-step';
import { hasDigits } from './erase-texts';

const REQUESTS_PER_PAGE = 1_000;

const LIST_REQUESTS = `
select id, body, message, ${hasDigits(`concat(body, ' ', message)`, '$4')} as is_found from requests
where account_id = $2 and id > $3 and at <= (select created_at from erasures where id = $1)
order by id limit ${REQUESTS_PER_PAGE}`;

const LIST_RECORDS = `
select request_id, place, msisdn, meta, message from request_records
where request_id = any($1::uuid[]) and (msisdn = $3 or meta = $3
  or ${hasDigits(`concat(msisdn, ' ', meta, ' ', message)`, '$2')})`;

interface FoundRecord {
  request_id: string;
  place: number;
  msisdn: string | null;
  meta: string | null;
  message: string;
}

/** Requests in the order in which they came, with their records. */
export async function eraseRequests(
  client: PoolClient,
  { id, accountId, text, subject }: StepContext,
  place: string | null,
): Promise<StepResult> {
  const { rows } = await client.query<{ id: string; body: string | null; message: string | null; is_found: boolean }>({
    name: 'erase-list-requests',
    text: LIST_REQUESTS,
    values: [id, accountId, place ?? NIL_UUID, text.digits],
  });
  const { rows: records } = await client.query<FoundRecord>({
    name: 'erase-list-request-records',
    text: LIST_RECORDS,
    values: [rows.map((row) => row.id), text.digits, subject.value],
  });
  const isPerson = ({ msisdn, meta, message }: FoundRecord): boolean =>
    msisdn === subject.value || meta === subject.value || text.isIn(`${msisdn} ${meta} ${message}`);
  const gone = records.filter(isPerson);
  await client.query({
    name: 'erase-request-records',
    text: `delete from request_records r using unnest($1::uuid[], $2::int[]) as n (request_id, place)
           where r.request_id = n.request_id and r.place = n.place`,
    values: [gone.map((record) => record.request_id), gone.map((record) => record.place)],
  });
  // Their words are quoted together.
  const ofPerson = new Set(gone.map((record) => record.request_id));
  const quoted = rows.filter(
    ({ id: request, body, message, is_found }) =>
      ofPerson.has(request) || (is_found && text.isIn(`${body} ${message}`)),
  );
  await client.query({
    name: 'erase-requests',
    text: `update requests r set body = null, message = n.message
           from unnest($1::uuid[], $2::text[]) as n (id, message) where r.id = n.id`,
    values: [quoted.map((row) => row.id), quoted.map(({ message }) => message && text.without(message))],
  });
  const last = rows.length < REQUESTS_PER_PAGE ? null : rows.at(-1)!.id;
  return { counts: { requests: quoted.length, request_records: gone.length }, place: last };
}
