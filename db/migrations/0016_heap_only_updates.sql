-- A claim and a result change every message of a slice, page by page: the new versions of a whole page have to fit
-- beside the old ones, which can't be cleaned away before the commit. With less room half of the updates moved to
-- another page and wrote every index anew. Pages written before this keep their room until they are rewritten.
alter table messages set (fillfactor = 45);
alter table attempts set (fillfactor = 50);
