-- How many messages of a running campaign had left when they were counted last: one whose count stands still is stuck.
create table campaign_marks (
  campaign_id text primary key references campaigns (id) on delete cascade,
  moved bigint not null,
  marked_at timestamptz not null default now()
);
