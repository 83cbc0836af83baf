/**
 * An erasure in the lists that an account keeps: campaigns with their recipients, groups, uploads, test phones. No index has
 * all lists of a number, so those of the account are gone through in pages; within a list the number is found by an index.
 */
import type { PoolClient } from 'pg';
import { inTexts } from '../../core/messages/spellings';
import { NIL_UUID } from '../../core/messages/ids';
import type { Audience, CampaignForecast, CampaignProblem } from '../tables';
import type { StepContext, StepResult } from './erase-step';

const CAMPAIGNS_PER_PAGE = 50;
const GROUPS_PER_PAGE = 500;
const UPLOADS_PER_PAGE = 100;
/** Rows of an upload that are gone through at once. */
const ROWS_PER_PAGE = 20_000;

/** What was there when the erasure was asked for. `$1`: the erasure. */
const BEFORE = `(select created_at from erasures where id = $1)`;

interface CampaignTexts {
  name: string;
  reason: string | null;
  body: string;
  dlt_text: string | null;
  variables: unknown;
  options: unknown;
  problems: CampaignProblem[];
  forecast: CampaignForecast | null;
}
interface WalkedCampaign extends CampaignTexts {
  id: string;
  audience: Audience;
}

const LIST_CAMPAIGNS = `
select id, audience, name, reason, body, dlt_text, variables, options, problems, forecast from campaigns
where account_id = $2 and id > $3 and created_at <= ${BEFORE} order by id limit ${CAMPAIGNS_PER_PAGE}`;

const REMOVE_RECIPIENTS = (column: 'msisdn' | 'meta'): string => `
with gone as (
  delete from campaign_recipients where campaign_id = any($1::text[]) and ${column} = $2 returning campaign_id, position
)
select campaign_id, position, not exists (
  select from campaign_recipients r
  where r.campaign_id = gone.campaign_id and (r.campaign_id, r.position) not in (select campaign_id, position from gone)
) as was_alone
from gone`;

/** The rows of the person in the groups and uploads of these campaigns: problems tell them by their place. */
const LIST_PLACES = `
select group_id as list, id::text as position from group_members where group_id = any($1::text[]) and msisdn = $3
union all
select upload_id::text, no::text from upload_rows where upload_id = any($2::uuid[]) and msisdn = $3`;

const WRITE_CAMPAIGN = `
update campaigns set name = $2, reason = $3, body = $4, dlt_text = $5, variables = $6, options = $7, problems = $8, forecast = $9
where id = $1`;

/** Campaigns: recipients that came with them, what says why one was left out, and the text of one to this person only. */
export async function eraseCampaigns(client: PoolClient, context: StepContext, place: string | null) {
  const { id, accountId, subject } = context;
  const { rows } = await client.query<WalkedCampaign>({
    name: 'erase-list-campaigns',
    text: LIST_CAMPAIGNS,
    values: [id, accountId, place ?? ''],
  });
  const column = subject.kind === 'number' ? 'msisdn' : 'meta';
  const { rows: removed } = await client.query<{ campaign_id: string; position: number; was_alone: boolean }>({
    name: `erase-recipients-by-${column}`,
    text: REMOVE_RECIPIENTS(column),
    values: [rows.map((row) => row.id), subject.value],
  });
  const places = subject.kind === 'number' ? await placesOf(client, rows, subject.value) : new Set<string>();
  const alone = new Set<string>();
  for (const { campaign_id: campaign, position, was_alone } of removed) {
    // Problems tell recipients of a request by their index.
    places.add(`${campaign} ${position - 1}`);
    if (was_alone) alone.add(campaign);
  }
  let changed = 0;
  for (const campaign of rows) {
    const { audience } = campaign;
    const list = audience.kind === 'group' || audience.kind === 'upload' ? audience.id : campaign.id;
    const texts = withoutPerson(campaign, context, alone.has(campaign.id), (at) => places.has(`${list} ${at}`));
    if (texts === null) continue;
    changed++;
    await client.query({
      name: 'erase-write-campaign',
      text: WRITE_CAMPAIGN,
      values: [campaign.id, ...columnsOf(texts)],
    });
  }
  const next = rows.length < CAMPAIGNS_PER_PAGE ? null : rows.at(-1)!.id;
  return { counts: { campaign_recipients: removed.length, campaigns: changed }, place: next };
}

