-- What is written within one millisecond sorts in the order in which it was written: a number's STOP and START too.
-- RFC 9562: 48 bits of milliseconds, version 7, the microseconds as 4,096ths of one (6.2, method 3), the rest by chance.
create or replace function uuid_of(moment timestamptz) returns uuid language sql volatile
return encode(overlay(uuid_send(gen_random_uuid())
  placing substring(int8send((extract(epoch from moment) * 1000000)::bigint / 1000) from 3)
    || substring(int8send(28672 + (extract(epoch from moment) * 1000000)::bigint % 1000 * 4096 / 1000) from 7) from 1 for 8), 'hex')::uuid;
