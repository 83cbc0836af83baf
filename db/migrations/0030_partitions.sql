-- Messages and all that is written about each of them lie in partitions by time: their keys begin with it (UUIDv7). What is
-- there already becomes the first one, and ends with this quarter; `src/store/schema/partitions.ts` makes those after it.
do $$
declare
  parent text;
  key text;
  old text;
  definition text;
  primary_key text;
  border uuid := (lpad(to_hex((extract(epoch from date_trunc('quarter', now() at time zone 'UTC') + interval '3 months') * 1000)::bigint),
                       12, '0') || '70008000000000000000')::uuid;
begin
  foreach parent in array array['messages', 'attempts', 'receipts', 'callbacks'] loop
    key := case parent when 'messages' then 'id' else 'message_id' end;
    old := parent || '_first';
    execute format('alter table %I rename to %I', parent, old);
    for definition in select relname from pg_class c join pg_index i on i.indexrelid = c.oid where i.indrelid = old::regclass loop
      execute format('alter index %I rename to %I', definition, replace(definition, parent || '_', old || '_'));
    end loop;
    execute format('create table %I (like %I including defaults including constraints including generated including identity)
                    partition by range (%I)', parent, old, key);
    for definition, primary_key in
      select pg_get_indexdef(i.indexrelid), pg_get_constraintdef(c.oid)
      from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'p'
      -- What is unique without naming the key is so within a partition, and is no index of the whole.
      where i.indrelid = old::regclass and (c.oid is not null or not i.indisunique) order by c.oid nulls last, i.indexrelid
    loop
      execute case when primary_key is null then replace(definition, old, parent)
                   else format('alter table %I add %s', parent, primary_key) end;
    end loop;
    if parent = 'callbacks' then
      perform setval(pg_get_serial_sequence('callbacks', 'id'), (select coalesce(max(id), 0) + 1 from callbacks_first), false);
      alter table callbacks_first alter column id drop identity;
    end if;
    execute format('alter table %I attach partition %I for values from (minvalue) to (%L)', parent, old, border);
  end loop;
end $$;
