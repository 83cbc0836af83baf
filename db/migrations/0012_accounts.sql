-- Retention: a slice whose messages were blanked is not looked at again.
alter table slices add column blanked_at timestamptz;

create index slices_retained on slices (account_id, created_at) where blanked_at is null;
