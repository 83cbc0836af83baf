-- How webhooks take what they are told: tries by minute, the last error, and the state that was said of them last.
create table webhook_minutes (
  webhook_id text not null,
  minute timestamptz not null,
  delivered integer not null default 0,
  failed integer not null default 0,
  primary key (webhook_id, minute)
);
create index webhook_minutes_minute on webhook_minutes (minute);
alter table webhooks
  add column health text not null default 'idle' check (health in ('ok', 'failing', 'paused', 'idle')),
  add column last_error text,
  add column last_error_status integer,
  add column last_error_at timestamptz;
create index webhooks_unwell on webhooks (id) where health <> 'idle';
