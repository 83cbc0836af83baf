-- A campaign: one text to an audience, under control. Its messages live in slices like those of any send; what is
-- where follows from the slices' counters.
create table campaigns (
  id                    text primary key,
  account_id            text        not null references accounts (id),
  name                  text        not null,
  state                 text        not null check (state in ('draft', 'preparing', 'scheduled', 'running', 'paused',
                                                               'settling', 'finished', 'cancelled', 'failed')),
  -- Why it failed, was paused by itself, or was skipped.
  reason                text,
  -- What is sent: a text with {name} variables, copied from the template when it was launched from one.
  body                  text        not null,
  template_id           text,
  dlt_text              text,
  variables             jsonb       not null default '{}',
  sender                text,
  route_id              text,
  service               text        not null,
  options               jsonb,
  webhook_id            text,
  -- To whom: {kind: recipients | group | upload, id}.
  audience              jsonb       not null,
  -- When and how fast.
  due_at                timestamptz,
  timezone              text        not null,
  -- [{start, end, days, timezone}]: all must be open. A null timezone means the recipient's.
  send_window           jsonb,
  lateness              text        not null default 'send' check (lateness in ('send', 'skip', 'next-window')),
  rate_per_second       integer check (rate_per_second > 0),
  finish_within_seconds integer check (finish_within_seconds > 0),
  -- Preparation: how far the audience has been turned into messages.
  send_id               uuid        not null,
  position              bigint      not null default 0,
  recipients            integer     not null default 0,
  rejected              integer     not null default 0,
  duplicates            integer     not null default 0,
  slices                integer     not null default 0,
  problems              jsonb       not null default '[]',
  forecast              jsonb,
  -- A series starts a campaign like itself at every time of its cron expression.
  recurrence            jsonb,
  series_id             text references campaigns (id),
  created_at            timestamptz not null default now(),
  launched_at           timestamptz,
  -- Its workflow is known to run.
  workflow_at           timestamptz,
  started_at            timestamptz,
  -- Since when it runs without a pause; what waits has its deadline from here.
  running_since         timestamptz,
  finished_at           timestamptz,
  -- A person who resumed a campaign that had paused itself has decided.
  self_pausing          boolean     not null default true
);

create index campaigns_account on campaigns (account_id, id);
create index campaigns_unstarted on campaigns (launched_at) where workflow_at is null and launched_at is not null;

-- Recipients that came in the request itself.
create table campaign_recipients (
  campaign_id text    not null references campaigns (id) on delete cascade,
  position    integer not null,
  msisdn      text    not null,
  meta        text,
  variables   jsonb,
  primary key (campaign_id, position)
);

alter table slices
  add column campaign_id text references campaigns (id),
  -- Number within the campaign, from 0.
  add column no          integer,
  -- Messages that wait for their receipt.
  add column submitted   integer not null default 0,
  -- When the slice wants to be looked at again; null = now.
  add column look_at     timestamptz,
  -- Windows that must all be open to dispatch it: [{start, end, days, timezone}].
  add column windows     jsonb,
  -- When they opened the last time that it was looked at.
  add column open_since  timestamptz;

update slices s set submitted = m.n
from (select slice_id, count(*)::int as n from messages where state = 'submitted' group by slice_id) m
where m.slice_id = s.id;

create unique index slices_campaign on slices (campaign_id, no) where campaign_id is not null;

-- What a part costs, for forecasts.
alter table gateways
  add column price_per_segment numeric(12, 6) check (price_per_segment >= 0),
  add column currency          text check (currency ~ '^[A-Z]{3}$');

-- How much of the rate may be used now: halved by each 429, growing back by itself.
alter table rate_leases
  add column share    double precision not null default 1,
  add column share_at timestamptz      not null default now();
