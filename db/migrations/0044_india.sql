-- What becomes of promotional messages outside their country's window; null = what the account's country has by default.
alter table accounts
  add column promotional_outside_window text check (promotional_outside_window in ('send', 'hold', 'refuse')),
  -- Services that are promotional there, beside those that are so for everybody.
  add column promotional_services text[] not null default '{}',
  -- Messages to India leave with registered ids, headers and texts only.
  add column india_strict boolean not null default false,
  -- Minimums of an operator, under the names that the API has for the settings.
  add column floors jsonb not null default '{}';
-- The same for all accounts: one row.
create table deployment_floors (
  id boolean primary key default true check (id),
  floors jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
insert into deployment_floors default values;
