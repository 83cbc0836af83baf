-- How old a message may be when it leaves. Of a campaign that is one moment for all: its columns say it.
alter table messages add column valid_until timestamptz;
alter table campaigns
  add column max_age_seconds integer check (max_age_seconds > 0),
  add column valid_until timestamptz;
-- What applies where a request says nothing, in seconds by service class: {"T": 300}.
alter table accounts add column max_age jsonb not null default '{}';
