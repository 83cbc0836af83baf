/** The audit: who changed what. A row is written in the transaction of the change, so neither is there without the other. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { AuditTable, Schema } from '../tables';

/** The maker of a change, and the account in which it is made. */
export interface Actor {
  accountId: string;
  /** The API key's id, or what stands for the admin key of the environment; null = nobody asked. */
  keyId: string | null;
}

/** The entry of a change. */
export interface AuditNote {
  /** Thing and verb in the past: `gateway.created`, `campaign.paused`. */
  action: string;
  /** Id of the thing. */
  subject: string;
  /** What a reader wants to know of the change: names of changed fields, counts. Never a secret or a phone number. */
  detail?: Record<string, unknown>;
}

/**
 * Runs a change and writes its audit row in one transaction.
 * @param change works on `tx`; its result is returned.
 * @param describe the note of what was done; null = nothing was, and nothing is written down.
 */
export async function audited<T>(
  db: Kysely<Schema>,
  actor: Actor,
  change: (tx: Kysely<Schema>) => Promise<T>,
  describe: (result: T) => AuditNote | null,
): Promise<T> {
  return db.transaction().execute(async (tx) => {
    const result = await change(tx);
    const note = describe(result);
    if (note !== null) await insertAudit(tx, actor, note);
    return result;
  });
}

/** For changes that are made in a transaction of their own. */
export async function insertAudit(tx: Kysely<Schema>, actor: Actor, note: AuditNote): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      account_id: actor.accountId,
      key_id: actor.keyId,
      action: note.action,
      subject: note.subject,
      detail: note.detail === undefined ? null : JSON.stringify(note.detail),
    })
    .execute();
}

/** A row, and what the things in it are called now. */
export type AuditRow = Selectable<AuditTable> & { subject_name: string | null; key_name: string | null };

const named = (audit: string, table: string, name = 'name'): string =>
  `(select t.${name} from ${table} t where t.id = ${audit}.subject and t.account_id = ${audit}.account_id)`;

/** What the subject of a row is called now, in SQL: by its id, of its account; null = it has no name, or is gone. */
export const subjectName = (audit: string): string => `
  case split_part(${audit}.action, '.', 1)
    when 'gateway' then ${named(audit, 'gateways')}
    when 'campaign' then ${named(audit, 'campaigns')}
    when 'group' then ${named(audit, 'groups')}
    when 'route' then ${named(audit, 'routes')}
    when 'template' then ${named(audit, 'templates')}
    when 'sender' then ${named(audit, 'senders', 'sender')}
    when 'api-key' then ${named(audit, 'api_keys')}
    when 'session' then ${named(audit, 'api_keys')}
    when 'account' then (select t.name from accounts t where t.id = ${audit}.subject and t.id = ${audit}.account_id)
  end`;

/** What the account calls the key of a row, in SQL. */
export const keyName = (audit: string): string =>
  `(select k.name from api_keys k where k.id = ${audit}.key_id and k.account_id = ${audit}.account_id)`;

export interface AuditFilter {
  accountId: string;
  /** `gateway.updated`, or `gateway` for all that was done to gateways. */
  action?: string;
  subject?: string;
  /** From (inclusive) and until (exclusive). */
  from?: Date;
  until?: Date;
  /** Id of the last row of the page before. */
  after?: string;
  limit: number;
}

/** Newest first; one page. */
export async function listAudit(db: Kysely<Schema>, filter: AuditFilter): Promise<AuditRow[]> {
  const { action } = filter;
  let query = db
    .selectFrom('audit')
    .selectAll()
    .select([
      sql<string | null>`${sql.raw(subjectName('audit'))}`.as('subject_name'),
      sql<string | null>`${sql.raw(keyName('audit'))}`.as('key_name'),
    ])
    .where('account_id', '=', filter.accountId);
  if (action !== undefined) {
    query = query.where((where) =>
      where.or([where('action', '=', action), sql<boolean>`starts_with(action, ${`${action}.`})`]),
    );
  }
  if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject);
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from);
  if (filter.until !== undefined) query = query.where('at', '<', filter.until);
  if (filter.after !== undefined) query = query.where('id', '<', filter.after);
  return query.orderBy('id', 'desc').limit(filter.limit).execute();
}
