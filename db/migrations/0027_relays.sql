-- Callbacks that wait, in bundles of those that were queued together: what is due is found here, and a relay that takes
-- one takes its bundle away. A callback that is `pending` is in one bundle, or in one relay.
create table due_callbacks (
  webhook_id  text        not null,
  due_at      timestamptz not null,
  slot        text        not null,
  event       text        not null,
  message_ids uuid[]      not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create index due_callbacks_due on due_callbacks (webhook_id, due_at);

-- Callbacks on the wire: what a claim of a relay's run took. It is made before the first post leaves, and goes when
-- their answers are written.
create table relays (
  claim       uuid        not null,
  slot        text        not null,
  run         uuid        not null,
  webhook_id  text        not null,
  message_ids uuid[]      not null,
  created_at  timestamptz not null default now(),
  primary key (claim, slot)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create index relays_webhook on relays (webhook_id, created_at);

-- What was on the wire when the release before stopped waits like a lost answer.
update callbacks
set state = 'pending', last_error = 'interrupted before the answer came', next_try_at = now() + interval '10 minutes'
where state = 'sending';

insert into due_callbacks (webhook_id, due_at, slot, event, message_ids)
select webhook_id, next_try_at, slot, event, array_agg(message_id order by message_id)
from (
  select *, (row_number() over (partition by webhook_id, next_try_at, slot, event order by message_id) - 1) / 100 as part
  from callbacks where state = 'pending'
) w
group by webhook_id, next_try_at, slot, event, part;

-- No index names what an answer changes, but for those that are given up: so writing it writes no index.
drop index callbacks_due;
drop index callbacks_sending;
drop index callbacks_dead;
alter table callbacks
  drop constraint callbacks_pkey,
  drop constraint callbacks_message_id_slot_key,
  drop constraint callbacks_state_check,
  drop column claim,
  drop column claimed_at,
  add column is_dead boolean generated always as (state = 'dead') stored,
  add primary key (message_id, slot),
  add constraint callbacks_state_check check (state in ('pending', 'delivered', 'dead', 'skipped')),
  set (fillfactor = 50);
create index callbacks_dead on callbacks (account_id, id) where is_dead;
