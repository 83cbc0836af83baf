-- A webhook whose endpoint refuses everything, or is away, rests: what waits for it waits, and one post at a time finds
-- out whether it is back. Beside `state`, so that processes of the release before go on as if nothing were.
alter table webhooks
  add column paused_reason text,
  add column paused_at     timestamptz,
  -- When the next post may try whether it is back.
  add column probe_at      timestamptz,
  -- How often that was found not to be so: what the pauses between them grow with.
  add column probes        smallint not null default 0;

alter table callbacks
  -- The relay run that has it in hand, while it is `sending`: answers are written by that run only, and what a run never
  -- posted, because its claim's answer was lost with a connection, can be told from what it did.
  add column claim uuid;
