-- What db/migrations add up to; test/schema.test.ts keeps it current.

create type attempt_state as enum ('submitting', 'submitted', 'refused', 'unknown', 'delivered', 'failed', 'expired');

create type message_state as enum ('accepted', 'queued', 'submitting', 'submitted', 'refused', 'delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown');

create table accounts (
  id text not null,
  name text not null,
  timezone text not null default 'Asia/Kolkata'::text,
  default_country text not null default 'IN'::text,
  default_service text not null default 'T'::text,
  require_approved_senders boolean not null default false,
  callback_hosts text[] not null default '{*.wzrkt.com}'::text[],
  created_at timestamp with time zone not null default now(),
  unsupported_options text not null default 'refuse'::text,
  encryption text,
  retention_days integer default 180,
  click_tracking text not null default 'off'::text,
  safety jsonb not null default '{}'::jsonb,
  windows jsonb not null default '[{"end": "21:00", "start": "10:00", "country": "IN", "timezone": "Asia/Kolkata"}]'::jsonb,
  max_age jsonb not null default '{}'::jsonb,
  promotional_outside_window text,
  promotional_services text[] not null default '{}'::text[],
  india_strict boolean not null default false,
  floors jsonb not null default '{}'::jsonb,
  opt_out_scope text not null default 'account'::text,
  opt_out_classes text not null default 'all'::text,
  opt_out_words text[] not null default '{}'::text[],
  opt_in_words text[] not null default '{}'::text[],
  duplicate_window_minutes smallint not null default 1440,
  smart_encoding boolean not null default false,
  constraint accounts_click_tracking_check CHECK ((click_tracking = ANY (ARRAY['off'::text, 'count'::text, 'report'::text]))),
  constraint accounts_duplicate_window_minutes_check CHECK (((duplicate_window_minutes >= 0) AND (duplicate_window_minutes <= 1440))),
  constraint accounts_opt_out_classes_check CHECK ((opt_out_classes = ANY (ARRAY['all'::text, 'promotional'::text]))),
  constraint accounts_opt_out_scope_check CHECK ((opt_out_scope = ANY (ARRAY['account'::text, 'deployment'::text]))),
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_promotional_outside_window_check CHECK ((promotional_outside_window = ANY (ARRAY['send'::text, 'hold'::text, 'refuse'::text]))),
  constraint accounts_retention_days_check CHECK ((retention_days > 0)),
  constraint accounts_unsupported_options_check CHECK ((unsupported_options = ANY (ARRAY['refuse'::text, 'drop'::text])))
);

create table alerts (
  id uuid not null default uuid_of(clock_timestamp()),
  account_id text not null,
  kind text not null,
  subject_kind text not null,
  subject_id text not null,
  subject_name text not null,
  sentence text not null,
  remedy text not null,
  seen_at timestamp with time zone not null default now(),
  opened_at timestamp with time zone,
  clear_since timestamp with time zone,
  closed_at timestamp with time zone,
  constraint alerts_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint alerts_kind_check CHECK ((kind = ANY (ARRAY['gateway-down'::text, 'gateway-held'::text, 'callbacks-waiting'::text, 'unknown-outcomes'::text, 'campaign-stuck'::text]))),
  constraint alerts_pkey PRIMARY KEY (id),
  constraint alerts_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['gateway'::text, 'webhook'::text, 'campaign'::text, 'account'::text])))
);

create table api_keys (
  id text not null,
  account_id text not null,
  name text not null,
  secret_hash bytea not null,
  last4 text not null,
  scopes text[] not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  rate_per_second integer,
  last_used_at timestamp with time zone,
  constraint api_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_rate_per_second_check CHECK ((rate_per_second > 0))
);

create table attempts (
  message_id uuid not null,
  no smallint not null,
  account_id text not null,
  gateway_id text not null,
  leg smallint not null,
  sender text,
  state attempt_state not null default 'submitting'::attempt_state,
  claim uuid not null,
  provider_id text,
  class text,
  code text,
  reason text,
  created_at timestamp with time zone not null default now(),
  answered_at timestamp with time zone,
  settled_at timestamp with time zone,
  lookups smallint not null default 0,
  overdue_at timestamp with time zone,
  blanked_at timestamp with time zone,
  constraint attempts_pkey PRIMARY KEY (message_id, no)
) partition by RANGE (message_id);

create table audit (
  id bigint not null generated always as identity,
  account_id text not null,
  key_id text,
  action text not null,
  subject text not null,
  detail jsonb,
  at timestamp with time zone not null default now(),
  constraint audit_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint audit_pkey PRIMARY KEY (id)
);

create table blocks (
  claim uuid not null,
  slice_id uuid not null,
  account_id text not null,
  gateway_id text not null,
  leg smallint not null,
  sender text,
  imposed boolean not null,
  ids uuid[] not null,
  created_at timestamp with time zone not null default now(),
  constraint blocks_pkey PRIMARY KEY (claim)
);

create table callback_counts (
  account_id text not null,
  webhook_id text not null,
  event text not null,
  state text not null,
  count bigint not null,
  constraint callback_counts_pkey PRIMARY KEY (account_id, webhook_id, event, state)
);

