-- What an account keeps to send with: texts, groups of people, and its own phones to try things on.
create table templates (
  id              text        primary key,
  account_id      text        not null references accounts (id),
  name            text        not null,
  text            text        not null,
  -- As registered on India's DLT: the id and the text with {#var#}.
  dlt_template_id text,
  dlt_text        text,
  entity_id       text,
  language        text,
  created_at      timestamptz not null default now(),
  unique (account_id, name)
);

create table groups (
  id          text        primary key,
  account_id  text        not null references accounts (id),
  name        text        not null,
  level       text        not null check (level in ('Critical', 'Error', 'Warning', 'Info')),
  template_id text        references templates (id),
  sender      text,
  route_id    text,
  gateway_id  text        references gateways (id),
  description text,
  -- Rows of group_members.
  members     integer     not null default 0,
  created_at  timestamptz not null default now()
);

create index groups_account on groups (account_id, name, id);
create index groups_template on groups (template_id) where template_id is not null;

create table group_members (
  -- Grows in the order in which a group's members become visible: they are added under a lock of the group.
  id         bigint      generated always as identity primary key,
  group_id   text        not null references groups (id) on delete cascade,
  msisdn     text        not null,
  name       text,
  variables  jsonb       not null default '{}',
  created_at timestamptz not null default now(),
  unique (group_id, msisdn)
);

create index group_members_page on group_members (group_id, id);

create table test_phones (
  id              text        primary key,
  account_id      text        not null references accounts (id),
  msisdn          text        not null,
  name            text,
  verified_at     timestamptz,
  -- The code that was sent last; null once it was used.
  code_hash       bytea,
  code_expires_at timestamptz,
  tries           smallint    not null default 0,
  -- Codes sent since then, to bound how many one phone can get.
  codes_sent      smallint    not null default 0,
  codes_since     timestamptz not null default now(),
  created_at      timestamptz not null default now(),
  unique (account_id, msisdn)
);
