-- What a slice's messages came to, one bit per outcome, written once all have one and it has been counted; null = under
-- way, or changed since. Dispatch and receipts never change a row from one index to another but for a late report.
alter table slices add column outcomes smallint;

-- What was counted of the slices of an account (`stats_of`), added up: the ledger is this and what differs by now.
create table ledger_rollups (
  account_id text primary key references accounts (id),
  total bigint not null,
  delivered bigint not null,
  failed bigint not null,
  expired bigint not null,
  suppressed bigint not null,
  cancelled bigint not null,
  unknown bigint not null
);

-- Callbacks that ended, by how. Those that are under way are found by their webhook.
create table callback_counts (
  account_id text not null,
  webhook_id text not null,
  event text not null,
  state text not null,
  count bigint not null,
  primary key (account_id, webhook_id, event, state)
);

insert into ledger_rollups
select account_id, sum(stats_of[1]), sum(stats_of[2]), sum(stats_of[3]), sum(stats_of[4]), sum(stats_of[5]),
       sum(stats_of[6]), sum(stats_of[7])
from slices where stats_of is not null group by account_id;

insert into callback_counts
select account_id, webhook_id, event, state, count(*) from callbacks
where state in ('delivered', 'dead', 'skipped') group by account_id, webhook_id, event, state;
-- One that was deleted is known by what ended of it; nothing may have yet.
insert into callback_counts
select distinct account_id, webhook_id, 'delivered', 'skipped', 0 from callbacks c
where state in ('pending', 'sending') and not exists (select from webhooks w where w.id = c.webhook_id)
on conflict do nothing;

update slices
set outcomes = (delivered > 0)::int | ((failed > 0)::int << 1) | ((expired > 0)::int << 2)
             | ((suppressed > 0)::int << 3) | ((cancelled > 0)::int << 4) | ((unknown > 0)::int << 5)
where state = 'sealed' and total = delivered + failed + expired + suppressed + cancelled + unknown
  and stats_of = array[total, delivered, failed, expired, suppressed, cancelled, unknown];

create index slices_current on slices (account_id, id) where outcomes is null;
create index slices_delivered on slices (account_id, id) where (outcomes & 1) > 0;
create index slices_failed on slices (account_id, id) where (outcomes & 2) > 0;
create index slices_expired on slices (account_id, id) where (outcomes & 4) > 0;
create index slices_suppressed on slices (account_id, id) where (outcomes & 8) > 0;
create index slices_cancelled on slices (account_id, id) where (outcomes & 16) > 0;
create index slices_unknown on slices (account_id, id) where (outcomes & 32) > 0;
drop index slices_account;
drop index slices_stats;
alter table slices drop column stats_done;

-- The stream of events looks for them once a second.
create index campaigns_live on campaigns (account_id, id) where state not in ('draft', 'finished', 'cancelled', 'failed');
create index campaigns_finished on campaigns (account_id, finished_at) where finished_at is not null;

-- A BRIN index forgets where the old keys are once their room is used again.
create index record_keys_created on record_keys (created_at);
drop index record_keys_age;
create index idempotency_keys_created on idempotency_keys (created_at);
drop index idempotency_keys_age;
