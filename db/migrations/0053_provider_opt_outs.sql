-- A parked report may say that its person has opted out: the number is suppressed once the report finds its message.
alter table parked_receipts add column opts_out boolean not null default false;
