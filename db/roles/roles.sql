-- The two roles of Heliograph: heliograph_owner owns the tables and migrates them, heliograph_runtime reads and writes
-- rows. Neither is a superuser. A superuser runs this in the database of Heliograph, then hand-over.sql; both may be run
-- again. Settings of the session: heliograph.owner_password and heliograph.runtime_password. What the runtime role may do
-- in the tables is granted by the migration (src/store/schema/grants.ts).
do $$
declare
  name text;
begin
  foreach name in array array['owner', 'runtime'] loop
    if not exists (select from pg_roles where rolname = 'heliograph_' || name) then
      execute format('create role %I', 'heliograph_' || name);
    end if;
    execute format('alter role %I with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L',
                   'heliograph_' || name, current_setting('heliograph.' || name || '_password'));
  end loop;
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to heliograph_runtime', current_database());
  revoke create on schema public from public;
end $$;
