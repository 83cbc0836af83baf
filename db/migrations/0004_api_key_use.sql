-- What an API key may do a second, and when it was last used (to the minute).
alter table api_keys
  add column rate_per_second integer check (rate_per_second > 0),
  add column last_used_at    timestamptz;
