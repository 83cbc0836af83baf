-- The keys of an account, by rate: all of them together may ask as often as the fastest, which is looked up with each key.
create index api_keys_account on api_keys (account_id, rate_per_second);
