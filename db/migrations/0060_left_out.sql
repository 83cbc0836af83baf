-- Whom a campaign leaves out, and which rows of an upload are nobody's, is found over all of an account's lists by number
-- and meta. What a process of the release before writes is found in its own campaign and upload only.
alter table campaign_recipients
  -- Of one that is left out.
  add column account_id text;
update campaign_recipients r set account_id = c.account_id from campaigns c where c.id = r.campaign_id and r.code is not null;
-- A number that can't be read is as long as it was written.
create index campaign_recipients_left_out_number on campaign_recipients (account_id, "left"(msisdn, 100)) where code is not null;
create index campaign_recipients_left_out_meta on campaign_recipients (account_id, "left"(meta, 512)) where code is not null;

alter table upload_errors
  add column account_id text,
  -- Of the row: E.164, or as it was written where it can't be read.
  add column msisdn text,
  add column meta text;
create index upload_errors_number on upload_errors (account_id, msisdn) where msisdn is not null;
create index upload_errors_meta on upload_errors (account_id, meta) where meta is not null;
