-- What a receipt costs is its row and its keys. Those of a message stand together, under one key that begins with the
-- message, which grows with time. The report's own 16 bytes of a digest are a uuid here, which is 16 bytes and no length.
alter table receipts rename to receipts_before;
alter table receipts_before rename constraint receipts_pkey to receipts_before_pkey;

create table receipts (
  message_id uuid not null,
  dedupe uuid not null,
  received_at timestamptz not null default now(),
  occurred_at timestamptz,
  attempt_no smallint not null,
  part_no smallint,
  part_of smallint,
  status text not null,
  disposition text not null,
  class text,
  code text,
  reason text,
  raw text,
  primary key (message_id, dedupe)
);

-- Receipts that match no attempt, until they do, and those that could not be stored as they came (`refused`).
create table parked_receipts (
  dedupe uuid primary key,
  received_at timestamptz not null default now(),
  occurred_at timestamptz,
  part_no smallint,
  part_of smallint,
  gateway_id text not null,
  provider_id text,
  status text not null,
  disposition text not null,
  class text,
  clevertap text,
  code text,
  reason text,
  raw text
);

insert into receipts
select message_id, encode(substring(dedupe for 16), 'hex')::uuid, received_at, occurred_at, attempt_no, part_no, part_of,
       status, disposition, class, code, reason, raw
from receipts_before where message_id is not null order by message_id
on conflict do nothing;

insert into parked_receipts
select encode(substring(dedupe for 16), 'hex')::uuid, received_at, occurred_at, part_no, part_of, gateway_id, provider_id,
       status, disposition, class, clevertap, code, reason, raw
from receipts_before where message_id is null
on conflict do nothing;

drop table receipts_before;
create index parked_receipts_provider_id on parked_receipts (gateway_id, provider_id) where disposition = 'parked';
create index parked_receipts_received on parked_receipts (received_at, dedupe);
