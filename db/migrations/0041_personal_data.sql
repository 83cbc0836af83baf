-- What is known of a person is found by an index wherever there may be much of it, and ages everywhere
-- (`src/store/accounts/personal-data.ts`).

-- From then on a report on the attempt leaves nothing of a person: neither its text nor its reason is kept.
alter table attempts add column blanked_at timestamptz;

alter table campaigns add column blanked_at timestamptz;
create index campaigns_retained on campaigns (account_id, finished_at) where finished_at is not null and blanked_at is null;
create index campaigns_drafts on campaigns (account_id, created_at) where state = 'draft';
create index suppressions_reasons on suppressions (account_id, created_at) where reason is not null;
create index test_phones_unverified on test_phones (account_id, created_at) where verified_at is null;
create index uploads_kept on uploads (account_id, created_at) where state in ('ready', 'failed');

-- Accounts that are there keep what they were told they would; an account that has sent nothing is new.
alter table accounts alter column retention_days set default 180;
update accounts a set retention_days = 180
where retention_days is null and not exists (select from slices s where s.account_id = a.id);
