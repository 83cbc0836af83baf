/** Groups: slices of sends, of any accounts, that share a workflow. It has the id of the first of them. */
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

/** Joins slices to a group, before its workflow starts: news of theirs go to that one from now on. */
export async function joinGroup(pool: Pool, groupId: string, ids: readonly string[]): Promise<void> {
  await execute(
    pool,
    'join-group',
    `update slices s set group_id = $1
     from (select id from slices where id = any($2::uuid[]) order by id for update) held
     where s.id = held.id`,
    [groupId, ids],
  );
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
