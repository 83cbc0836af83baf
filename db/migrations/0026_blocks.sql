-- What a claim has taken and nothing was written of yet: while its requests are on their way, this row stands for the
-- attempts of all its messages. It is made before the first of them leaves, and goes when their results are written.
create table blocks (
  claim uuid primary key,
  slice_id uuid not null,
  account_id text not null,
  gateway_id text not null,
  leg smallint not null,
  sender text,
  imposed boolean not null,
  ids uuid[] not null,
  created_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create index blocks_slice on blocks (slice_id);

-- The dispatch run that may claim of a slice: the one that looked at it last.
alter table slices add column owner uuid;
