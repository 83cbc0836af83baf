-- A suppression goes by an id: a number in a URL stands in the logs of everything between the caller and us.
alter table suppressions add column id uuid not null default gen_random_uuid();
create unique index suppressions_id on suppressions (id);
