/** Sender IDs of an account: requested, approved or rejected, with what operators know of them. */
import type { Kysely, Selectable } from 'kysely';
import type { Pool } from 'pg';
import { prefixedId } from '../../core/messages/ids';
import { indexRegistrations, type Registration, type SenderClass, type SenderRules } from '../../core/gateways/sender';
import { promotionalWords } from '../../core/messages/service';
import type { Caps } from '../messages/caps';
import type { OptOutRules } from '../messages/suppressions';
import { execute } from '../database';
import type { Safety, Schema, SendersTable } from '../tables';

export type SenderRow = Selectable<SendersTable>;

/** The settings of a sender ID that a person makes. */
export interface SenderDraft {
  sender: string;
  class: SenderClass;
  /** DLT entity id. */
  entityId: string | null;
  /** DLT template ids that it is linked to. */
  templates: string[];
  /** Gateways that may use it; empty = every one. */
  gatewayIds: string[];
  /** The one for messages of its class without a sender ID; takes the place of the one before. */
  default: boolean;
  /** Messages per second. */
  ratePerSecond: number | null;
}

function columns(draft: Partial<SenderDraft>) {
  return {
    class: draft.class,
    entity_id: draft.entityId,
    templates: draft.templates,
    gateway_ids: draft.gatewayIds,
    is_default: draft.default,
    rate_per_second: draft.ratePerSecond,
  };
}

/** Ends the default of a class, of which there is one. To be called in the transaction that makes another one. */
async function clearDefault(tx: Kysely<Schema>, accountId: string, of: SenderClass): Promise<void> {
  await tx
    .updateTable('senders')
    .set({ is_default: false })
    .where('account_id', '=', accountId)
    .where('class', '=', of)
    .where('is_default', '=', true)
    .execute();
}

/** @throws a unique violation on `senders_account_id_sender_class_key` when the account has it in that class. */
export async function insertSender(tx: Kysely<Schema>, accountId: string, draft: SenderDraft): Promise<SenderRow> {
  if (draft.default) await clearDefault(tx, accountId, draft.class);
  return tx
    .insertInto('senders')
    .values({
      ...columns(draft),
      class: draft.class,
      sender: draft.sender,
      id: prefixedId('sid'),
      account_id: accountId,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * Changes what the draft names. Another class is another registration: it has to be approved again.
 * @throws a unique violation as {@link insertSender}
 */
export async function updateSender(
  tx: Kysely<Schema>,
  row: SenderRow,
  draft: Partial<Omit<SenderDraft, 'sender'>>,
): Promise<SenderRow> {
  const reclassed = draft.class !== undefined && draft.class !== row.class;
  if (draft.default ?? row.is_default) await clearDefault(tx, row.account_id, draft.class ?? row.class);
  return tx
    .updateTable('senders')
    .set({ ...columns(draft), is_default: draft.default ?? row.is_default, updated_at: new Date() })
    .$if(reclassed, (query) => query.set({ status: 'requested', reason: null }))
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Approves or rejects a sender ID; either may be taken back by the other. Null: the account has none such. */
export async function decideSender(
  tx: Kysely<Schema>,
  accountId: string,
  id: string,
  decision: { status: 'approved' | 'rejected'; reason: string | null },
): Promise<SenderRow | null> {
  const row = await tx
    .updateTable('senders')
    .set({ ...decision, updated_at: new Date() })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** False: the account has none such. */
export async function deleteSender(tx: Kysely<Schema>, accountId: string, id: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('senders')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** @param options `lock`: keeps others from changing it until the transaction ends. */
export async function findSender(
  db: Kysely<Schema>,
  accountId: string,
  id: string,
  options: { lock?: boolean } = {},
): Promise<SenderRow | null> {
  const row = await db
    .selectFrom('senders')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .$if(options.lock === true, (query) => query.forUpdate())
    .executeTakeFirst();
  return row ?? null;
}

export interface SenderFilter {
  accountId: string;
  status?: SenderRow['status'];
  class?: SenderClass;
  /** Id of the last one of the page before. */
  after?: string;
  limit: number;
}

/** By id. */
export async function listSenders(db: Kysely<Schema>, filter: SenderFilter): Promise<SenderRow[]> {
  let query = db.selectFrom('senders').selectAll().where('account_id', '=', filter.accountId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.class !== undefined) query = query.where('class', '=', filter.class);
  if (filter.after !== undefined) query = query.where('id', '>', filter.after);
  return query.orderBy('id').limit(filter.limit).execute();
}

/** What dispatch asks of an account's settings and sender IDs. */
export interface DispatchRules extends SenderRules {
  /** Messages per second of the sender IDs that have a rate. */
  senderRates: ReadonlyMap<string, number>;
  /** An option that a gateway can't carry is left out; else the message goes over another gateway, or nowhere. */
  dropOptions: boolean;
  /** Null: the account has none. */
  caps: Caps | null;
  optOuts: OptOutRules;
}

/** Reads the rules of an account in one statement. */
export async function readDispatchRules(pool: Pool, accountId: string): Promise<DispatchRules> {
  const [row] = await execute<{
    approved_only: boolean;
    india_strict: boolean;
    promotional_services: string[];
    drop_options: boolean;
    safety: Safety;
    shares_opt_outs: boolean;
    senders: RatedRegistration[];
  }>(
    pool,
    'dispatch-rules',
    `select require_approved_senders as approved_only, unsupported_options = 'drop' as drop_options, safety, india_strict,
       promotional_services,
       opt_out_scope = 'deployment' as shares_opt_outs,
       coalesce((
         select json_agg(json_build_object(
           'sender', s.sender, 'class', s.class, 'approved', s.status = 'approved', 'entityId', s.entity_id,
           'templates', s.templates, 'gatewayIds', s.gateway_ids, 'ratePerSecond', s.rate_per_second
         ) order by s.sender, s.class) from senders s where s.account_id = accounts.id
       ), '[]'::json) as senders
     from accounts where id = $1`,
    [accountId],
  );
  return {
    approvedOnly: row?.approved_only ?? false,
    indiaStrict: row?.india_strict ?? false,
    promotionalServices: row?.promotional_services ?? [],
    dropOptions: row?.drop_options ?? false,
    caps: toCaps(row?.safety ?? {}),
    optOuts: { shared: row?.shares_opt_outs ?? false, promotional: promotionalWords(row?.promotional_services) },
    registered: indexRegistrations(row?.senders ?? []),
    senderRates: slowest(row?.senders ?? []),
  };
}

function toCaps({ duplicateContentMinutes, frequencyCap }: Safety): Caps | null {
  if (duplicateContentMinutes === undefined && frequencyCap === undefined) return null;
  return { duplicateContentMinutes: duplicateContentMinutes ?? null, frequency: frequencyCap ?? null };
}

type RatedRegistration = Registration & { ratePerSecond: number | null };

/** A sender ID that is registered for several classes keeps the lowest of its rates. */
function slowest(registrations: readonly RatedRegistration[]): Map<string, number> {
  const rates = new Map<string, number>();
  for (const { sender, ratePerSecond } of registrations) {
    if (ratePerSecond !== null) rates.set(sender, Math.min(ratePerSecond, rates.get(sender) ?? ratePerSecond));
  }
  return rates;
}
