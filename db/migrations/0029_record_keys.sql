-- What says that a record repeats another is part of the message itself: the UTC day of its acceptance (days since 1970,
-- two bytes), then 14 bytes of the SHA-256 over (account, meta or what stands in for it, number, text). Within a day a
-- message is unique by it; ingress asks for the day before. The index that finds a meta has to be written anyway, and
-- with the day in front of the rest all that is new of a meta stands together.
alter table messages add column record_key bytea;
update messages m set record_key =
    int2send((('x' || left(replace(m.id::text, '-', ''), 12))::bit(48)::bigint / 86400000)::smallint) || substr(k.key, 1, 14)
  from record_keys k where k.message_id = m.id;
drop table record_keys;

-- The collation is what tells this index from the others that begin with the account: with statistics of an empty table
-- Postgres can't tell which of them reads one row and which a day of the account, and a condition fits its collation only.
drop index messages_meta;
create unique index messages_meta on messages (account_id collate "C", meta, record_key) where meta is not null;
-- Records without a meta that came under an idempotency key. The account is in the hash.
create unique index messages_stand_in on messages (record_key) where meta is null and record_key is not null;