create table callbacks (
  id bigint not null generated always as identity,
  account_id text not null,
  webhook_id text not null,
  message_id uuid not null,
  slot text not null default 'outcome'::text,
  event text not null,
  code text,
  description text,
  occurred_at timestamp with time zone not null,
  state text not null default 'pending'::text,
  tries smallint not null default 0,
  next_try_at timestamp with time zone not null default now(),
  last_status integer,
  last_error text,
  created_at timestamp with time zone not null default now(),
  detail jsonb,
  is_dead boolean generated always as ((state = 'dead'::text)) stored,
  constraint callbacks_pkey PRIMARY KEY (message_id, slot),
  constraint callbacks_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text, 'skipped'::text])))
) partition by RANGE (message_id);

create table campaign_marks (
  campaign_id text not null,
  moved bigint not null,
  marked_at timestamp with time zone not null default now(),
  constraint campaign_marks_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id) ON DELETE CASCADE,
  constraint campaign_marks_pkey PRIMARY KEY (campaign_id)
);

create table campaign_recipients (
  campaign_id text not null,
  position integer not null,
  msisdn text not null,
  meta text,
  variables jsonb,
  code text,
  message text,
  account_id text,
  constraint campaign_recipients_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id) ON DELETE CASCADE,
  constraint campaign_recipients_pkey PRIMARY KEY (campaign_id, "position")
);

create table campaigns (
  id text not null,
  account_id text not null,
  name text not null,
  state text not null,
  reason text,
  body text not null,
  template_id text,
  dlt_text text,
  variables jsonb not null default '{}'::jsonb,
  sender text,
  route_id text,
  service text not null,
  options jsonb,
  webhook_id text,
  audience jsonb not null,
  due_at timestamp with time zone,
  timezone text not null,
  send_window jsonb,
  lateness text not null default 'send'::text,
  rate_per_second integer,
  finish_within_seconds integer,
  send_id uuid not null,
  position bigint not null default 0,
  recipients integer not null default 0,
  rejected integer not null default 0,
  duplicates integer not null default 0,
  slices integer not null default 0,
  problems jsonb not null default '[]'::jsonb,
  forecast jsonb,
  recurrence jsonb,
  series_id text,
  created_at timestamp with time zone not null default now(),
  launched_at timestamp with time zone,
  workflow_at timestamp with time zone,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  self_pausing boolean not null default true,
  occurrence text,
  gateway_id text,
  priority smallint not null default 5,
  start_failures smallint not null default 0,
  start_after timestamp with time zone,
  look_at timestamp with time zone,
  hold_until timestamp with time zone,
  hold_left_seconds integer,
  max_age_seconds integer,
  valid_until timestamp with time zone,
  blanked_at timestamp with time zone,
  unprepared boolean not null default false,
  commands integer not null default 0,
  resumed boolean not null default false,
  refused integer not null default 0,
  again_of text,
  first_slice integer not null default 0,
  constraint campaigns_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint campaigns_again_of_fkey FOREIGN KEY (again_of) REFERENCES campaigns(id),
  constraint campaigns_finish_within_seconds_check CHECK ((finish_within_seconds > 0)),
  constraint campaigns_gateway_id_fkey FOREIGN KEY (gateway_id) REFERENCES gateways(id),
  constraint campaigns_lateness_check CHECK ((lateness = ANY (ARRAY['send'::text, 'skip'::text, 'next-window'::text]))),
  constraint campaigns_max_age_seconds_check CHECK ((max_age_seconds > 0)),
  constraint campaigns_pkey PRIMARY KEY (id),
  constraint campaigns_rate_per_second_check CHECK ((rate_per_second > 0)),
  constraint campaigns_series_id_fkey FOREIGN KEY (series_id) REFERENCES campaigns(id),
  constraint campaigns_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'preparing'::text, 'scheduled'::text, 'running'::text, 'paused'::text, 'settling'::text, 'finished'::text, 'cancelled'::text, 'failed'::text])))
);

create table clicks (
  message_id uuid not null,
  account_id text not null,
  code text not null,
  at timestamp with time zone not null default now(),
  constraint clicks_pkey PRIMARY KEY (message_id)
);

create table consents (
  id uuid not null default uuid_of(clock_timestamp()),
  account_id text not null,
  number_hash bytea not null,
  kind text not null,
  source text not null,
  classes text,
  counted boolean not null default true,
  at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now(),
  key_id text,
  evidence jsonb not null default '{}'::jsonb,
  constraint consents_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint consents_classes_check CHECK ((classes = ANY (ARRAY['all'::text, 'promotional'::text]))),
  constraint consents_kind_check CHECK ((kind = ANY (ARRAY['opt-out'::text, 'opt-in'::text]))),
  constraint consents_pkey PRIMARY KEY (id),
  constraint consents_source_check CHECK ((source = ANY (ARRAY['inbound'::text, 'provider'::text, 'person'::text, 'import'::text])))
);

create table deployment_floors (
  id boolean not null default true,
  floors jsonb not null default '{}'::jsonb,
  updated_at timestamp with time zone not null default now(),
  constraint deployment_floors_id_check CHECK (id),
  constraint deployment_floors_pkey PRIMARY KEY (id)
);

create table deployment_secrets (
  name text not null,
  value text not null,
  created_at timestamp with time zone not null default now(),
  constraint deployment_secrets_pkey PRIMARY KEY (name)
);

create table due_callbacks (
  webhook_id text not null,
  due_at timestamp with time zone not null,
  slot text not null,
  event text not null,
  message_ids uuid[] not null
);

create table ended_sessions (
  id uuid not null,
  ends_at timestamp with time zone not null,
  constraint ended_sessions_pkey PRIMARY KEY (id)
);

