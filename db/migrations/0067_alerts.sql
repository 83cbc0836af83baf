-- What somebody should see to, from when it was found until it is over. Sentences are ours; long numbers in them are masked.
create table alerts (
  id uuid primary key default uuid_of(clock_timestamp()),
  account_id text not null references accounts (id),
  kind text not null check (kind in ('gateway-down', 'gateway-held', 'callbacks-waiting', 'unknown-outcomes', 'campaign-stuck')),
  subject_kind text not null check (subject_kind in ('gateway', 'webhook', 'campaign', 'account')),
  subject_id text not null,
  subject_name text not null,
  sentence text not null,
  remedy text not null,
  seen_at timestamptz not null default now(),
  opened_at timestamptz,
  clear_since timestamptz,
  closed_at timestamptz
);
create unique index alerts_current on alerts (account_id, kind, subject_id) where closed_at is null;
create index alerts_account on alerts (account_id, id) where opened_at is not null;
create index alerts_closed on alerts (closed_at) where closed_at is not null;
-- Messages of unknown outcome that an account had when they were counted last: what came since is news.
create table unknown_marks (
  account_id text primary key references accounts (id),
  unknown bigint not null,
  marked_at timestamptz not null default now()
);
-- What an account has by now is no news.
insert into unknown_marks (account_id, unknown) select account_id, unknown from ledger_rollups where unknown > 0;
