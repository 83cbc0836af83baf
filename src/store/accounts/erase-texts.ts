/**
 * An erasure in texts that may have a number in them: what vendors and endpoints said, the audit, answers that are kept for
 * a repeated request, receipts that found no message, replies.
 */
import type { PoolClient } from 'pg';
import { inTexts } from '../../core/messages/spellings';
import { NIL_UUID } from '../../core/messages/ids';
import { SealError, type SealContext, type Sealer } from '../seal';
import { idempotencyContext } from './idempotency';
import type { StepContext, StepResult } from './erase-step';

const AUDIT_PER_PAGE = 2_000;
const PARKED_PER_PAGE = 2_000;
const ANSWERS_PER_PAGE = 200;
const REPLIES_PER_PAGE = 1_000;
/** A request under way has its answer by then. */
const ANSWERED_WITHIN = `interval '60 seconds'`;

const BEFORE = `(select created_at from erasures where id = $1)`;

/** Whether a text has these digits one after the other, whatever stands between them. */
export const hasDigits = (column: string, digits: string): string =>
  `strpos(regexp_replace(${column}::text, '\\D', '', 'g'), ${digits}) > 0`;

/** Few rows for each account, with texts from outside. */
const STATED = [
  { table: 'gateways', key: 'id', of: 'account_id = $1', columns: ['paused_reason'] },
  {
    table: 'gateway_health',
    key: 'gateway_id',
    of: 'gateway_id in (select id from gateways where account_id = $1)',
    columns: ['reason', 'hold_reason', 'degraded'],
  },
  { table: 'webhooks', key: 'id', of: 'account_id = $1', columns: ['disabled_reason', 'paused_reason', 'last_error'] },
  { table: 'senders', key: 'id', of: 'account_id = $1', columns: ['reason'] },
] as const;

/** Why a gateway or a webhook rests, or a sender ID was refused. */
export async function eraseStatements(client: PoolClient, { accountId, text }: StepContext): Promise<StepResult> {
  const counts: Record<string, number> = {};
  for (const { table, key, of, columns } of STATED) {
    const mayBe = columns.map((column) => hasDigits(column, '$2')).join(' or ');
    const { rows } = await client.query<Record<string, string | null>>({
      name: `erase-list-${table}`,
      text: `select ${key} as key, ${columns.join(', ')} from ${table} where ${of} and (${mayBe})`,
      values: [accountId, text.digits],
    });
    const found = rows.filter((row) => columns.some((column) => text.isIn(row[column] ?? '')));
    for (const row of found) {
      const after = columns.map((column) => inTexts(row[column], text));
      await client.query({
        name: `erase-${table}`,
        text: `update ${table} set ${columns.map((column, i) => `${column} = $${i + 2}`).join(', ')} where ${key} = $1`,
        values: [row.key, ...after],
      });
    }
    counts[table] = found.length;
  }
  return { counts, place: null };
}

/** The audit: a number that stands in an entry gives place to its keyed hash. */
export async function eraseAudit(
  client: PoolClient,
  { id, accountId, text, subject, keys }: StepContext,
  place: string | null,
): Promise<StepResult> {
  const { rows } = await client.query<{ id: string; subject: string; detail: unknown; is_found: boolean }>({
    name: 'erase-list-audit',
    text: `select id, subject, detail, ${hasDigits(`concat(subject, ' ', detail)`, '$4')} as is_found from audit
           where account_id = $2 and id > $3 and at <= ${BEFORE} order by id limit ${AUDIT_PER_PAGE}`,
    values: [id, accountId, place ?? '0', text.digits],
  });
  const hash = keys.pseudonyms[subject.kind](subject.value);
  const found = rows.filter((row) => row.is_found && text.isIn(`${row.subject} ${JSON.stringify(row.detail)}`));
  for (const row of found) {
    await client.query({
      name: 'erase-audit',
      text: 'update audit set subject = $2, detail = $3 where id = $1',
      values: [
        row.id,
        text.isIn(row.subject) ? hash : row.subject,
        row.detail === null ? null : JSON.stringify(inTexts(row.detail, text)),
      ],
    });
  }
  return { counts: { audit: found.length }, place: rows.length < AUDIT_PER_PAGE ? null : rows.at(-1)!.id };
}

