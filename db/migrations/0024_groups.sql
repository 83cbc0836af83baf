-- Slices of a burst share a workflow, whatever accounts they are of: the one that is named by the first of them.
alter table slices add column group_id uuid;
create index slices_group on slices (group_id) where group_id is not null;
