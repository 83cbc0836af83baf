-- Requests of the ingress that were refused, in whole or in part, so that somebody can say why a record was never sent:
-- kept seven days. And of each key and contract the latest request, taken or not.
create table requests (
  -- UUIDv7.
  id         uuid        primary key,
  account_id text        not null references accounts (id),
  at         timestamptz not null,
  -- Whose contract it is: generic, mobtexting, times-mobile; api = our own.
  shape      text        not null,
  -- The pattern of its route.
  route      text        not null,
  -- The API key; of one that shows no valid key, the key that it names.
  key_id     text        not null,
  outcome    text        not null check (outcome in ('refused', 'partly')),
  status     smallint    not null,
  -- Of the request as a whole; null = its records are refused one by one.
  code       text,
  message    text,
  -- Records.
  accepted   integer     not null,
  rejected   integer     not null,
  -- What its refused records said, as JSON, without credentials; null = nothing that may be kept.
  body       text
);
create index requests_account on requests (account_id, id);
create index requests_age on requests (account_id, at);

-- What is wrong with it: of each refused record a row for each of its numbers, the first thousand.
create table request_records (
  request_id uuid    not null references requests (id) on delete cascade,
  place      integer not null,
  account_id text    not null,
  -- From 0; null = it is about the request.
  record     integer,
  -- E.164, or as it was written where it can't be read.
  msisdn     text,
  meta       text,
  field      text,
  code       text    not null,
  message    text    not null,
  primary key (request_id, place)
);
create index request_records_number on request_records (account_id, msisdn, request_id) where msisdn is not null;
create index request_records_meta on request_records (account_id, meta, request_id) where meta is not null;

create table latest_requests (
  account_id text        not null references accounts (id),
  key_id     text        not null,
  shape      text        not null,
  at         timestamptz not null,
  status     smallint    not null,
  outcome    text        not null check (outcome in ('taken', 'partly', 'refused')),
  -- Why the request as a whole was refused.
  code       text,
  -- The latest of which something was taken; null = none was yet.
  taken_id       uuid,
  taken_at       timestamptz,
  taken_route    text,
  taken_accepted integer,
  primary key (account_id, key_id, shape)
);

-- What an account's refused requests came to, by day: how many were kept, in how many bytes, and how many were not.
create table request_days (
  account_id text    not null references accounts (id),
  day        date    not null,
  kept       integer not null,
  bytes      bigint  not null,
  dropped    integer not null,
  primary key (account_id, day)
);
