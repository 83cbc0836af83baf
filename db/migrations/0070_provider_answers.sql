-- What providers answered to requests that they did not plainly take, and that none came: kept seven days, so that
-- somebody can see their own words. One row for a wire request, or for each part of its answer that is about others.
-- A message that was taken at once has none. No foreign key: it would lock the account for each of them.
create table provider_answers (
  -- UUIDv7.
  id           uuid        primary key,
  account_id   text        not null,
  at           timestamptz not null default now(),
  -- The messages that it is about, and the number of the attempt of each, in the same order.
  message_ids  uuid[]      not null,
  attempt_nos  smallint[]  not null,
  -- Messages of the wire request.
  size         integer     not null,
  -- HTTP; null = there was no complete answer.
  status       smallint,
  -- Why there was none: the code of the connection's failure.
  failure      text,
  content_type text,
  -- Without secrets, numbers and texts; null = there was none, or it is not kept.
  body         text,
  -- Characters of the whole body, where `body` is the beginning of it.
  cut_from     integer,
  took_ms      integer     not null
);
create index provider_answers_message on provider_answers using gin (message_ids);
create index provider_answers_age on provider_answers (account_id, at);

-- When somebody last changed what requests over a gateway are made of; null = never.
alter table gateways add column request_changed_at timestamptz;
update gateways set request_changed_at = updated_at where updated_at > created_at + interval '1 second';
