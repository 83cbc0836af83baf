-- A campaign that can't be started is tried less and less often, and says why.
alter table campaigns add column start_failures smallint not null default 0;
alter table campaigns add column start_after timestamptz;

-- What has no workflow comes in pages by id; slices of campaigns never have one of their own.
create index slices_unstarted_sends on slices (id) where started_at is null and campaign_id is null;
drop index slices_unstarted;

-- Reports that found no message: the newest are looked at again and again, the oldest end.
create index receipts_unmatched on receipts (received_at, dedupe) where disposition in ('parked', 'refused');
