-- Postgres is the truth per recipient; Temporal is the truth of what happens next and when.
-- Low-volume rows carry prefixed text ids (gw_…, wh_…); messages carry UUIDv7, so their keys grow with time.

create table accounts (
  id                       text primary key,
  name                     text not null,
  timezone                 text not null default 'Asia/Kolkata',
  default_country          text not null default 'IN',
  default_service          text not null default 'T',
  require_approved_senders boolean not null default false,
  -- Hosts that a request may name as its callback URL; '*.' covers subdomains.
  callback_hosts           text[] not null default '{*.wzrkt.com}',
  created_at               timestamptz not null default now()
);
insert into accounts (id, name) values ('default', 'Default');

create table api_keys (
  id           text primary key,
  account_id   text not null references accounts,
  name         text not null,
  -- SHA-256: a key is 32 random bytes, so a slow hash would add nothing.
  secret_hash  bytea not null,
  last4        text not null,
  scopes       text[] not null,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  created_at   timestamptz not null default now()
);

create table gateways (
  id                       text primary key,
  account_id               text not null references accounts,
  provider                 text not null,
  name                     text not null,
  -- Sealed JSON (AES-256-GCM, see store/seal.ts), as is callback_auth.
  credentials              text not null,
  callback_auth            text,
  callback_token           text not null unique,
  base_url                 text,
  sending_pattern          text not null check (sending_pattern in ('batch', 'loop')),
  status                   text not null default 'active' check (status in ('active', 'inactive')),
  -- Set by dispatch when the account is refused; cleared when a person activates or edits the gateway.
  paused_reason            text,
  priority                 integer not null default 100,
  weight                   integer not null default 1,
  default_sender           text,
  fallback_sender          text,
  rate_per_second          integer,
  max_in_flight            integer not null default 64,
  batch_size               integer,
  receipt_deadline_seconds integer not null default 86400,
  validity_seconds         integer,
  description              text,
  signup_link              text,
  logo                     text,
  -- Leads to the simulator; used only while the account has no other gateway.
  demo                     boolean not null default false,
  deleted_at               timestamptz,
  created_at               timestamptz not null default now(),
  updated_at               timestamptz not null default now(),
  unique (account_id, name)
);

create table webhooks (
  id         text primary key,
  account_id text not null references accounts,
  kind       text not null check (kind in ('clevertap', 'standard')),
  -- Sealed: the account id in CleverTap's callback URL is its only secret.
  url        text not null,
  url_hash   bytea not null,
  is_default boolean not null default false,
  state      text not null default 'active' check (state in ('active', 'disabled')),
  created_at timestamptz not null default now(),
  unique (account_id, kind, url_hash)
);
create unique index webhooks_one_default on webhooks (account_id) where is_default;

-- Up to 1,000 messages that one dispatch activity sends. Its counters are the ledger: they change in the same
-- statement as the messages they count, and no other row is hot for more than 1,000 messages.
create table slices (
  id         uuid primary key,
  account_id text not null references accounts,
  -- When to send; null = at once.
  due_at     timestamptz,
  -- 1 = transactional, 5 = bulk: the task queue its dispatch runs on.
  priority   smallint not null,
  -- Messages may join while it is open; dispatch seals it.
  state      text not null default 'open' check (state in ('open', 'sealed')),
  -- The route as it was when the slice was sealed: [{"gatewayId", "sender": "requested" | "fallback"}].
  legs       jsonb,
  total      integer not null,
  delivered  integer not null default 0,
  failed     integer not null default 0,
  expired    integer not null default 0,
  suppressed integer not null default 0,
  cancelled  integer not null default 0,
  unknown    integer not null default 0,
  created_at timestamptz not null default now(),
  -- When its workflow was known to have started; the sweep starts what has none.
  started_at timestamptz,
  -- Its workflow has something to learn and may not have been told yet; cleared once the signal was delivered.
  wake_due   boolean not null default false
) with (fillfactor = 70);
create index slices_account on slices (account_id, created_at);
create index slices_unstarted on slices (created_at) where started_at is null;
create index slices_wake on slices (id) where wake_due;

create type message_state as enum (
  'accepted', 'queued', 'submitting', 'submitted', 'refused',
  'delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'
);

