/**
 * Callbacks that wait. Their own rows say `pending` and when they are due; what is due is found in `due_callbacks`, in
 * bundles of callbacks that were queued together and are due at the same time. A relay's claim takes them out of their
 * bundles and puts them into a row of `relays` (`relays.ts`), so a pending callback is in one bundle or in one relay, and
 * whoever wants to change one that waits locks its bundle first.
 *
 * Bundles are never updated: what is left of one is a new one. Locks are taken in this order: messages, bundles, relays,
 * callbacks, their counts, slices.
 */

/** Most callbacks of a bundle: as many as CleverTap takes in a post. */
const BUNDLE = 100;

/** The columns of a callback's row that {@link bundled} needs. */
export const BUNDLED_COLUMNS = 'webhook_id, next_try_at as due_at, slot, event, message_id';

/**
 * A CTE that queues callbacks.
 * @param from rows of (webhook_id, due_at, slot, event, message_id), and what restricts them.
 */
export const bundled = (from: string, name = 'bundled'): string => `
${name} as (
  insert into due_callbacks (webhook_id, due_at, slot, event, message_ids)
  select webhook_id, due_at, slot, event, array_agg(message_id order by message_id)
  from (
    select *, (row_number() over (partition by webhook_id, due_at, slot, event order by message_id) - 1) / ${BUNDLE} as part
    from ${from}
  ) w
  group by webhook_id, due_at, slot, event, part
)`;

/**
 * CTEs that take bundles away: `taken (due_at, slot, event, message_ids, is_fresh, room)`, those of `fresh` before those
 * of `old` and the oldest of each first, until they have `limit` callbacks. `room` is how many of a bundle there is room
 * for. How many bundles that takes is counted first, so that no more are locked; those that somebody else has locked are
 * left out.
 * @param limit in SQL. @param parts conditions in SQL, on `due_callbacks`.
 */
export const takenUpTo = (limit: string, parts: { fresh: string; old: string }): string => `
near as (
  (select cardinality(message_ids) as size, due_at, true as is_fresh from due_callbacks
   where ${parts.fresh} order by due_at limit ${limit})
  union all
  (select cardinality(message_ids), due_at, false from due_callbacks where ${parts.old} order by due_at limit ${limit})
),
reached as (
  select is_fresh from (
    select is_fresh, sum(size) over (order by is_fresh desc, due_at rows unbounded preceding) - size as before from near
  ) n where before < ${limit}
),
fresh as (
  select ctid as place, * from due_callbacks where ${parts.fresh}
  order by due_at limit (select count(*) from reached where is_fresh) for update skip locked
),
old as (
  select ctid as place, * from due_callbacks where ${parts.old}
  order by due_at limit (select count(*) from reached where not is_fresh) for update skip locked
),
taken as (
  select *, (${limit} - before)::int as room from (
    select *, sum(cardinality(message_ids)) over (order by is_fresh desc, due_at, place) - cardinality(message_ids) as before
    from (select *, true as is_fresh from fresh union all select *, false from old) f
  ) t where before < ${limit}
),
gone as (
  delete from due_callbacks d using taken t where d.ctid = t.place
)`;

/**
 * CTEs that take the bundles of some callbacks away: `bundle (webhook_id, due_at, slot, event, message_ids)`, locked. It
 * follows a CTE `wanted (webhook_id, due_at, slot, message_id)`. Who takes them queues what is to go on waiting.
 */
export const TAKEN_OF_WANTED = `
bundle as (
  select d.ctid as place, d.webhook_id, d.due_at, d.slot, d.event, d.message_ids
  from (select distinct webhook_id, due_at from wanted) w
  join due_callbacks d on d.webhook_id = w.webhook_id and d.due_at = w.due_at
  where exists (
    select from unnest(d.message_ids) u (id)
    where (d.webhook_id, d.due_at, d.slot, u.id) in (select webhook_id, due_at, slot, message_id from wanted) is true
  )
  order by d.webhook_id, d.due_at, d.ctid for update of d
),
unbundled as (
  delete from due_callbacks d using bundle b where d.ctid = b.place
)`;