/** Receipts that found no message: of all gateways in the order in which they came, since no index has more. */
export async function eraseParked(
  client: PoolClient,
  { id, accountId, text }: StepContext,
  place: string | null,
): Promise<StepResult> {
  const [receivedAt = '-infinity', dedupe = NIL_UUID] = place?.split('|') ?? [];
  const { rows } = await client.query<{
    dedupe: string;
    raw: string | null;
    reason: string | null;
    at: string;
    own: boolean;
  }>({
    name: 'erase-list-parked',
    text: `with page as materialized (
             select * from parked_receipts
             where (received_at, dedupe) > ($3::timestamptz, $4::uuid) and received_at <= ${BEFORE}
             order by received_at, dedupe limit ${PARKED_PER_PAGE}
           )
           select p.dedupe, p.received_at::text as at, g.id is not null as own,
                  case when g.id is not null then p.raw end as raw, case when g.id is not null then p.reason end as reason
           from page p left join gateways g on g.id = p.gateway_id and g.account_id = $2
             and ${hasDigits(`concat(p.raw, ' ', p.reason)`, '$5')}
           order by p.received_at, p.dedupe`,
    values: [id, accountId, receivedAt, dedupe, text.digits],
  });
  const found = rows.filter((row) => row.own && text.isIn(`${row.raw} ${row.reason}`));
  await client.query({
    name: 'erase-parked',
    text: 'update parked_receipts set raw = null, reason = null where dedupe = any($1::uuid[])',
    values: [found.map((row) => row.dedupe)],
  });
  const last = rows.at(-1);
  const next = last === undefined || rows.length < PARKED_PER_PAGE ? null : `${last.at}|${last.dedupe}`;
  return { counts: { parked_receipts: found.length }, place: next };
}

/**
 * Answers that are kept for a request that comes again: they stay answers, without the number. A key that has it in its own
 * text is waited for: it is gone a day after it came.
 */
export async function eraseAnswers(
  client: PoolClient,
  { id, accountId, text, keys: { sealer } }: StepContext,
  place: string | null,
): Promise<StepResult> {
  const { rows } = await client.query<{ key: string; answer: string | null; is_under_way: boolean }>({
    name: 'erase-list-answers',
    text: `select key, answer, status is null and created_at > now() - ${ANSWERED_WITHIN} as is_under_way
           from idempotency_keys where account_id = $2 and key > $3 and created_at <= ${BEFORE}
           order by key limit ${ANSWERS_PER_PAGE}`,
    values: [id, accountId, place ?? ''],
  });
  let changed = 0;
  let last = place;
  for (const { key, answer, is_under_way } of rows) {
    if (is_under_way || text.isIn(key))
      return { counts: { idempotency_keys: changed }, place: last ?? '', waits: true };
    last = key;
    if (answer === null) continue;
    const context = idempotencyContext({ accountId, key });
    const opened = openAnswer(sealer, answer, context);
    if (opened === null || !text.isIn(opened)) continue;
    const kept = JSON.parse(opened) as { body: string };
    const erased = JSON.stringify({ ...kept, body: withoutInJson(kept.body, text) });
    await client.query({
      name: 'erase-answer',
      text: 'update idempotency_keys set answer = $3 where account_id = $1 and key = $2',
      values: [accountId, key, sealer.seal(erased, context)],
    });
    changed++;
  }
  return { counts: { idempotency_keys: changed }, place: rows.length < ANSWERS_PER_PAGE ? null : last };
}

/** Null: it was sealed with another master key, so nobody can read it. */
function openAnswer(sealer: Sealer, answer: string, context: SealContext): string | null {
  try {
    return sealer.open(answer, context);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

function withoutInJson(body: string, text: StepContext['text']): string {
  try {
    return JSON.stringify(inTexts(JSON.parse(body), text));
  } catch {
    return text.without(body);
  }
}

/** Texts that the person sent. */
export async function eraseReplies(client: PoolClient, { id, accountId, subject }: StepContext): Promise<StepResult> {
  const { rowCount } = await client.query({
    name: 'erase-replies',
    text: `delete from inbound_texts where dedupe = any(array(
             select dedupe from inbound_texts where account_id = $2 and msisdn = $3 and stored_at <= ${BEFORE}
             limit ${REPLIES_PER_PAGE}))`,
    values: [id, accountId, subject.value],
  });
  return { counts: { inbound_texts: rowCount ?? 0 }, place: rowCount === REPLIES_PER_PAGE ? '' : null };
}
