-- Partitions are made and dropped while the product runs, by a role that may neither create nor drop a table. It calls these,
-- which run as whoever owns the tables; `src/store/schema/grants.ts` lets it. What they do is said in
-- `src/store/schema/partitions.ts`. Their search path is theirs: nobody can put a table or a function in their way.

/* The time of a UUIDv7, and the first UUIDv7 of a time. */
create function uuidv7_time(id uuid) returns timestamptz language sql immutable strict parallel safe
set search_path = pg_catalog, pg_temp as $$
  select to_timestamp(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0)
$$;
create function uuidv7_at(at timestamptz) returns uuid language sql immutable strict parallel safe
set search_path = pg_catalog, pg_temp as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;

/* The partitions of a table, the oldest first: name, and the first key that each doesn't take. */
create function partitions_of(parent text) returns table (name text, until_key uuid) language sql stable strict
set search_path = pg_catalog, pg_temp as $$
  select c.relname::text, substring(pg_get_expr(c.relpartbound, c.oid) from $re$ TO \('([0-9a-f-]{36})'\)$re$)::uuid as until_key
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = to_regclass('public.' || quote_ident(parent)) order by until_key
$$;

/* Makes the partitions that begin before a moment, unless they are there. */
create function make_partitions(needed timestamptz) returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  parent text;
  fill integer;
  last record;
  begins timestamptz;
  made text;
  definition text;
begin
  if needed is null or needed > now() + interval '5 years' then
    raise exception 'partitions are made for the next five years, and not for %', needed using errcode = 'invalid_parameter_value';
  end if;
  -- One process makes or drops partitions at a time.
  perform pg_advisory_xact_lock(hashtextextended('partitions', 0));
  -- How full pages are written: docs/decisions/0014-room-for-updates.md.
  for parent, fill in values ('messages', 45), ('attempts', 50), ('receipts', 100), ('callbacks', 50) loop
    loop
      select * into strict last from public.partitions_of(parent) order by until_key desc limit 1;
      begins := public.uuidv7_time(last.until_key);
      exit when begins >= needed;
      made := parent || to_char(begins at time zone 'UTC', '_YYYY"q"Q');
      -- Made apart and attached: that lets everybody read and write the others meanwhile.
      execute format('create table public.%I (like public.%I including defaults including constraints including generated
                      including indexes) with (fillfactor = %s)', made, parent, fill);
      -- Indexes that a partition has for itself: what is unique within it, without naming the key that parts the table.
      for definition in
        select pg_get_indexdef(indexrelid) from pg_index
        where indrelid = to_regclass('public.' || quote_ident(last.name)) and indexrelid not in (select inhrelid from pg_inherits)
      loop
        execute replace(definition, last.name, made);
      end loop;
      execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)', parent, made, last.until_key,
                     public.uuidv7_at((date_trunc('quarter', begins at time zone 'UTC') + interval '3 months') at time zone 'UTC'));
    end loop;
  end loop;
end $$;

/* Drops the partitions that ended before a moment, the oldest first, up to the first one of which anything is under way. */
create function drop_partitions(ended timestamptz) returns setof text language plpgsql security definer
set search_path = pg_catalog, pg_temp
-- Everybody's statements wait behind a partition that is dropped, so it gives up soon, and the next turn tries again.
set lock_timeout = '500ms' as $$
declare
  border uuid;
  parent text;
  oldest text;
begin
  perform pg_advisory_xact_lock(hashtextextended('partitions', 0));
  for border in select until_key from public.partitions_of('messages') order by until_key loop
    exit when public.uuidv7_time(border) > ended
      -- A slice may be two hours older or younger than its messages: they join it, and clocks differ.
      or exists (select from public.slices
                 where outcomes is null and id < public.uuidv7_at(public.uuidv7_time(border) + interval '2 hours'));
    foreach parent in array array['messages', 'attempts', 'receipts', 'callbacks'] loop
      select name into strict oldest from public.partitions_of(parent) order by until_key limit 1;
      execute format('drop table public.%I', oldest);
      return next oldest;
    end loop;
  end loop;
end $$;

revoke all on function make_partitions(timestamptz), drop_partitions(timestamptz) from public;
