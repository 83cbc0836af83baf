-- Hands the database that this is run in, with all that is in its schema public, to a role: what an earlier release, or a
-- superuser, made. Setting of the session: heliograph.new_owner.
do $$
declare
  new_owner regrole := quote_ident(current_setting('heliograph.new_owner'))::regrole;
  object record;
begin
  execute format('alter database %I owner to %s', current_database(), new_owner);
  for object in
    select c.oid::regclass::text as name, case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
                                                         when 'S' then 'sequence' else 'table' end as kind
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relowner <> new_owner
      -- The sequence of a column goes with its table.
      and not (c.relkind = 'S' and exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                                             and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')))
    union all
    select p.oid::regprocedure::text, 'routine' from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proowner <> new_owner
      -- What an extension brought stays its own.
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    union all
    select t.oid::regtype::text, 'type' from pg_type t
    where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd') and t.typowner <> new_owner
      and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
  loop
    execute format('alter %s %s owner to %s', object.kind, object.name, new_owner);
  end loop;
end $$;