create table erasures (
  id uuid not null,
  account_id text not null,
  parent_id uuid,
  kind text not null,
  subject text,
  subject_hash text not null,
  state text not null default 'pending'::text,
  counts jsonb not null default '{}'::jsonb,
  waiting integer not null default 0,
  step smallint not null default 0,
  place text,
  keeps_opt_out boolean not null default false,
  opt_out_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  look_at timestamp with time zone not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  constraint erasures_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint erasures_kind_check CHECK ((kind = ANY (ARRAY['number'::text, 'meta'::text]))),
  constraint erasures_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES erasures(id),
  constraint erasures_pkey PRIMARY KEY (id),
  constraint erasures_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'running'::text, 'done'::text])))
);

create table gateway_health (
  gateway_id text not null,
  breaker text not null default 'closed'::text,
  failures integer not null default 0,
  window_at timestamp with time zone not null default now(),
  window_requests integer not null default 0,
  window_failures integer not null default 0,
  openings smallint not null default 0,
  open_until timestamp with time zone,
  probe uuid,
  reason text,
  changed_at timestamp with time zone not null default now(),
  degraded text,
  held_until timestamp with time zone,
  hold_reason text,
  constraint gateway_health_breaker_check CHECK ((breaker = ANY (ARRAY['closed'::text, 'open'::text, 'half-open'::text]))),
  constraint gateway_health_pkey PRIMARY KEY (gateway_id)
);

create table gateway_minutes (
  gateway_id text not null,
  minute timestamp with time zone not null,
  accepted integer not null default 0,
  refused integer not null default 0,
  latency integer[] not null default array_fill(0, ARRAY[18]),
  delivered integer not null default 0,
  undelivered integer not null default 0,
  faults integer not null default 0,
  report_delay integer[] not null default array_fill(0, ARRAY[18]),
  constraint gateway_minutes_pkey PRIMARY KEY (gateway_id, minute)
);

create table gateway_tests (
  id uuid not null,
  gateway_id text not null,
  msisdn text not null,
  body text not null,
  sender text,
  created_at timestamp with time zone not null default now(),
  constraint gateway_tests_pkey PRIMARY KEY (id)
);

create table gateways (
  id text not null,
  account_id text not null,
  provider text not null,
  name text not null,
  credentials text not null,
  callback_auth text,
  callback_token text,
  base_url text,
  sending_pattern text not null,
  status text not null default 'active'::text,
  paused_reason text,
  priority integer not null default 100,
  weight integer not null default 1,
  default_sender text,
  fallback_sender text,
  rate_per_second integer,
  max_in_flight integer not null default 64,
  batch_size integer,
  receipt_deadline_seconds integer not null default 86400,
  validity_seconds integer,
  description text,
  signup_link text,
  logo text,
  demo boolean not null default false,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  failover_after_seconds integer,
  price_per_segment numeric(12,6),
  currency text,
  callback_token_hash bytea,
  callback_token_sealed text,
  previous_callback_token_hash bytea,
  previous_callback_auth text,
  previous_callback_until timestamp with time zone,
  callback_allow text[] not null default '{}'::text[],
  provider_id_base text,
  smart_encoding boolean not null default false,
  request_changed_at timestamp with time zone,
  constraint gateways_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint gateways_account_id_name_key UNIQUE (account_id, name),
  constraint gateways_callback_token_key UNIQUE (callback_token),
  constraint gateways_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint gateways_pkey PRIMARY KEY (id),
  constraint gateways_price_per_segment_check CHECK ((price_per_segment >= (0)::numeric)),
  constraint gateways_provider_id_base_check CHECK ((provider_id_base = ANY (ARRAY['hex'::text, 'decimal'::text]))),
  constraint gateways_sending_pattern_check CHECK ((sending_pattern = ANY (ARRAY['batch'::text, 'loop'::text]))),
  constraint gateways_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text])))
);

create table group_members (
  id bigint not null generated always as identity,
  group_id text not null,
  msisdn text not null,
  name text,
  variables jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  constraint group_members_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups(id) ON DELETE CASCADE,
  constraint group_members_group_id_msisdn_key UNIQUE (group_id, msisdn),
  constraint group_members_pkey PRIMARY KEY (id)
);

create table groups (
  id text not null,
  account_id text not null,
  name text not null,
  level text not null,
  template_id text,
  sender text,
  route_id text,
  gateway_id text,
  description text,
  members integer not null default 0,
  created_at timestamp with time zone not null default now(),
  constraint groups_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint groups_gateway_id_fkey FOREIGN KEY (gateway_id) REFERENCES gateways(id),
  constraint groups_level_check CHECK ((level = ANY (ARRAY['Critical'::text, 'Error'::text, 'Warning'::text, 'Info'::text]))),
  constraint groups_pkey PRIMARY KEY (id),
  constraint groups_template_id_fkey FOREIGN KEY (template_id) REFERENCES templates(id)
);

create table idempotency_keys (
  account_id text not null,
  key text not null,
  request_hash bytea not null,
  status smallint,
  answer text,
  created_at timestamp with time zone not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (account_id, key)
);

create table inbound_texts (
  dedupe bytea not null,
  account_id text not null,
  gateway_id text not null,
  msisdn text not null,
  to_number text,
  body text not null,
  message_id uuid,
  received_at timestamp with time zone not null default now(),
  proof text,
  stored_at timestamp with time zone not null default now(),
  constraint inbound_texts_pkey PRIMARY KEY (dedupe)
);

