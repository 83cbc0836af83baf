-- How many rows had their number in another column than the one with the numbers, whose cell was empty.
alter table uploads add column other_column integer not null default 0;