async function placesOf(client: PoolClient, rows: readonly WalkedCampaign[], msisdn: string): Promise<Set<string>> {
  const lists = (kind: 'group' | 'upload') =>
    rows.flatMap(({ audience }) => (audience.kind === kind ? audience.id : []));
  const { rows: found } = await client.query<{ list: string; position: string }>({
    name: 'erase-list-places',
    text: LIST_PLACES,
    values: [lists('group'), lists('upload'), msisdn],
  });
  return new Set(found.map(({ list, position }) => `${list} ${position}`));
}

const columnsOf = ({ name, reason, body, dlt_text, variables, options, problems, forecast }: CampaignTexts) => [
  name,
  reason,
  body,
  dlt_text,
  JSON.stringify(variables),
  options === null ? null : JSON.stringify(options),
  JSON.stringify(problems),
  forecast === null ? null : JSON.stringify(forecast),
];

/** Null: nothing in it is the person's. @param isPerson whether a place in its audience is. */
function withoutPerson(
  { name, reason, body, dlt_text, variables, options, problems, forecast }: CampaignTexts,
  { text }: StepContext,
  isAlone: boolean,
  isPerson: (position: number) => boolean,
): CampaignTexts | null {
  const before: CampaignTexts = { name, reason, body, dlt_text, variables, options, problems, forecast };
  const silent = (all: CampaignProblem[]): CampaignProblem[] =>
    all.map((problem) => (isPerson(problem.position) ? { ...problem, message: '' } : problem));
  const told = problems.some(({ position }) => isPerson(position));
  const after = inTexts(
    {
      ...before,
      problems: silent(problems),
      forecast: forecast && { ...forecast, problems: silent(forecast.problems) },
      // A reason may quote the first problem.
      ...(told ? { reason: null } : {}),
      ...(isAlone ? { body: '', dlt_text: null, variables: {}, reason: null } : {}),
    },
    text,
  ) as CampaignTexts;
  return JSON.stringify(before) === JSON.stringify(after) ? null : after;
}

const LIST_GROUPS = `
select id, name from groups where account_id = $1 and (name, id) > ($2, $3) order by name, id limit ${GROUPS_PER_PAGE}`;

const REMOVE_MEMBERS = `
with held as (
  select g.id from groups g
  where g.id = any($2::text[]) and exists (select from group_members m where m.group_id = g.id and m.msisdn = $3)
  order by g.id for update
),
gone as (
  delete from group_members m using held h
  where m.group_id = h.id and m.msisdn = $3 and m.created_at <= ${BEFORE} returning m.group_id
),
counted as (
  update groups g set members = g.members - c.members
  from (select group_id, count(*)::int as members from gone group by group_id) c where g.id = c.group_id
)
select count(*)::int as count from gone`;

/** Members of groups. A record's meta is in none. */
export async function eraseMembers(
  client: PoolClient,
  { id, accountId, subject }: StepContext,
  place: string | null,
): Promise<StepResult> {
  const [name, last] = place === null ? ['', ''] : (JSON.parse(place) as [string, string]);
  const { rows } = await client.query<{ id: string; name: string }>({
    name: 'erase-list-groups',
    text: LIST_GROUPS,
    values: [accountId, name, last],
  });
  const { rows: gone } = await client.query<{ count: number }>({
    name: 'erase-members',
    text: REMOVE_MEMBERS,
    values: [id, rows.map((row) => row.id), subject.value],
  });
  const end = rows.at(-1);
  const next = end === undefined || rows.length < GROUPS_PER_PAGE ? null : JSON.stringify([end.name, end.id]);
  return { counts: { group_members: gone[0]!.count }, place: next };
}

const LIST_UPLOADS = `
select id, state, name, columns, reason, cursor_row from uploads
where account_id = $2 and id > $3 and created_at <= ${BEFORE} order by id limit ${UPLOADS_PER_PAGE}`;

interface WalkedUpload {
  id: string;
  state: string;
  name: string | null;
  columns: string[];
  reason: string | null;
  cursor_row: number;
}

/**
 * Uploads: rows, the report of errors, names. One that is still being read, or purged, is waited for: its bytes go with the
 * end of it.
 * The place is an upload, and a row of it up to which it was gone through.
 */
