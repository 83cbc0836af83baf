-- A text may be corrected until it leaves: slices below this number are of the one before, and are taken back. The figures
-- of a slice are kept by quarters of an hour, by which any zone's days are told apart.
alter table campaigns add column first_slice integer not null default 0;
alter table slice_stats add column quarter smallint not null default 0;
