-- A slice that is due later than in a minute waits without a workflow: those whose time is near are found by it.
create index slices_due on slices (coalesce(due_at, created_at), id) where started_at is null and campaign_id is null;
drop index slices_unstarted_sends;
