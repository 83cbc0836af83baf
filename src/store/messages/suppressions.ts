/** Suppressions: numbers that an account does not send to, what they stop, and how it is known. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Pseudonyms } from '../../core/accounts/pseudonyms';
import { PROMOTIONAL_WORDS } from '../../core/messages/service';
import type { SuppressedClasses } from '../../core/messages/suppression';
import type { ConsentEvidence, ConsentsTable, Schema, SuppressionsTable } from '../tables';

export type Suppression = Selectable<SuppressionsTable>;
export type Consent = Selectable<ConsentsTable>;

/** What a suppression is held against, each in SQL. */
interface Sending {
  account: string;
  msisdn: string;
  /** Whether the message is promotional. */
  promotional: string;
  /** Whether the account shares opt-outs with the others of the deployment that do. */
  shared: string;
}

/**
 * True in SQL where a number is suppressed, else null. As a subquery that is asked per row it reads the primary key and
 * nothing else, whatever the statistics say.
 */
export const suppressing = ({ account, msisdn, promotional, shared }: Sending): string => `(
  select true from suppressions found
  where found.msisdn = ${msisdn} and (found.classes = 'all' or ${promotional})
    and (found.account_id = ${account} or (${shared} and exists (
      select from accounts sharing where sharing.id = found.account_id and sharing.opt_out_scope = 'deployment')))
  limit 1)`;

/** The same of an account whose settings have not been read. @param account its id, in SQL. */
export const suppressingIn = (account: string, msisdn: string, promotional: boolean): string =>
  suppressing({
    account,
    msisdn,
    promotional: String(promotional),
    shared: `exists (select from accounts asking where asking.id = ${account} and asking.opt_out_scope = 'deployment')`,
  });

const WORDS = `array[${PROMOTIONAL_WORDS.map((word) => `'${word}'`).join(', ')}]`;

/** The same by the word that says what a message is for. @param account, msisdn, service in SQL. */
export const suppressingService = (account: string, msisdn: string, service: string): string => `(
  select ${suppressing({
    account: 'asking.id',
    msisdn,
    promotional: `upper(btrim(${service})) = any(${WORDS} || array(
      select upper(btrim(word)) from unnest(asking.promotional_services) as own (word)))`,
    shared: `asking.opt_out_scope = 'deployment'`,
  })} from accounts asking where asking.id = ${account})`;

/** How an account's opt-outs are held against its messages; read with its other rules of dispatch. */
export interface OptOutRules {
  /** Opt-outs of all accounts of the deployment that share theirs count. */
  shared: boolean;
  /** Services that are promotional, upper case. */
  promotional: readonly string[];
}

/**
 * {@link suppressing} for a row `m` of messages. One that stands under a pseudonym came when its erased number had opted out,
 * and can't be sent, whatever was lifted since. @param shared, promotional of {@link OptOutRules}, in SQL. */
export const suppressingMessage = (shared: string, promotional: string): string =>
  `case when starts_with(m.msisdn, '#') then true else ${suppressing({
    account: 'm.account_id',
    msisdn: 'm.msisdn',
    promotional: `upper(m.service) = any(${promotional}::text[])`,
    shared: `${shared}::boolean`,
  })} end`;

export interface SuppressionDraft {
  accountId: string;
  msisdn: string;
  numberHash: Buffer;
  /** Undefined = a suppression that is there keeps its own. */
  reason: string | undefined;
  /** Undefined = the same; a new one is as the account has it. */
  classes: SuppressedClasses | undefined;
  keyId: string | null;
}

/** Suppresses a number on a person's word, or changes what is said of one that is suppressed. */
export async function insertSuppression(tx: Kysely<Schema>, draft: SuppressionDraft): Promise<Suppression> {
  const { accountId, msisdn, reason, classes, keyId } = draft;
  const { rows } = await sql<Suppression>`
    insert into suppressions as s (account_id, msisdn, source, reason, classes, evidence)
    select id, ${msisdn}, 'person', ${reason ?? null}, coalesce(${classes ?? null}, opt_out_classes),
           jsonb_strip_nulls(jsonb_build_object('keyId', ${keyId}::text))
    from accounts where id = ${accountId}
    on conflict (msisdn, account_id) do update
      set reason = coalesce(${reason ?? null}, s.reason), classes = coalesce(${classes ?? null}, s.classes)
    returning *`.execute(tx);
  const row = rows[0]!;
  await insertConsent(tx, { ...draft, kind: 'opt-out', classes: row.classes });
  return row;
}

