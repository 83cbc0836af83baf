-- What an account decides for itself.
alter table accounts
  -- A send with an option that no gateway of the account can carry: refused, or sent without the option.
  add column unsupported_options text not null default 'refuse' check (unsupported_options in ('refuse', 'drop')),
  -- CPaaS encryption of CleverTap, sealed: {keys: [{version, key}], encoding}.
  add column encryption          text,
  -- After so many days texts, numbers and raw reports of settled messages are blanked; null = kept.
  add column retention_days      integer check (retention_days > 0),
  -- Short links: none, counted, or counted and reported as `clicked`.
  add column click_tracking      text not null default 'off' check (click_tracking in ('off', 'count', 'report')),
  -- Caps, each off unless set: {duplicateContentMinutes, frequencyCap: {count, hours}, autoPauseFailureShare,
  -- maxCampaignRecipients, maxCampaignCost}.
  add column safety              jsonb not null default '{}',
  -- When promotional campaigns may send, by country: [{country, start, end, timezone}].
  add column windows             jsonb not null
    default '[{"country": "IN", "start": "10:00", "end": "21:00", "timezone": "Asia/Kolkata"}]';
