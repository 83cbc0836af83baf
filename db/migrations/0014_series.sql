-- Campaigns of a series, notifications to groups.
alter table campaigns
  -- Which occurrence of its series it is: the run that made it. A run that is repeated makes no second one.
  add column occurrence text,
  -- The one gateway that it goes through; null = a route, or the gateways' priorities.
  add column gateway_id text references gateways (id),
  -- 5 = bulk; below it goes before bulk.
  add column priority   smallint not null default 5;

create unique index campaigns_series on campaigns (series_id, occurrence) where series_id is not null;
