-- Erasures: a person, or one record, that is to be forgotten. The number or meta itself is sealed, and gone with the last
-- step; the keyed hash stays.
create table erasures (
  id uuid primary key,
  account_id text not null references accounts (id),
  -- The one that was asked for, where it was asked for in all accounts.
  parent_id uuid references erasures (id),
  kind text not null check (kind in ('number', 'meta')),
  subject text,
  subject_hash text not null,
  state text not null default 'pending' check (state in ('pending', 'running', 'done')),
  -- Rows that were erased, by table.
  counts jsonb not null default '{}',
  -- Messages that are still under way, or whose outcome is not told yet.
  waiting integer not null default 0,
  -- How far the tables were gone through.
  step smallint not null default 0,
  place text,
  -- The account has a suppression that only the hash tells.
  keeps_opt_out boolean not null default false,
  opt_out_at timestamptz,
  -- What was created later is not meant.
  created_at timestamptz not null default now(),
  look_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz
);
create index erasures_account on erasures (account_id, id);
create index erasures_parent on erasures (parent_id) where parent_id is not null;
create index erasures_due on erasures (look_at) where state <> 'done';
create index erasures_open on erasures (account_id) where state <> 'done';
create index erasures_finished on erasures (account_id, finished_at) where finished_at is not null;
create index erasures_opt_outs on erasures (account_id) where keeps_opt_out;
create unique index erasures_pending on erasures (account_id, subject_hash) where state = 'pending';