create table latest_requests (
  account_id text not null,
  key_id text not null,
  shape text not null,
  at timestamp with time zone not null,
  status smallint not null,
  outcome text not null,
  code text,
  taken_id uuid,
  taken_at timestamp with time zone,
  taken_route text,
  taken_accepted integer,
  constraint latest_requests_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint latest_requests_outcome_check CHECK ((outcome = ANY (ARRAY['taken'::text, 'partly'::text, 'refused'::text]))),
  constraint latest_requests_pkey PRIMARY KEY (account_id, key_id, shape)
);

create table ledger_rollups (
  account_id text not null,
  total bigint not null,
  delivered bigint not null,
  failed bigint not null,
  expired bigint not null,
  suppressed bigint not null,
  cancelled bigint not null,
  unknown bigint not null,
  constraint ledger_rollups_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint ledger_rollups_pkey PRIMARY KEY (account_id)
);

create table links (
  code text not null,
  account_id text not null,
  message_id uuid not null,
  url text not null,
  clicks integer not null default 0,
  last_clicked_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint links_pkey PRIMARY KEY (code)
);

create table messages (
  id uuid not null,
  slice_id uuid not null,
  account_id text not null,
  send_id uuid not null,
  msisdn text not null,
  meta text,
  body text not null,
  sender text,
  service text not null,
  options jsonb,
  webhook_id text,
  encoding text not null,
  segments smallint not null,
  state message_state not null default 'accepted'::message_state,
  leg smallint not null default 0,
  attempts smallint not null default 0,
  transients smallint not null default 0,
  gateway_id text,
  not_before timestamp with time zone,
  code text,
  reason text,
  accepted_at timestamp with time zone not null default now(),
  submitted_at timestamp with time zone,
  settled_at timestamp with time zone,
  record_key bytea,
  valid_until timestamp with time zone,
  constraint messages_pkey PRIMARY KEY (id)
) partition by RANGE (id);

create table parked_receipts (
  dedupe uuid not null,
  received_at timestamp with time zone not null default now(),
  occurred_at timestamp with time zone,
  part_no smallint,
  part_of smallint,
  gateway_id text not null,
  provider_id text,
  status text not null,
  disposition text not null,
  class text,
  clevertap text,
  code text,
  reason text,
  raw text,
  opts_out boolean not null default false,
  constraint parked_receipts_pkey PRIMARY KEY (dedupe)
);

create table provider_answers (
  id uuid not null,
  account_id text not null,
  at timestamp with time zone not null default now(),
  message_ids uuid[] not null,
  attempt_nos smallint[] not null,
  size integer not null,
  status smallint,
  failure text,
  content_type text,
  body text,
  cut_from integer,
  took_ms integer not null,
  constraint provider_answers_pkey PRIMARY KEY (id)
);

create table rate_leases (
  key text not null,
  reserved_to timestamp with time zone not null,
  share double precision not null default 1,
  share_at timestamp with time zone not null default now(),
  constraint rate_leases_pkey PRIMARY KEY (key)
);

create table receipt_parts (
  message_id uuid not null,
  attempt_no smallint not null,
  part smallint not null,
  status text not null,
  constraint receipt_parts_pkey PRIMARY KEY (message_id, attempt_no, part)
);

create table receipts (
  message_id uuid not null,
  dedupe uuid not null,
  received_at timestamp with time zone not null default now(),
  occurred_at timestamp with time zone,
  attempt_no smallint not null,
  part_no smallint,
  part_of smallint,
  status text not null,
  disposition text not null,
  class text,
  code text,
  reason text,
  raw text,
  constraint receipts_pkey PRIMARY KEY (message_id, dedupe)
) partition by RANGE (message_id);

create table relays (
  claim uuid not null,
  slot text not null,
  run uuid not null,
  webhook_id text not null,
  message_ids uuid[] not null,
  created_at timestamp with time zone not null default now(),
  constraint relays_pkey PRIMARY KEY (claim, slot)
);

create table request_days (
  account_id text not null,
  day date not null,
  kept integer not null,
  bytes bigint not null,
  dropped integer not null,
  constraint request_days_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint request_days_pkey PRIMARY KEY (account_id, day)
);

create table request_records (
  request_id uuid not null,
  place integer not null,
  account_id text not null,
  record integer,
  msisdn text,
  meta text,
  field text,
  code text not null,
  message text not null,
  constraint request_records_pkey PRIMARY KEY (request_id, place),
  constraint request_records_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests(id) ON DELETE CASCADE
);

create table requests (
  id uuid not null,
  account_id text not null,
  at timestamp with time zone not null,
  shape text not null,
  route text not null,
  key_id text not null,
  outcome text not null,
  status smallint not null,
  code text,
  message text,
  accepted integer not null,
  rejected integer not null,
  body text,
  constraint requests_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint requests_outcome_check CHECK ((outcome = ANY (ARRAY['refused'::text, 'partly'::text]))),
  constraint requests_pkey PRIMARY KEY (id)
);

create table resends (
  message_id uuid not null,
  resent_as uuid not null,
  account_id text not null,
  at timestamp with time zone not null default now(),
  constraint resends_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint resends_pkey PRIMARY KEY (message_id),
  constraint resends_resent_as_key UNIQUE (resent_as)
);

create table routes (
  id text not null,
  account_id text not null,
  name text not null,
  legs jsonb not null,
  is_default boolean not null default false,
  failover_on_no_receipt boolean not null default false,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint routes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint routes_account_id_name_key UNIQUE (account_id, name),
  constraint routes_pkey PRIMARY KEY (id)
);

