-- Customer webhooks, click tracking, and statistics.
alter table webhooks
  -- Events that it wants (delivered, failed, replied, clicked); null = all.
  add column events                text[],
  -- Of a `standard` webhook, sealed. After a rotation the old one signs too, until its time is over.
  add column secret                text,
  add column previous_secret       text,
  add column previous_secret_until timestamptz,
  -- Why it is disabled.
  add column disabled_reason       text;
-- What every settlement looks at; it has no rows for most accounts.
create index webhooks_standard on webhooks (account_id) where kind = 'standard' and state = 'active';

create index callbacks_dead on callbacks (account_id, id) where state = 'dead';

-- Short links: one per message and URL.
create table links (
  code            text primary key,
  account_id      text        not null,
  message_id      uuid        not null,
  url             text        not null,
  clicks          integer     not null default 0,
  last_clicked_at timestamptz,
  created_at      timestamptz not null default now()
) with (fillfactor = 90);
create index links_message on links (message_id);

-- The first click of a message, whichever its link: what `clicked` counts.
create table clicks (
  message_id uuid primary key,
  account_id text        not null,
  code       text        not null,
  at         timestamptz not null default now()
);

-- What a slice's messages came to, by hour of acceptance: statistics add these up and read no message.
create table slice_stats (
  slice_id   uuid        not null,
  account_id text        not null,
  hour       timestamptz not null,
  gateway_id text,
  sender     text,
  code       text,
  sent       integer     not null,
  delivered  integer     not null,
  clicked    integer     not null,
  errors     integer     not null
);
create index slice_stats_account on slice_stats (account_id, hour);
create index slice_stats_slice on slice_stats (slice_id);

alter table slices
  -- The counters that `slice_stats` was last made from, and when; null = make it anew.
  add column stats_of   integer[],
  add column stats_at   timestamptz,
  -- Settled so long ago that nothing changes any more.
  add column stats_done boolean not null default false;
create index slices_stats on slices (account_id, created_at) where not stats_done;
