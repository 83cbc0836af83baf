#!/bin/sh
# The roles of docker-compose.yml: heliograph_owner, heliograph_runtime, and temporal, which makes its own databases. The image
# of Postgres runs this when its volume is new. For a volume of an earlier release, and after a change of a password in .env:
#   docker compose exec postgres sh /docker-entrypoint-initdb.d/roles.sh
set -eu
sql=${HELIOGRAPH_ROLES_FOLDER:-/etc/heliograph}
run() { psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" "$@"; }

run -d "$POSTGRES_DB" -v sql="$sql" <<'SQL'
\getenv owner HELIOGRAPH_OWNER_PASSWORD
\getenv runtime HELIOGRAPH_RUNTIME_PASSWORD
\getenv temporal TEMPORAL_PASSWORD
\o /dev/null
select set_config('heliograph.owner_password', :'owner', false), set_config('heliograph.runtime_password', :'runtime', false),
       set_config('heliograph.new_owner', 'heliograph_owner', false);
\o
\cd :sql
\i roles.sql
\i hand-over.sql
select 'create role temporal' where not exists (select from pg_roles where rolname = 'temporal') \gexec
alter role temporal with login nosuperuser createdb nocreaterole noreplication nobypassrls password :'temporal';
SQL

# Those that an earlier release made as the superuser.
for name in temporal temporal_visibility; do
  if [ "$(run -d "$POSTGRES_DB" -At -c "select count(*) from pg_database where datname = '$name'")" = 1 ]; then
    run -d "$name" -c "set heliograph.new_owner = 'temporal'" -f "$sql/hand-over.sql"
  fi
done