create table senders (
  id text not null,
  account_id text not null,
  sender text not null,
  class text not null,
  status text not null default 'requested'::text,
  reason text,
  entity_id text,
  templates text[] not null default '{}'::text[],
  gateway_ids text[] not null default '{}'::text[],
  is_default boolean not null default false,
  rate_per_second integer,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint senders_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint senders_account_id_sender_class_key UNIQUE (account_id, sender, class),
  constraint senders_class_check CHECK ((class = ANY (ARRAY['transactional'::text, 'promotional'::text, 'service'::text]))),
  constraint senders_pkey PRIMARY KEY (id),
  constraint senders_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'approved'::text, 'rejected'::text])))
);

create table slice_stats (
  slice_id uuid not null,
  account_id text not null,
  hour timestamp with time zone not null,
  gateway_id text,
  sender text,
  code text,
  sent integer not null,
  delivered integer not null,
  clicked integer not null,
  errors integer not null,
  campaign_id text,
  is_test boolean not null default false,
  quarter smallint not null default 0
);

create table slices (
  id uuid not null,
  account_id text not null,
  due_at timestamp with time zone,
  priority smallint not null,
  state text not null default 'open'::text,
  legs jsonb,
  total integer not null,
  delivered integer not null default 0,
  failed integer not null default 0,
  expired integer not null default 0,
  suppressed integer not null default 0,
  cancelled integer not null default 0,
  unknown integer not null default 0,
  created_at timestamp with time zone not null default now(),
  started_at timestamp with time zone,
  wake_due boolean not null default false,
  route_id text,
  stats_of integer[],
  stats_at timestamp with time zone,
  blanked_at timestamp with time zone,
  campaign_id text,
  no integer,
  submitted integer not null default 0,
  look_at timestamp with time zone,
  windows jsonb,
  wake_seq integer not null default 0,
  group_id uuid,
  outcomes smallint,
  owner uuid,
  is_test boolean not null default false,
  constraint slices_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint slices_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id),
  constraint slices_pkey PRIMARY KEY (id),
  constraint slices_state_check CHECK ((state = ANY (ARRAY['open'::text, 'sealed'::text])))
);

create table suppressions (
  account_id text not null,
  msisdn text not null,
  source text not null,
  reason text,
  created_at timestamp with time zone not null default now(),
  id uuid not null default uuid_of(clock_timestamp()),
  classes text not null default 'all'::text,
  at timestamp with time zone not null default now(),
  evidence jsonb not null default '{}'::jsonb,
  constraint suppressions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint suppressions_classes_check CHECK ((classes = ANY (ARRAY['all'::text, 'promotional'::text]))),
  constraint suppressions_id_key UNIQUE (id),
  constraint suppressions_pkey PRIMARY KEY (msisdn, account_id),
  constraint suppressions_source_check CHECK ((source = ANY (ARRAY['inbound'::text, 'provider'::text, 'person'::text, 'import'::text, 'opt-out'::text, 'manual'::text])))
);

create table templates (
  id text not null,
  account_id text not null,
  name text not null,
  text text not null,
  dlt_template_id text,
  dlt_text text,
  entity_id text,
  language text,
  created_at timestamp with time zone not null default now(),
  sensitive boolean not null default false,
  class text,
  constraint templates_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint templates_account_id_name_key UNIQUE (account_id, name),
  constraint templates_class_check CHECK ((class = ANY (ARRAY['transactional'::text, 'promotional'::text, 'service'::text, 'government'::text]))),
  constraint templates_pkey PRIMARY KEY (id)
);

create table test_phones (
  id text not null,
  account_id text not null,
  msisdn text not null,
  name text,
  verified_at timestamp with time zone,
  code_hash bytea,
  code_expires_at timestamp with time zone,
  tries smallint not null default 0,
  codes_sent smallint not null default 0,
  codes_since timestamp with time zone not null default now(),
  created_at timestamp with time zone not null default now(),
  constraint test_phones_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint test_phones_account_id_msisdn_key UNIQUE (account_id, msisdn),
  constraint test_phones_pkey PRIMARY KEY (id)
);

create table unknown_marks (
  account_id text not null,
  unknown bigint not null,
  marked_at timestamp with time zone not null default now(),
  constraint unknown_marks_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint unknown_marks_pkey PRIMARY KEY (account_id)
);

create table upload_chunks (
  upload_id uuid not null,
  start bigint not null,
  bytes bytea not null,
  constraint upload_chunks_pkey PRIMARY KEY (upload_id, start),
  constraint upload_chunks_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES uploads(id) ON DELETE CASCADE
);

create table upload_errors (
  upload_id uuid not null,
  no integer not null,
  column_name text,
  value text not null,
  message text not null,
  account_id text,
  msisdn text,
  meta text,
  constraint upload_errors_pkey PRIMARY KEY (upload_id, no)
);

create table upload_rows (
  upload_id uuid not null,
  no integer not null,
  msisdn text not null,
  meta text,
  variables jsonb not null,
  constraint upload_rows_pkey PRIMARY KEY (upload_id, no),
  constraint upload_rows_upload_id_msisdn_key UNIQUE (upload_id, msisdn)
);

