-- When the workflow of a send or of a campaign looks at its rows again, at the latest: one that has not was ended from
-- outside. Null: there is nothing left to look at.
alter table campaigns add column look_at timestamptz;

update campaigns c set look_at = now()
where c.workflow_at is not null and c.recurrence is null
  and (c.state not in ('draft', 'finished', 'cancelled', 'failed')
       or exists (select 1 from slices s where s.campaign_id = c.id
                  and s.total > s.delivered + s.failed + s.expired + s.suppressed + s.cancelled + s.unknown));
update slices set look_at = now()
where campaign_id is null and started_at is not null
  and total > delivered + failed + expired + suppressed + cancelled + unknown;

create index campaigns_look on campaigns (look_at) where look_at is not null;
create index slices_look on slices (look_at) where campaign_id is null and look_at is not null;