export async function eraseUploads(
  client: PoolClient,
  context: StepContext,
  place: string | null,
): Promise<StepResult> {
  const [after, row] = place === null ? [NIL_UUID, 0] : (JSON.parse(place) as [string, number]);
  const { rows } = await client.query<WalkedUpload>({
    name: 'erase-list-uploads',
    text: LIST_UPLOADS,
    values: [context.id, context.accountId, after],
  });
  const counts = { uploads: 0, upload_rows: 0, upload_errors: 0 };
  let last = after;
  for (const upload of rows) {
    if (upload.state !== 'ready' && upload.state !== 'failed') {
      return { counts, place: JSON.stringify([last, 0]), waits: true };
    }
    const from = last === after ? row : 0;
    counts.uploads += await eraseNames(client, upload, context);
    counts.upload_rows += await eraseRows(client, upload, context, from);
    counts.upload_errors += await eraseErrors(client, upload, context, from);
    if (upload.cursor_row > from + ROWS_PER_PAGE) {
      return { counts, place: JSON.stringify([last, from + ROWS_PER_PAGE]) };
    }
    last = upload.id;
  }
  return { counts, place: rows.length < UPLOADS_PER_PAGE ? null : JSON.stringify([last, 0]) };
}

async function eraseNames(client: PoolClient, { id, name, columns, reason }: WalkedUpload, { text }: StepContext) {
  const before = { name, columns, reason };
  const after = inTexts(before, text) as typeof before;
  if (JSON.stringify(before) === JSON.stringify(after)) return 0;
  await client.query({
    name: 'erase-upload-names',
    text: 'update uploads set name = $2, columns = $3, reason = $4 where id = $1',
    values: [id, after.name, after.columns, after.reason],
  });
  return 1;
}

async function eraseRows(client: PoolClient, { id }: WalkedUpload, { subject }: StepContext, from: number) {
  const which =
    subject.kind === 'number'
      ? { name: 'erase-rows-by-number', text: 'msisdn = $2', values: [id, subject.value] }
      : {
          name: 'erase-rows-by-meta',
          text: 'meta = $2 and no > $3 and no <= $4',
          values: [id, subject.value, from, from + ROWS_PER_PAGE],
        };
  const { rowCount } = await client.query({
    ...which,
    text: `delete from upload_rows where upload_id = $1 and ${which.text}`,
  });
  return rowCount ?? 0;
}

const LIST_ERRORS = `
select no, value, message, msisdn, meta from upload_errors
where upload_id = $1 and no > $2 and no <= $3
  and (strpos(regexp_replace(value, '\\D', '', 'g'), $4) > 0 or strpos(regexp_replace(message, '\\D', '', 'g'), $4) > 0
       or strpos(value, $5) > 0 or msisdn = $5 or meta = $5 or strpos(regexp_replace(meta, '\\D', '', 'g'), $4) > 0)`;

interface FoundError {
  no: number;
  value: string;
  message: string;
  msisdn: string | null;
  meta: string | null;
}

async function eraseErrors(client: PoolClient, { id }: WalkedUpload, { text, subject }: StepContext, from: number) {
  const { rows } = await client.query<FoundError>({
    name: 'erase-list-errors',
    text: LIST_ERRORS,
    values: [id, from, from + ROWS_PER_PAGE, text.digits, subject.value],
  });
  const isPerson = ({ value, message, msisdn, meta }: FoundError): boolean =>
    msisdn === subject.value || meta === subject.value || [value, message, meta ?? ''].some((one) => text.isIn(one));
  const found = rows.filter(isPerson);
  await client.query({
    name: 'erase-errors',
    text: `update upload_errors e set value = n.value, message = n.message, msisdn = null, meta = null
           from unnest($2::int[], $3::text[], $4::text[]) as n (no, value, message)
           where e.upload_id = $1 and e.no = n.no`,
    values: [id, found.map(({ no }) => no), found.map(() => ''), found.map(({ message }) => text.without(message))],
  });
  return found.length;
}

/** Test phones, and tests of gateways that a process of the release before has left. */
export async function eraseTestPhones(
  client: PoolClient,
  { id, accountId, subject }: StepContext,
): Promise<StepResult> {
  const { rowCount: phones } = await client.query({
    name: 'erase-test-phones',
    text: `delete from test_phones where account_id = $2 and msisdn = $3 and created_at <= ${BEFORE}`,
    values: [id, accountId, subject.value],
  });
  const { rowCount: tests } = await client.query({
    name: 'erase-gateway-tests',
    text: `delete from gateway_tests where gateway_id in (select id from gateways where account_id = $2) and msisdn = $3
             and created_at <= ${BEFORE}`,
    values: [id, accountId, subject.value],
  });
  return { counts: { test_phones: phones ?? 0, gateway_tests: tests ?? 0 }, place: null };
}
