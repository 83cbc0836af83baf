-- Suppressions by id, with their class, and shared by the accounts of a scope; settings of opt-outs.

-- scope: whose opt-outs count. 'deployment' = those of all accounts with that scope.
-- classes: what an opt-out stops. Words are the account's own, beside those of its countries' languages.
alter table accounts
  add column opt_out_scope text not null default 'account' check (opt_out_scope in ('account', 'deployment')),
  add column opt_out_classes text not null default 'all' check (opt_out_classes in ('all', 'promotional')),
  add column opt_out_words text[] not null default '{}',
  add column opt_in_words text[] not null default '{}';

alter table suppressions
  -- UUIDv7, so that the newest come last; addresses name it and never the number.
  add column id uuid,
  add column classes text not null default 'all' check (classes in ('all', 'promotional')),
  -- Since when.
  add column at timestamptz,
  -- How it is known: gateway, word, message; the import and its row; the key.
  add column evidence jsonb not null default '{}',
  drop constraint suppressions_source_check;

-- RFC 9562: 48 bits of milliseconds, version 7, the rest by chance.
create function uuid_of(moment timestamptz) returns uuid language sql volatile
return encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
  placing substring(int8send((extract(epoch from moment) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid;

update suppressions set id = uuid_of(created_at), at = created_at,
  source = case source when 'opt-out' then 'inbound' when 'manual' then 'person' else source end
where id is null;

alter table suppressions
  alter column id set default uuid_of(clock_timestamp()),
  alter column id set not null,
  alter column at set default now(),
  alter column at set not null,
  add unique (id),
  -- 'opt-out' and 'manual' are what a process of the release before writes: inbound, and person.
  add constraint suppressions_source_check
    check (source in ('inbound', 'provider', 'person', 'import', 'opt-out', 'manual')),
  -- The number first: the claim asks for one number in whatever accounts share their opt-outs.
  drop constraint suppressions_pkey,
  add constraint suppressions_pkey primary key (msisdn, account_id);
create index suppressions_account on suppressions (account_id, id);

-- When we heard it, which is the order of what a number says; received_at is the vendor's word.
alter table inbound_texts add column stored_at timestamptz not null default now();
create index inbound_texts_number on inbound_texts (account_id, msisdn, stored_at desc);
