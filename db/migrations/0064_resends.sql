-- Messages that a person sent again, each once.
create table resends (
  message_id uuid        primary key,
  -- Committed before that message is: for a moment, or after a crash for good, there is none.
  resent_as  uuid        not null unique,
  account_id text        not null references accounts,
  at         timestamptz not null default now()
);