create table uploads (
  id uuid not null,
  account_id text not null,
  name text,
  state text not null default 'receiving'::text,
  delimiter text not null,
  columns text[] not null,
  number_column text,
  bytes bigint not null default 0,
  cursor_byte bigint not null,
  cursor_row integer not null,
  cursor_line integer not null,
  rows integer not null default 0,
  valid integer not null default 0,
  invalid integer not null default 0,
  duplicates integer not null default 0,
  reason text,
  created_at timestamp with time zone not null default now(),
  touched_at timestamp with time zone not null default now(),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  kind text not null default 'recipients'::text,
  classes text,
  key_id text,
  other_column integer not null default 0,
  constraint uploads_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint uploads_classes_check CHECK ((classes = ANY (ARRAY['all'::text, 'promotional'::text]))),
  constraint uploads_kind_check CHECK ((kind = ANY (ARRAY['recipients'::text, 'suppressions'::text]))),
  constraint uploads_pkey PRIMARY KEY (id),
  constraint uploads_state_check CHECK ((state = ANY (ARRAY['receiving'::text, 'processing'::text, 'ready'::text, 'failed'::text, 'deleted'::text])))
);

create table webhook_minutes (
  webhook_id text not null,
  minute timestamp with time zone not null,
  delivered integer not null default 0,
  failed integer not null default 0,
  constraint webhook_minutes_pkey PRIMARY KEY (webhook_id, minute)
);

create table webhooks (
  id text not null,
  account_id text not null,
  kind text not null,
  url text not null,
  url_hash bytea not null,
  is_default boolean not null default false,
  state text not null default 'active'::text,
  created_at timestamp with time zone not null default now(),
  events text[],
  secret text,
  previous_secret text,
  previous_secret_until timestamp with time zone,
  disabled_reason text,
  paused_reason text,
  paused_at timestamp with time zone,
  probe_at timestamp with time zone,
  probes smallint not null default 0,
  place_hash bytea,
  health text not null default 'idle'::text,
  last_error text,
  last_error_status integer,
  last_error_at timestamp with time zone,
  constraint webhooks_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint webhooks_account_id_kind_url_hash_key UNIQUE (account_id, kind, url_hash),
  constraint webhooks_health_check CHECK ((health = ANY (ARRAY['ok'::text, 'failing'::text, 'paused'::text, 'idle'::text]))),
  constraint webhooks_kind_check CHECK ((kind = ANY (ARRAY['clevertap'::text, 'standard'::text]))),
  constraint webhooks_pkey PRIMARY KEY (id),
  constraint webhooks_state_check CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text])))
);

CREATE INDEX alerts_account ON alerts USING btree (account_id, id) WHERE (opened_at IS NOT NULL);

CREATE INDEX alerts_closed ON alerts USING btree (closed_at) WHERE (closed_at IS NOT NULL);

CREATE INDEX api_keys_account ON api_keys USING btree (account_id, rate_per_second);

CREATE INDEX attempts_provider_id ON attempts USING btree (gateway_id, provider_id) WHERE (provider_id IS NOT NULL);

CREATE INDEX audit_account ON audit USING btree (account_id, id);

CREATE INDEX blocks_slice ON blocks USING btree (slice_id);

CREATE INDEX callbacks_account ON callbacks USING btree (account_id, id);

CREATE INDEX callbacks_dead ON callbacks USING btree (account_id, id) WHERE is_dead;

CREATE INDEX campaign_recipients_left_out_meta ON campaign_recipients USING btree (account_id, "left"(meta, 512)) WHERE (code IS NOT NULL);

CREATE INDEX campaign_recipients_left_out_number ON campaign_recipients USING btree (account_id, "left"(msisdn, 100)) WHERE (code IS NOT NULL);

CREATE INDEX campaigns_account ON campaigns USING btree (account_id, id);

CREATE INDEX campaigns_again ON campaigns USING btree (again_of) WHERE (again_of IS NOT NULL);

CREATE INDEX campaigns_drafts ON campaigns USING btree (account_id, created_at) WHERE (state = 'draft'::text);

CREATE INDEX campaigns_finished ON campaigns USING btree (account_id, finished_at) WHERE (finished_at IS NOT NULL);

CREATE INDEX campaigns_live ON campaigns USING btree (account_id, id) WHERE (state <> ALL (ARRAY['draft'::text, 'finished'::text, 'cancelled'::text, 'failed'::text]));

CREATE INDEX campaigns_look ON campaigns USING btree (look_at) WHERE (look_at IS NOT NULL);

CREATE INDEX campaigns_retained ON campaigns USING btree (account_id, finished_at) WHERE ((finished_at IS NOT NULL) AND (blanked_at IS NULL));

CREATE INDEX campaigns_unstarted ON campaigns USING btree (launched_at) WHERE ((workflow_at IS NULL) AND (launched_at IS NOT NULL));

CREATE INDEX consents_account ON consents USING btree (account_id, id);

CREATE INDEX consents_number ON consents USING btree (account_id, number_hash, id);

CREATE INDEX due_callbacks_due ON due_callbacks USING btree (webhook_id, due_at);

CREATE INDEX ended_sessions_ends_at ON ended_sessions USING btree (ends_at);

CREATE INDEX erasures_account ON erasures USING btree (account_id, id);

CREATE INDEX erasures_due ON erasures USING btree (look_at) WHERE (state <> 'done'::text);

CREATE INDEX erasures_finished ON erasures USING btree (account_id, finished_at) WHERE (finished_at IS NOT NULL);

CREATE INDEX erasures_open ON erasures USING btree (account_id) WHERE (state <> 'done'::text);

CREATE INDEX erasures_opt_outs ON erasures USING btree (account_id) WHERE keeps_opt_out;

CREATE INDEX erasures_parent ON erasures USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX gateways_previous_callback_token_hash ON gateways USING btree (previous_callback_token_hash) WHERE (previous_callback_token_hash IS NOT NULL);

