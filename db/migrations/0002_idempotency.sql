-- What a POST with an Idempotency-Key was answered, for 24 hours.
create table idempotency_keys (
  account_id   text not null,
  key          text not null,
  -- SHA-256 over method, URL, scopes of the caller and body.
  request_hash bytea not null,
  -- Null while the first request is under way.
  status       smallint,
  -- Sealed: an answer may hold a secret that is shown once, and phone numbers.
  answer       text,
  created_at   timestamptz not null default now(),
  primary key (account_id, key)
);
create index idempotency_keys_age on idempotency_keys using brin (created_at);
