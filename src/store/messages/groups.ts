/**
 * Groups: slices of sends, of any accounts, that share a workflow. It has the id of the first of them. A slice is in one
 * group for ever: a second workflow would look after it too, or, called after a slice whose workflow runs already, would
 * never begin and leave all its others behind.
 */
import type { Pool } from 'pg';
import { execute } from '../database';
import { hasOpen } from './ledger';
import type { StartableSlice } from './slices';

/** What one workflow of sends is started with. */
export interface SendGroup {
  /** The id of its first slice, which may be over by now. */
  id: string;
  priority: number;
  /** Null = at once. */
  dueAt: Date | null;
  slices: { id: string; accountId: string }[];
}

/**
 * Makes a group of those of these slices that are in none and have no workflow, before it starts: news of theirs go there
 * from now on. The slices are all of one priority and due at once.
 * @returns all groups that these slices are in then, each with those of its members that were asked for.
 */
export async function joinGroup(
  pool: Pool,
  slices: readonly { id: string; accountId: string; priority: number }[],
): Promise<SendGroup[]> {
  const rows = await execute<{ id: string; group_id: string }>(
    pool,
    'join-group',
    `with held as (
       select id, group_id, started_at from slices where id = any($1::uuid[]) order by id for update
     ), free as (
       select id, min(id::text) over ()::uuid as first from held where group_id is null and started_at is null
     ), joined as (
       update slices s set group_id = free.first from free where s.id = free.id
     )
     select id, coalesce(held.group_id, free.first, id) as group_id from held left join free using (id) order by id`,
    [slices.map(({ id }) => id)],
  );
  const groupOf = new Map(rows.map(({ id, group_id: groupId }) => [id, groupId]));
  const groups = new Map<string, SendGroup>();
  for (const { id, accountId, priority } of slices) {
    const groupId = groupOf.get(id) ?? id;
    const group = groups.get(groupId);
    if (group === undefined) groups.set(groupId, { id: groupId, priority, dueAt: null, slices: [{ id, accountId }] });
    else group.slices.push({ id, accountId });
  }
  return [...groups.values()];
}

/**
 * The groups of these slices, each with all its members that are open; a slice that has none is a group by itself. A group
 * is always started as a whole: what its workflow was started with is what it looks after.
 */
export async function listGroups(pool: Pool, slices: readonly StartableSlice[]): Promise<SendGroup[]> {
  const alone = slices.filter(({ groupId }) => groupId === null);
  const groups = new Map<string, SendGroup>();
  for (const { groupId, priority, dueAt } of slices) {
    if (groupId !== null) groups.set(groupId, { id: groupId, priority, dueAt, slices: [] });
  }
  if (groups.size > 0) {
    const members = await execute<{ id: string; account_id: string; group_id: string }>(
      pool,
      'list-group-members',
      `select id, account_id, group_id from slices where group_id = any($1::uuid[]) and ${hasOpen('slices')} order by id`,
      [[...groups.keys()]],
    );
    for (const { id, account_id: accountId, group_id: groupId } of members)
      groups.get(groupId)!.slices.push({ id, accountId });
  }
  return [
    ...alone.map(({ id, accountId, priority, dueAt }) => ({ id, priority, dueAt, slices: [{ id, accountId }] })),
    ...groups.values(),
  ];
}
