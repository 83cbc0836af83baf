-- Sender IDs, as they are registered with operators and providers.
create table senders (
  id              text primary key,
  account_id      text not null references accounts,
  sender          text not null,
  class           text not null check (class in ('transactional', 'promotional', 'service')),
  status          text not null default 'requested' check (status in ('requested', 'approved', 'rejected')),
  -- Why it was rejected, or what was said with the approval.
  reason          text,
  -- DLT ids, 19 digits, as text: beyond 2^53.
  entity_id       text,
  templates       text[] not null default '{}',
  -- Gateways that may use it; empty = every one.
  gateway_ids     text[] not null default '{}',
  -- Used for messages of its class that name no sender, where only approved senders may send.
  is_default      boolean not null default false,
  rate_per_second integer,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  -- One sender ID may be registered once per class, and it is the same one whatever the gateway.
  unique (account_id, sender, class)
);
create unique index senders_one_default on senders (account_id, class) where is_default;

-- An order of legs that a person has set. Deleted ones stay for the slices that were given them.
create table routes (
  id                     text primary key,
  account_id             text not null references accounts,
  name                   text not null,
  -- [{"gatewayId", "sender": text or null}]; null = the message's own, else the gateway's default.
  legs                   jsonb not null,
  is_default             boolean not null default false,
  failover_on_no_receipt boolean not null default false,
  deleted_at             timestamptz,
  created_at             timestamptz not null default now(),
  updated_at             timestamptz not null default now(),
  unique (account_id, name)
);
create unique index routes_one_default on routes (account_id) where is_default;

-- The route that was asked for; null = the account's default route, else its gateways by priority.
alter table slices add column route_id text;

-- A test message that waits for its worker, which deletes the row before it submits: no test is sent twice, and no
-- number stays.
create table gateway_tests (
  id         uuid primary key,
  gateway_id text not null,
  msisdn     text not null,
  body       text not null,
  sender     text,
  created_at timestamptz not null default now()
);
