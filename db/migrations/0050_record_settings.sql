-- How long a record makes those like it duplicates; 0 = not at all.
alter table accounts add column duplicate_window_minutes smallint not null default 1440
  check (duplicate_window_minutes between 0 and 1440);
-- Whether typographic characters become letters of GSM 03.38 where that makes a whole text GSM-7.
alter table accounts add column smart_encoding boolean not null default false;
