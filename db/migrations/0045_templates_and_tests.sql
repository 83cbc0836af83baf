-- What a text is registered for on the DLT; null = not told.
alter table templates
  add column class text check (class in ('transactional', 'promotional', 'service', 'government'));
-- Records name the template of their text by its id there.
create index templates_dlt on templates (account_id, dlt_template_id) where dlt_template_id is not null;
-- A message that tries a gateway is one like others, but that it says so.
alter table slices add column is_test boolean not null default false;
alter table slice_stats add column is_test boolean not null default false;