CREATE INDEX group_members_page ON group_members USING btree (group_id, id);

CREATE INDEX groups_account ON groups USING btree (account_id, name, id);

CREATE INDEX groups_template ON groups USING btree (template_id) WHERE (template_id IS NOT NULL);

CREATE INDEX idempotency_keys_created ON idempotency_keys USING btree (created_at);

CREATE INDEX inbound_texts_account ON inbound_texts USING btree (account_id, received_at);

CREATE INDEX inbound_texts_number ON inbound_texts USING btree (account_id, msisdn, stored_at DESC);

CREATE INDEX inbound_texts_unasked ON inbound_texts USING btree (gateway_id, received_at) WHERE (message_id IS NULL);

CREATE INDEX inbound_texts_unasked_received ON inbound_texts USING btree (received_at) WHERE (message_id IS NULL);

CREATE INDEX links_message ON links USING btree (message_id);

CREATE INDEX messages_msisdn ON messages USING btree (account_id, msisdn);

CREATE INDEX messages_newest ON messages USING btree (account_id, id) INCLUDE (msisdn);

CREATE INDEX messages_slice ON messages USING btree (slice_id, id);

CREATE INDEX parked_receipts_gateway ON parked_receipts USING btree (gateway_id, received_at);

CREATE INDEX parked_receipts_provider_id ON parked_receipts USING btree (gateway_id, provider_id) WHERE (disposition = 'parked'::text);

CREATE INDEX parked_receipts_received ON parked_receipts USING btree (received_at, dedupe);

CREATE INDEX provider_answers_age ON provider_answers USING btree (account_id, at);

CREATE INDEX provider_answers_message ON provider_answers USING gin (message_ids);

CREATE INDEX relays_webhook ON relays USING btree (webhook_id, created_at);

CREATE INDEX request_records_meta ON request_records USING btree (account_id, meta, request_id) WHERE (meta IS NOT NULL);

CREATE INDEX request_records_number ON request_records USING btree (account_id, msisdn, request_id) WHERE (msisdn IS NOT NULL);

CREATE INDEX requests_account ON requests USING btree (account_id, id);

CREATE INDEX requests_age ON requests USING btree (account_id, at);

CREATE INDEX slice_stats_account ON slice_stats USING btree (account_id, hour);

CREATE INDEX slice_stats_slice ON slice_stats USING btree (slice_id);

CREATE INDEX slices_cancelled ON slices USING btree (account_id, id) WHERE (((outcomes)::integer & 16) > 0);

CREATE INDEX slices_current ON slices USING btree (account_id, id) WHERE (outcomes IS NULL);

CREATE INDEX slices_delivered ON slices USING btree (account_id, id) WHERE (((outcomes)::integer & 1) > 0);

CREATE INDEX slices_due ON slices USING btree (COALESCE(due_at, created_at), id) WHERE ((started_at IS NULL) AND (campaign_id IS NULL));

CREATE INDEX slices_expired ON slices USING btree (account_id, id) WHERE (((outcomes)::integer & 4) > 0);

CREATE INDEX slices_failed ON slices USING btree (account_id, id) WHERE (((outcomes)::integer & 2) > 0);

CREATE INDEX slices_group ON slices USING btree (group_id) WHERE (group_id IS NOT NULL);

CREATE INDEX slices_look ON slices USING btree (look_at) WHERE ((campaign_id IS NULL) AND (look_at IS NOT NULL));

CREATE INDEX slices_retained ON slices USING btree (account_id, created_at) WHERE (blanked_at IS NULL);

CREATE INDEX slices_suppressed ON slices USING btree (account_id, id) WHERE (((outcomes)::integer & 8) > 0);

CREATE INDEX slices_unknown ON slices USING btree (account_id, id) WHERE (((outcomes)::integer & 32) > 0);

CREATE INDEX slices_wake_campaigns ON slices USING btree (campaign_id, id) WHERE (wake_due AND (campaign_id IS NOT NULL));

CREATE INDEX slices_wake_sends ON slices USING btree (id) WHERE (wake_due AND (campaign_id IS NULL));

CREATE INDEX suppressions_account ON suppressions USING btree (account_id, id);

CREATE INDEX suppressions_reasons ON suppressions USING btree (account_id, created_at) WHERE (reason IS NOT NULL);

CREATE INDEX templates_dlt ON templates USING btree (account_id, dlt_template_id) WHERE (dlt_template_id IS NOT NULL);

CREATE INDEX test_phones_unverified ON test_phones USING btree (account_id, created_at) WHERE (verified_at IS NULL);

CREATE INDEX upload_errors_meta ON upload_errors USING btree (account_id, meta) WHERE (meta IS NOT NULL);

CREATE INDEX upload_errors_number ON upload_errors USING btree (account_id, msisdn) WHERE (msisdn IS NOT NULL);

CREATE INDEX uploads_account ON uploads USING btree (account_id, id);

CREATE INDEX uploads_kept ON uploads USING btree (account_id, created_at) WHERE (state = ANY (ARRAY['ready'::text, 'failed'::text]));

CREATE INDEX uploads_unfinished ON uploads USING btree (state, touched_at) WHERE (state = ANY (ARRAY['receiving'::text, 'processing'::text, 'deleted'::text]));

CREATE INDEX webhook_minutes_minute ON webhook_minutes USING btree (minute);

CREATE INDEX webhooks_place ON webhooks USING btree (account_id, place_hash) WHERE (place_hash IS NOT NULL);

