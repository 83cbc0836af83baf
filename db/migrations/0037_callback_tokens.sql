-- A gateway's callback URL is found by the SHA-256 of its token. The token itself is kept sealed; those of before stay plain
-- until a process that has the key seals them, which each does when it starts (`src/store/gateways/callback-tokens.ts`).
alter table gateways
  alter column callback_token drop not null,
  add column callback_token_hash bytea,
  add column callback_token_sealed text,
  -- What was good before a rotation, and until when it is.
  add column previous_callback_token_hash bytea,
  add column previous_callback_auth text,
  add column previous_callback_until timestamptz,
  -- Addresses and ranges that callbacks may come from; empty = any.
  add column callback_allow text[] not null default '{}';
update gateways set callback_token_hash = sha256(convert_to(callback_token, 'UTF8'));
create unique index gateways_callback_token_hash on gateways (callback_token_hash);
create index gateways_previous_callback_token_hash on gateways (previous_callback_token_hash)
  where previous_callback_token_hash is not null;

-- A login in a base URL was never sent, and was shown to whoever may read.
update gateways set base_url = regexp_replace(base_url, '^(https?://)[^/?#@]*@', '\1', 'i') where base_url ~* '^https?://[^/?#]*@';

-- How an inbound text proved itself: signature, secret, address; null = it did not, or came before this was noted.
alter table inbound_texts add column proof text;
-- What nothing matches is bounded by gateway: its newest are kept.
create index parked_receipts_gateway on parked_receipts (gateway_id, received_at);
create index inbound_texts_unasked on inbound_texts (gateway_id, received_at) where message_id is null;
create index inbound_texts_unasked_received on inbound_texts (received_at) where message_id is null;
