-- CSV files of recipients: their bytes until they are imported, then a row per recipient and a report of the rest.
create table uploads (
  id            uuid        primary key,
  account_id    text        not null references accounts (id),
  name          text,
  -- receiving: its bytes still come in; deleted: the sweep takes away what is left of it.
  state         text        not null default 'receiving'
    check (state in ('receiving', 'processing', 'ready', 'failed', 'deleted')),
  delimiter     text        not null,
  -- Names in the header row, in order; empty = a nameless column, which is ignored.
  columns       text[]      not null,
  -- As the caller named it; null = found by its name.
  number_column text,
  bytes         bigint      not null default 0,
  -- Where the import goes on: always behind a whole row. Row and line are those that it has read last, counted from 1.
  cursor_byte   bigint      not null,
  cursor_row    integer     not null,
  cursor_line   integer     not null,
  -- Rows read: valid + invalid + duplicates. Neither the header nor blank rows count.
  rows          integer     not null default 0,
  valid         integer     not null default 0,
  invalid       integer     not null default 0,
  duplicates    integer     not null default 0,
  reason        text,
  created_at    timestamptz not null default now(),
  -- Its last bytes came.
  touched_at    timestamptz not null default now(),
  -- Its workflow is known to run.
  started_at    timestamptz,
  finished_at   timestamptz
);

create index uploads_account on uploads (account_id, id);
create index uploads_unfinished on uploads (state, touched_at) where state in ('receiving', 'processing', 'deleted');

create table upload_chunks (
  upload_id uuid   not null references uploads (id) on delete cascade,
  -- Offset of the first byte in the file.
  start     bigint not null,
  bytes     bytea  not null,
  primary key (upload_id, start)
);

-- They live for seconds: compressing them costs more than it saves.
alter table upload_chunks alter column bytes set storage external;

-- No foreign keys below: a check per row would cost more than the row. Whoever ends an upload removes them.
create table upload_rows (
  upload_id uuid    not null,
  -- The row in the file; the header is row 1.
  no        integer not null,
  msisdn    text    not null,
  meta      text,
  variables jsonb   not null,
  primary key (upload_id, no),
  unique (upload_id, msisdn)
);

create table upload_errors (
  upload_id uuid    not null,
  no        integer not null,
  -- Null: the row as a whole.
  column_name text,
  value     text    not null,
  message   text    not null,
  primary key (upload_id, no)
);
