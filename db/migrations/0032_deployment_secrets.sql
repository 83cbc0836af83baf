-- Secrets of the whole deployment that outlive its master keys, sealed: the key of keyed hashes (docs/decisions/0030-a-ring-of-keys.md).
create table deployment_secrets (
  name       text primary key,
  value      text not null,
  created_at timestamptz not null default now()
);
