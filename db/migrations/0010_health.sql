-- The breaker of a gateway, shared by all workers. A row appears with the first request over the gateway.
create table gateway_health (
  gateway_id      text primary key,
  breaker         text not null default 'closed' check (breaker in ('closed', 'open', 'half-open')),
  -- Requests in a row that failed, and those of the window that began at window_at.
  failures        integer not null default 0,
  window_at       timestamptz not null default now(),
  window_requests integer not null default 0,
  window_failures integer not null default 0,
  -- Openings in short succession: the exponent of the back-off.
  openings        smallint not null default 0,
  -- Open: when the next probe may leave. Half-open: when the one that is under way is given up.
  open_until      timestamptz,
  probe           uuid,
  reason          text,
  -- When the breaker last changed its state.
  changed_at      timestamptz not null default now(),
  -- Why it ranks behind others of its priority; null = it doesn't. Written by the review every few seconds.
  degraded        text
) with (fillfactor = 50);

-- What went over a gateway in a minute; processes add what they have counted every now and then.
create table gateway_minutes (
  gateway_id      text not null,
  minute          timestamptz not null,
  -- Messages by the answer to their submission; throttled ones are in neither.
  accepted        integer not null default 0,
  refused         integer not null default 0,
  -- Requests by duration: up to 1, 2, 4 … 65536 ms, and longer.
  latency         integer[] not null default array_fill(0, array[18]),
  -- Final reports; faults are the undelivered that were not the number's or the text's doing.
  delivered       integer not null default 0,
  undelivered     integer not null default 0,
  faults          integer not null default 0,
  -- Reports by the time since the submission: up to 1, 2, 4 … 65536 s, and longer. A sample.
  report_delay    integer[] not null default array_fill(0, array[18]),
  primary key (gateway_id, minute)
) with (fillfactor = 50);

-- Without a report so long after the submission, the next leg is tried.
alter table gateways add column failover_after_seconds integer;
-- How often the provider was asked what became of the attempt.
alter table attempts add column lookups smallint not null default 0;
-- When its report was found overdue.
alter table attempts add column overdue_at timestamptz;

-- A report about one part of a long text; part_of is null where the provider doesn't say.
alter table receipts add column part_no smallint, add column part_of smallint;
create table receipt_parts (
  message_id uuid not null,
  attempt_no smallint not null,
  part       smallint not null,
  status     text not null,
  primary key (message_id, attempt_no, part)
);
