-- Recipients that a campaign leaves out stand among those that came with it, found by their place, number and meta: of a
-- request, of the upload's invalid rows and of those whose text could not be made the first ten thousand each.
alter table campaign_recipients
  -- Why it is left out; null = it is not. The number of such a one is as it was written where it can't be read.
  add column code text,
  add column message text;