CREATE INDEX webhooks_standard ON webhooks USING btree (account_id) WHERE ((kind = 'standard'::text) AND (state = 'active'::text));

CREATE INDEX webhooks_unwell ON webhooks USING btree (id) WHERE (health <> 'idle'::text);

CREATE UNIQUE INDEX alerts_current ON alerts USING btree (account_id, kind, subject_id) WHERE (closed_at IS NULL);

CREATE UNIQUE INDEX campaigns_series ON campaigns USING btree (series_id, occurrence) WHERE (series_id IS NOT NULL);

CREATE UNIQUE INDEX erasures_pending ON erasures USING btree (account_id, subject_hash) WHERE (state = 'pending'::text);

CREATE UNIQUE INDEX gateways_callback_token_hash ON gateways USING btree (callback_token_hash);

CREATE UNIQUE INDEX messages_first_meta ON messages_first USING btree (account_id COLLATE "C", meta, record_key) WHERE (meta IS NOT NULL);

CREATE UNIQUE INDEX messages_first_stand_in ON messages_first USING btree (record_key) WHERE ((meta IS NULL) AND (record_key IS NOT NULL));

CREATE UNIQUE INDEX routes_one_default ON routes USING btree (account_id) WHERE is_default;

CREATE UNIQUE INDEX senders_one_default ON senders USING btree (account_id, class) WHERE is_default;

CREATE UNIQUE INDEX slices_campaign ON slices USING btree (campaign_id, no) WHERE (campaign_id IS NOT NULL);

CREATE UNIQUE INDEX webhooks_one_default ON webhooks USING btree (account_id) WHERE is_default;

CREATE OR REPLACE FUNCTION drop_partitions(ended timestamp with time zone)
 RETURNS SETOF text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
declare
  border uuid;
  parent text;
  oldest text;
begin
  perform pg_advisory_xact_lock(hashtextextended('partitions', 0));
  for border in select until_key from public.partitions_of('messages') order by until_key loop
    exit when public.uuidv7_time(border) > ended
      -- A slice may be two hours older or younger than its messages: they join it, and clocks differ.
      or exists (select from public.slices
                 where outcomes is null and id < public.uuidv7_at(public.uuidv7_time(border) + interval '2 hours'));
    foreach parent in array array['messages', 'attempts', 'receipts', 'callbacks'] loop
      select name into strict oldest from public.partitions_of(parent) order by until_key limit 1;
      execute format('drop table public.%I', oldest);
      return next oldest;
    end loop;
  end loop;
end $function$
;

CREATE OR REPLACE FUNCTION make_partitions(needed timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  parent text;
  fill integer;
  last record;
  begins timestamptz;
  made text;
  definition text;
begin
  if needed is null or needed > now() + interval '5 years' then
    raise exception 'partitions are made for the next five years, and not for %', needed using errcode = 'invalid_parameter_value';
  end if;
  -- One process makes or drops partitions at a time.
  perform pg_advisory_xact_lock(hashtextextended('partitions', 0));
  -- How full pages are written: docs/decisions/0014-room-for-updates.md.
  for parent, fill in values ('messages', 45), ('attempts', 50), ('receipts', 100), ('callbacks', 50) loop
    loop
      select * into strict last from public.partitions_of(parent) order by until_key desc limit 1;
      begins := public.uuidv7_time(last.until_key);
      exit when begins >= needed;
      made := parent || to_char(begins at time zone 'UTC', '_YYYY"q"Q');
      -- Made apart and attached: that lets everybody read and write the others meanwhile.
      execute format('create table public.%I (like public.%I including defaults including constraints including generated
                      including indexes) with (fillfactor = %s)', made, parent, fill);
      -- Indexes that a partition has for itself: what is unique within it, without naming the key that parts the table.
      for definition in
        select pg_get_indexdef(indexrelid) from pg_index
        where indrelid = to_regclass('public.' || quote_ident(last.name)) and indexrelid not in (select inhrelid from pg_inherits)
      loop
        execute replace(definition, last.name, made);
      end loop;
      execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)', parent, made, last.until_key,
                     public.uuidv7_at((date_trunc('quarter', begins at time zone 'UTC') + interval '3 months') at time zone 'UTC'));
    end loop;
  end loop;
end $function$
;

CREATE OR REPLACE FUNCTION partitions_of(parent text)
 RETURNS TABLE(name text, until_key uuid)
 LANGUAGE sql
 STABLE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select c.relname::text, substring(pg_get_expr(c.relpartbound, c.oid) from $re$ TO \('([0-9a-f-]{36})'\)$re$)::uuid as until_key
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = to_regclass('public.' || quote_ident(parent)) order by until_key
$function$
;

CREATE OR REPLACE FUNCTION uuid_of(moment timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
RETURN (encode(OVERLAY(uuid_send(gen_random_uuid()) PLACING (SUBSTRING(int8send((((EXTRACT(epoch FROM moment) * (1000000)::numeric))::bigint / 1000)) FROM 3) || SUBSTRING(int8send((28672 + (((((EXTRACT(epoch FROM moment) * (1000000)::numeric))::bigint % (1000)::bigint) * 4096) / 1000))) FROM 7)) FROM 1 FOR 8), 'hex'::text))::uuid
;

CREATE OR REPLACE FUNCTION uuidv7_at(at timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$function$
;

CREATE OR REPLACE FUNCTION uuidv7_time(id uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select to_timestamp(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0)
$function$
;
