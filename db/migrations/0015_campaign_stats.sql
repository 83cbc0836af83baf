-- Figures by campaign.
alter table slice_stats add column campaign_id text;

update slice_stats t set campaign_id = s.campaign_id
from slices s where s.id = t.slice_id and s.campaign_id is not null;
