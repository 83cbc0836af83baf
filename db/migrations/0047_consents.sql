-- Every opt-out and opt-in, kept after the suppression is lifted: who, when, how. No number stands here: a keyed hash
-- proves which one it was.
create table consents (
  id          uuid        not null default uuid_of(clock_timestamp()) primary key,
  account_id  text        not null references accounts,
  -- HMAC-SHA256 of the number in E.164.
  number_hash bytea       not null,
  kind        text        not null check (kind in ('opt-out', 'opt-in')),
  source      text        not null check (source in ('inbound', 'provider', 'person', 'import')),
  -- Of an opt-out: what it stops.
  classes     text        check (classes in ('all', 'promotional')),
  -- False: it changed nothing, since nobody can say who sent it.
  counted     boolean     not null default true,
  -- When the person said so; recorded_at is when we heard it.
  at          timestamptz not null,
  recorded_at timestamptz not null default now(),
  -- The API key; null = no key, or the admin key of the environment.
  key_id      text,
  evidence    jsonb       not null default '{}'
);
create index consents_number on consents (account_id, number_hash, id);
create index consents_account on consents (account_id, id);

-- Lists of numbers to suppress are uploads too: each row becomes a suppression instead of a recipient.
alter table uploads
  add column kind text not null default 'recipients' check (kind in ('recipients', 'suppressions')),
  -- Of a list of suppressions: for rows that say nothing of it, and who brought it.
  add column classes text check (classes in ('all', 'promotional')),
  add column key_id text;
