/** Templates: texts with variables that an account keeps. */
import type { Kysely, Selectable } from 'kysely';
import type { RegisteredText } from '../../core/campaigns/dlt';
import { prefixedId } from '../../core/messages/ids';
import type { Schema, TemplatesTable } from '../tables';

export type TemplateRow = Selectable<TemplatesTable>;

/** The settings of a template that a person makes. */
export interface TemplateDraft {
  name: string;
  /** In the syntax of `parseTemplate`. */
  text: string;
  /** DLT ids (19 digits) as strings. */
  dltTemplateId: string | null;
  /** The text as it is registered on the DLT, with `{#var#}`. */
  dltText: string | null;
  entityId: string | null;
  /** What the text is registered for. */
  class: TemplatesTable['class'];
  /** BCP 47: `en`, `hi-IN`. */
  language: string | null;
  /** Messages made of it are sensitive. */
  sensitive: boolean;
}

function columns(draft: Partial<TemplateDraft>) {
  return {
    name: draft.name,
    text: draft.text,
    dlt_template_id: draft.dltTemplateId,
    dlt_text: draft.dltText,
    entity_id: draft.entityId,
    class: draft.class,
    language: draft.language,
    sensitive: draft.sensitive,
  };
}

/** @throws a unique violation on `templates_account_id_name_key` when the account has one of that name. */
export async function insertTemplate(
  db: Kysely<Schema>,
  accountId: string,
  draft: TemplateDraft,
): Promise<TemplateRow> {
  return db
    .insertInto('templates')
    .values({
      ...columns(draft),
      id: prefixedId('tpl'),
      account_id: accountId,
      name: draft.name,
      text: draft.text,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Null: the account has no template with this id. */
export async function findTemplate(db: Kysely<Schema>, accountId: string, id: string): Promise<TemplateRow | null> {
  return (await selectTemplate(db, accountId, id).executeTakeFirst()) ?? null;
}

/** {@link findTemplate} for a transaction that changes the template, or needs it to stay: its row is locked. */
export async function lockTemplate(tx: Kysely<Schema>, accountId: string, id: string): Promise<TemplateRow | null> {
  return (await selectTemplate(tx, accountId, id).forUpdate().executeTakeFirst()) ?? null;
}

const selectTemplate = (db: Kysely<Schema>, accountId: string, id: string) =>
  db.selectFrom('templates').selectAll().where('id', '=', id).where('account_id', '=', accountId);

/** One page by name. @param after name of the last one of the page before. */
export async function listTemplates(
  db: Kysely<Schema>,
  page: { accountId: string; after?: string; limit: number },
): Promise<TemplateRow[]> {
  let query = db.selectFrom('templates').selectAll().where('account_id', '=', page.accountId);
  if (page.after !== undefined) query = query.where('name', '>', page.after);
  return query.orderBy('name').limit(page.limit).execute();
}

/** A template as records that name its DLT id are rendered by it. */
export interface DltTemplate {
  dltTemplateId: string;
  name: string;
  text: string;
  entityId: string | null;
}

/** The templates of an account under these DLT ids, by name. */
export function listDltTemplates(
  db: Kysely<Schema>,
  accountId: string,
  dltTemplateIds: readonly string[],
): Promise<DltTemplate[]> {
  return db
    .selectFrom('templates')
    .select(['dlt_template_id as dltTemplateId', 'name', 'text', 'entity_id as entityId'])
    .where('account_id', '=', accountId)
    .where('dlt_template_id', 'in', dltTemplateIds)
    .orderBy('name')
    .$narrowType<{ dltTemplateId: string }>()
    .execute();
}

const registered = (db: Kysely<Schema>, accountId: string) =>
  db
    .selectFrom('templates')
    .select(['dlt_template_id as templateId', 'entity_id as entityId', 'dlt_text as text', 'class'])
    .where('account_id', '=', accountId)
    .where('dlt_template_id', 'is not', null)
    .$narrowType<{ templateId: string }>();

/** The texts that an account has registered on the DLT under these ids. */
export function listRegisteredTexts(
  db: Kysely<Schema>,
  accountId: string,
  dltTemplateIds: readonly string[],
): Promise<RegisteredText[]> {
  return registered(db, accountId).where('dlt_template_id', 'in', dltTemplateIds).execute();
}

/** The registered texts of an account, so that one is found for a text that names none; the first `limit` by id. */
export function listAllRegisteredTexts(
  db: Kysely<Schema>,
  accountId: string,
  limit: number,
): Promise<RegisteredText[]> {
  return registered(db, accountId).where('dlt_text', 'is not', null).orderBy('dlt_template_id').limit(limit).execute();
}

/** Changes what the draft names, which must be something, of a template that is there. @throws as {@link insertTemplate} */
export async function updateTemplate(
  tx: Kysely<Schema>,
  accountId: string,
  id: string,
  draft: Partial<TemplateDraft>,
): Promise<TemplateRow> {
  return tx
    .updateTable('templates')
    .set(columns(draft))
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Groups whose messages are made of this template. */
export async function countGroupsOfTemplate(db: Kysely<Schema>, accountId: string, id: string): Promise<number> {
  const row = await db
    .selectFrom('groups')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('account_id', '=', accountId)
    .where('template_id', '=', id)
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/** @throws a foreign key violation while a group uses it. */
export async function deleteTemplate(tx: Kysely<Schema>, accountId: string, id: string): Promise<void> {
  await tx.deleteFrom('templates').where('id', '=', id).where('account_id', '=', accountId).execute();
}
