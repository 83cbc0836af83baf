-- The host and path of a webhook that a request made whose key may only send, as SHA-256: there are few for each of them.
alter table webhooks add column place_hash bytea;
create index webhooks_place on webhooks (account_id, place_hash) where place_hash is not null;
