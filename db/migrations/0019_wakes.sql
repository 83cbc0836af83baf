-- Which news a slice is flagged for: hearing of one must not hide one that came after it.
alter table slices add column wake_seq integer not null default 0;

-- The flags of one campaign can be many, and are listed as one: they must not stand before those of others.
create index slices_wake_sends on slices (id) where wake_due and campaign_id is null;
create index slices_wake_campaigns on slices (campaign_id, id) where wake_due and campaign_id is not null;
drop index slices_wake;
