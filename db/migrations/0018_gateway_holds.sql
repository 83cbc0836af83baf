-- A provider that asks for a pause (429 with Retry-After) holds its gateway, for all workers, until then.
alter table gateway_health add column held_until timestamptz, add column hold_reason text;