export interface SuppressionPage {
  accountId: string;
  /** What a number may stand under: E.164, and its pseudonym; absent = all. */
  msisdns?: readonly string[];
  /** Id of the last one of the page before. */
  after?: string;
  limit: number;
}

/** Newest first; one page. */
export async function listSuppressions(db: Kysely<Schema>, page: SuppressionPage): Promise<Suppression[]> {
  let query = db.selectFrom('suppressions').selectAll().where('account_id', '=', page.accountId);
  if (page.msisdns !== undefined) query = query.where('msisdn', 'in', page.msisdns);
  if (page.after !== undefined) query = query.where('id', '<', page.after);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** One of the account's; null when it has none such. */
export async function findSuppression(db: Kysely<Schema>, accountId: string, id: string): Promise<Suppression | null> {
  const row = await db
    .selectFrom('suppressions')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

/** Whether a promotional or other message of the account to that number would be suppressed; of an erased one its hash tells. */
export async function isSuppressed(
  db: Kysely<Schema>,
  pseudonyms: Pseudonyms,
  accountId: string,
  msisdn: string,
  promotional: boolean,
): Promise<boolean> {
  const { rows } = await sql<{ suppressed: boolean | null }>`
    select bool_or(${sql.raw(suppressingIn('i.account_id', 'i.msisdn', promotional))}) as suppressed
    from (values (${accountId}, ${msisdn}), (${accountId}, ${pseudonyms.number(msisdn)})) as i (account_id, msisdn)`.execute(
    db,
  );
  return rows[0]!.suppressed === true;
}

/**
 * Lifts a suppression on a person's word; the record of it stays.
 * @param hash keyed, of the number.
 * @returns what is gone; null = the account has none such.
 */
export async function deleteSuppression(
  tx: Kysely<Schema>,
  { accountId, id, keyId, numberHash }: { accountId: string; id: string; keyId: string | null; numberHash: Buffer },
): Promise<Suppression | null> {
  const row = await tx
    .deleteFrom('suppressions')
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return null;
  const lifted = { source: row.source, since: row.at.toISOString() };
  await insertConsent(tx, {
    accountId,
    numberHash,
    kind: 'opt-in',
    classes: null,
    keyId,
    evidence: { suppressionId: id, ...lifted },
  });
  return row;
}

interface ConsentDraft {
  accountId: string;
  numberHash: Buffer;
  kind: 'opt-out' | 'opt-in';
  classes: SuppressedClasses | null;
  keyId: string | null;
  evidence?: ConsentEvidence;
}

/** Of what a person says over the API, now. */
async function insertConsent(tx: Kysely<Schema>, draft: ConsentDraft): Promise<void> {
  await tx
    .insertInto('consents')
    .values({
      account_id: draft.accountId,
      number_hash: draft.numberHash,
      kind: draft.kind,
      source: 'person',
      classes: draft.classes,
      at: new Date(),
      key_id: draft.keyId,
      evidence: JSON.stringify(draft.evidence ?? {}),
    })
    .execute();
}

/** Newest first; one page. */
export async function listConsents(
  db: Kysely<Schema>,
  page: { accountId: string; numberHash?: Buffer; after?: string; limit: number },
): Promise<Consent[]> {
  let query = db.selectFrom('consents').selectAll().where('account_id', '=', page.accountId);
  if (page.numberHash !== undefined) query = query.where('number_hash', '=', page.numberHash);
  if (page.after !== undefined) query = query.where('id', '<', page.after);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** How an account reads what phones answer. */
export interface OptOutSettings {
  /** ISO 3166 alpha-2: its own first, then those that it has windows for. */
  countries: string[];
  words: string[];
  optInWords: string[];
}

/** @throws when there is no such account. */
export async function readOptOutSettings(db: Kysely<Schema>, accountId: string): Promise<OptOutSettings> {
  const account = await db
    .selectFrom('accounts')
    .select(['default_country', 'windows', 'opt_out_words', 'opt_in_words'])
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow();
  return {
    countries: [account.default_country, ...account.windows.map(({ country }) => country)],
    words: account.opt_out_words,
    optInWords: account.opt_in_words,
  };
}
