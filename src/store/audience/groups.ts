/** Groups: lists of recipients that an account keeps, and their members. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Pool } from 'pg';
import type { Recipient } from '../../core/audience/audience';
import { prefixedId } from '../../core/messages/ids';
import { execute } from '../database';
import type { GroupLevel, GroupMembersTable, GroupsTable, Schema } from '../tables';

export type GroupRow = Selectable<GroupsTable>;
export type GroupMemberRow = Selectable<GroupMembersTable>;

/** The settings of a group that a person makes. */
export interface GroupDraft {
  name: string;
  level: GroupLevel;
  templateId: string | null;
  sender: string | null;
  routeId: string | null;
  gatewayId: string | null;
  description: string | null;
}

export interface GroupMemberDraft {
  /** E.164 with plus sign. */
  msisdn: string;
  name: string | null;
  variables: Record<string, string>;
}

function columns(draft: Partial<GroupDraft>) {
  return {
    name: draft.name,
    level: draft.level,
    template_id: draft.templateId,
    sender: draft.sender,
    route_id: draft.routeId,
    gateway_id: draft.gatewayId,
    description: draft.description,
  };
}

export async function insertGroup(db: Kysely<Schema>, accountId: string, draft: GroupDraft): Promise<GroupRow> {
  return db
    .insertInto('groups')
    .values({
      ...columns(draft),
      id: prefixedId('grp'),
      account_id: accountId,
      name: draft.name,
      level: draft.level,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Null: the account has no group with this id. */
export async function findGroup(db: Kysely<Schema>, accountId: string, id: string): Promise<GroupRow | null> {
  return (await selectGroup(db, accountId, id).executeTakeFirst()) ?? null;
}

/** {@link findGroup} for a transaction that changes the group or its members: its row is locked. */
export async function lockGroup(tx: Kysely<Schema>, accountId: string, id: string): Promise<GroupRow | null> {
  return (await selectGroup(tx, accountId, id).forUpdate().executeTakeFirst()) ?? null;
}

const selectGroup = (db: Kysely<Schema>, accountId: string, id: string) =>
  db.selectFrom('groups').selectAll().where('id', '=', id).where('account_id', '=', accountId);

/** One page by name. @param after name and id of the last one of the page before: groups may share a name. */
export async function listGroups(
  db: Kysely<Schema>,
  page: { accountId: string; after?: { name: string; id: string }; limit: number },
): Promise<GroupRow[]> {
  let query = db.selectFrom('groups').selectAll().where('account_id', '=', page.accountId);
  if (page.after !== undefined) {
    const { name, id } = page.after;
    query = query.where((eb) => eb(eb.refTuple('name', 'id'), '>', eb.tuple(name, id)));
  }
  return query.orderBy('name').orderBy('id').limit(page.limit).execute();
}

/** Changes what the draft names, which must be something, of a group that is there. */
export async function updateGroup(
  tx: Kysely<Schema>,
  accountId: string,
  id: string,
  draft: Partial<GroupDraft>,
): Promise<GroupRow> {
  return tx
    .updateTable('groups')
    .set(columns(draft))
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Deletes a group with its members. */
export async function deleteGroup(tx: Kysely<Schema>, accountId: string, id: string): Promise<void> {
  await tx.deleteFrom('groups').where('id', '=', id).where('account_id', '=', accountId).execute();
}

/**
 * Adds members, in order; numbers that the group has, and later ones of two equal numbers, are left out.
 * @param tx a transaction that holds {@link lockGroup}: so the ids of a group grow in the order in which they are seen,
 * and two requests with the same numbers don't wait for each other in a circle.
 * @returns the rows that were added.
 */
export async function insertGroupMembers(
  tx: Kysely<Schema>,
  groupId: string,
  drafts: readonly GroupMemberDraft[],
): Promise<GroupMemberRow[]> {
  const { rows } = await sql<GroupMemberRow>`
    insert into group_members (group_id, msisdn, name, variables)
    select ${groupId}, msisdn, name, variables
    from unnest(${drafts.map((d) => d.msisdn)}::text[], ${drafts.map((d) => d.name)}::text[],
                ${drafts.map((d) => JSON.stringify(d.variables))}::jsonb[])
      with ordinality as d (msisdn, name, variables, place)
    order by place
    on conflict (group_id, msisdn) do nothing
    returning *`.execute(tx);
  await addToCount(tx, groupId, rows.length);
  return rows;
}

/** @param tx a transaction that holds {@link lockGroup}. False: the group has no such member. */
export async function deleteGroupMember(tx: Kysely<Schema>, groupId: string, id: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('group_members')
    .where('id', '=', id)
    .where('group_id', '=', groupId)
    .executeTakeFirst();
  if (result.numDeletedRows === 0n) return false;
  await addToCount(tx, groupId, -1);
  return true;
}

async function addToCount(tx: Kysely<Schema>, groupId: string, change: number): Promise<void> {
  if (change === 0) return;
  await tx
    .updateTable('groups')
    .set((eb) => ({ members: eb('members', '+', change) }))
    .where('id', '=', groupId)
    .execute();
}

/** One page in the order in which they were added. @param after id of the last one of the page before. */
export async function listGroupMembers(
  db: Kysely<Schema>,
  page: { groupId: string; after?: string; limit: number },
): Promise<GroupMemberRow[]> {
  let query = db.selectFrom('group_members').selectAll().where('group_id', '=', page.groupId);
  if (page.after !== undefined) query = query.where('id', '>', page.after);
  return query.orderBy('id').limit(page.limit).execute();
}

/**
 * A group as an audience, one block after the other. The caller has seen to it that the group is the account's own.
 * @param after `position` of the last row of the block before; 0 for the first block.
 * @returns at most `limit` rows by position; fewer when there are no more. A member's name is also the variable `name`,
 * unless the member has a variable of that name.
 */
export async function listGroupRecipients(
  pool: Pool,
  groupId: string,
  after: number,
  limit: number,
): Promise<Recipient[]> {
  const rows = await execute<{ id: string; msisdn: string; name: string | null; variables: Record<string, string> }>(
    pool,
    'read-group-members',
    `select id, msisdn, name, variables from group_members where group_id = $1 and id > $2 order by id limit $3`,
    [groupId, after, limit],
  );
  return rows.map(({ id, msisdn, name, variables }) => ({
    position: Number(id),
    msisdn,
    meta: null,
    variables: name === null ? variables : { name, ...variables },
  }));
}
