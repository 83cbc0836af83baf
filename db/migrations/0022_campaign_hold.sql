-- A campaign of which no gateway takes anything has one deadline: a time while its clock runs, what is left of it while
-- its windows are closed or a person paused it.
alter table campaigns add column hold_until timestamptz;
alter table campaigns add column hold_left_seconds integer;
-- What made the deadlines of its slices begin anew.
alter table campaigns drop column running_since;
alter table slices drop column open_since;