create table messages (
  id           uuid primary key,
  slice_id     uuid not null,
  account_id   text not null,
  send_id      uuid not null,
  msisdn       text not null,
  meta         text,
  body         text not null,
  -- As requested; null = the gateway's default sender.
  sender       text,
  service      text not null,
  -- {"type","flash","port","entityId","templateId","extra"}; null when none was given.
  options      jsonb,
  webhook_id   text,
  encoding     text not null,
  segments     smallint not null,
  state        message_state not null default 'accepted',
  leg          smallint not null default 0,
  -- Attempts made so far; the newest one's number.
  attempts     smallint not null default 0,
  -- Submissions over the current leg that ended transient: the back-off's exponent.
  transients   smallint not null default 0,
  gateway_id   text,
  not_before   timestamptz,
  -- CleverTap code and public reason of the outcome, or of what it waits for.
  code         text,
  reason       text,
  accepted_at  timestamptz not null default now(),
  submitted_at timestamptz,
  settled_at   timestamptz
) with (fillfactor = 70);
-- No index names state or anything else that changes, so every status change is a heap-only update.
create index messages_slice on messages (slice_id, id);
create index messages_meta on messages (account_id, meta) where meta is not null;
create index messages_msisdn on messages (account_id, msisdn);
create index messages_account on messages (account_id, id);

create type attempt_state as enum (
  'submitting', 'submitted', 'refused', 'unknown', 'delivered', 'failed', 'expired'
);

-- One submission of one message over one leg. (message_id, no) spells the id that the provider gets.
create table attempts (
  message_id  uuid not null,
  no          smallint not null,
  account_id  text not null,
  gateway_id  text not null,
  leg         smallint not null,
  sender      text,
  state       attempt_state not null default 'submitting',
  -- The dispatch run that owns it while it is submitting.
  claim       uuid not null,
  -- The provider's id, normalised; null where the provider keeps ours.
  provider_id text,
  class       text,
  code        text,
  reason      text,
  created_at  timestamptz not null default now(),
  answered_at timestamptz,
  settled_at  timestamptz,
  primary key (message_id, no)
) with (fillfactor = 70);
create index attempts_provider_id on attempts (gateway_id, provider_id) where provider_id is not null;

-- The inbox: every receipt that came, matched or not.
create table receipts (
  -- SHA-256 over gateway and content: a receipt that comes twice is stored once.
  dedupe      bytea primary key,
  gateway_id  text not null,
  message_id  uuid,
  attempt_no  smallint,
  provider_id text,
  status      text not null,
  class       text,
  clevertap   text,
  code        text,
  reason      text,
  -- applied | no-change | late | parked
  disposition text not null,
  raw         text,
  occurred_at timestamptz,
  received_at timestamptz not null default now()
);
create index receipts_message on receipts (message_id) where message_id is not null;
create index receipts_parked on receipts (gateway_id, provider_id) where disposition = 'parked';

-- The outbox: one row per (message, event). 'delivered' and 'failed' share the slot 'outcome', which is what makes
-- it impossible to report both.
create table callbacks (
  id          bigint generated always as identity primary key,
  account_id  text not null,
  webhook_id  text not null,
  message_id  uuid not null,
  slot        text not null default 'outcome',
  event       text not null,
  code        text,
  description text,
  occurred_at timestamptz not null,
  state       text not null default 'pending' check (state in ('pending', 'sending', 'delivered', 'dead', 'skipped')),
  tries       smallint not null default 0,
  next_try_at timestamptz not null default now(),
  claimed_at  timestamptz,
  last_status integer,
  last_error  text,
  created_at  timestamptz not null default now(),
  unique (message_id, slot)
) with (fillfactor = 80);
create index callbacks_due on callbacks (webhook_id, next_try_at) where state = 'pending';
create index callbacks_sending on callbacks (webhook_id, claimed_at) where state = 'sending';
create index callbacks_account on callbacks (account_id, id);

-- A CleverTap record seen within 24 h: SHA-256 over (account, meta, number, text) -> the message it became.
create table record_keys (
  key        bytea primary key,
  message_id uuid not null,
  created_at timestamptz not null default now()
);
create index record_keys_age on record_keys using brin (created_at);

-- One row per limited gateway: up to when its rate is spoken for. Workers reserve ~100 ms at a time.
create table rate_leases (
  key         text primary key,
  reserved_to timestamptz not null
) with (fillfactor = 50);
