-- Numbers that an account must not send to, and the inbound texts that put them there.

create table suppressions (
  account_id text not null references accounts,
  -- E.164.
  msisdn     text not null,
  -- 'opt-out' (the phone said so) or 'manual'.
  source     text not null check (source in ('opt-out', 'manual')),
  reason     text,
  created_at timestamptz not null default now(),
  primary key (account_id, msisdn)
);

create table inbound_texts (
  -- SHA-256 over gateway and content: a text that comes twice is stored once.
  dedupe      bytea primary key,
  account_id  text not null,
  gateway_id  text not null,
  msisdn      text not null,
  to_number   text,
  body        text not null,
  -- The newest message to that number over that gateway within 72 h; null = none, and nothing is reported.
  message_id  uuid,
  received_at timestamptz not null default now()
);
create index inbound_texts_account on inbound_texts (account_id, received_at);

-- What an event carries beyond code and description: {"toPhone", "incomingText"} of a reply.
alter table callbacks add column detail jsonb;
