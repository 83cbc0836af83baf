-- Who changed what: written in the transaction of the change itself.
create table audit (
  id         bigint generated always as identity primary key,
  account_id text        not null references accounts (id),
  -- Null: the admin key of the environment.
  key_id     text,
  action     text        not null,
  subject    text        not null,
  detail     jsonb,
  at         timestamptz not null default now()
);

create index audit_account on audit (account_id, id);
