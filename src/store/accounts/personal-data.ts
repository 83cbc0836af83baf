/**
 * Where a person may stand: every column that can hold a number, a name, a text, a variable, a URL or a meta, and every
 * other one of a type that could, with why it never does. A test walks the schema and fails for a column on neither list;
 * `docs/privacy.md` shows the first one.
 */

export interface PersonalColumn {
  /** What of a person it can hold. */
  holds: string;
  /** The index by which an erasure finds it. */
  index: string;
  /** That index has no number or meta: all rows of the account (or of all, where it says so) are gone through, page by page. */
  walked?: true;
  /** What an erasure leaves. */
  erased: string;
  /** What becomes of it with age. "With its message": `retentionDays` after the last message of its group settled. */
  kept: string;
}

type Columns<T> = Readonly<Record<string, T>>;

const WITH_MESSAGE = 'blanked with its message';
const BY_NUMBER = { index: 'messages_msisdn' };
const NOTHING = 'nothing';
const ROW = 'the row goes';

/** What is written about a message, found by the message's id. */
const ofMessage = (holds: string, index: string, kept = WITH_MESSAGE): PersonalColumn => ({
  holds,
  index,
  erased: NOTHING,
  kept,
});
const message = (holds: string, erased = NOTHING, kept = WITH_MESSAGE): PersonalColumn => ({
  holds,
  ...BY_NUMBER,
  erased,
  kept,
});
const inList = (holds: string, index: string, kept: string): PersonalColumn => ({ holds, index, erased: ROW, kept });
/** Texts in which a number may be: the number goes, the rest stays. */
const mentions = (holds: string, index: string, kept: string): PersonalColumn => ({
  holds,
  index,
  walked: true,
  erased: 'the text without the number',
  kept,
});
const VENDOR = 'what the vendor says in words, which may quote the number or the text';
const ENDED = 'blanked `retentionDays` after the campaign ended';
const UPLOAD = 'goes with its upload, `retentionDays` after that came, unless a campaign still needs it';
const RECIPIENTS =
  'goes when the campaign finishes; of a draft or a cancelled one, and of one that is left out, after `retentionDays`';
const GROUP = 'as long as the member is in the group';
const PHONE = 'as long as the phone is on the list; one that was never verified, `retentionDays`';
const WHILE_TRUE = 'until the next one takes its place';
const DAY = 'a day';
const REQUEST = '7 days, or `retentionDays` where those are fewer';
const campaign = (holds: string, erased: string, kept = ENDED): PersonalColumn => ({
  holds,
  index: 'campaigns_account',
  walked: true,
  erased,
  kept,
});
const ALONE = 'the text without the number; of a campaign to this person only, nothing';

export const PERSONAL: Readonly<Record<string, Columns<PersonalColumn>>> = {
  messages: {
    msisdn: message('number', '`+*`', 'masked with its message: `+9198******01`'),
    meta: message('meta of the caller'),
    body: message('text'),
    options: message('fields of the request that mean nothing here'),
    reason: message(VENDOR),
    record_key: message('hash of number, meta and text', 'a keyed hash: a repeat within a day is still a duplicate'),
  },
  attempts: { reason: ofMessage(VENDOR, 'attempts_pkey') },
  receipts: {
    raw: ofMessage('the report as it came, with the number', 'receipts_pkey'),
    reason: ofMessage(VENDOR, 'receipts_pkey'),
  },
  provider_answers: {
    body: { ...ofMessage(VENDOR, 'provider_answers_message', REQUEST), erased: `${ROW}, for its whole request` },
  },
  parked_receipts: {
    raw: {
      holds: 'a report that matched no message, as it came',
      index: 'parked_receipts_received',
      walked: true,
      erased: NOTHING,
      kept: 'blanked after `retentionDays`; 7 days at most',
    },
    reason: { ...mentions(VENDOR, 'parked_receipts_received', '7 days at most'), erased: NOTHING },
  },
  callbacks: {
    detail: ofMessage('text of a reply, URL of a click', 'callbacks_pkey'),
    description: ofMessage(VENDOR, 'callbacks_pkey'),
    last_error: ofMessage('what the webhook answered, which may quote what it was sent', 'callbacks_pkey'),
    slot: ofMessage('hash of a reply', 'callbacks_pkey'),
  },
  due_callbacks: { slot: ofMessage('hash of a reply', 'due_callbacks_due', 'until its callback has ended') },
  relays: { slot: ofMessage('hash of a reply', 'relays_webhook', 'while its callback is on the wire') },
  links: {
    url: {
      ...ofMessage('URL of a text, which may tell a person', 'links_message'),
      erased: ROW,
      kept: 'goes with its message',
    },
  },
  inbound_texts: {
    msisdn: inList('number', 'inbound_texts_number', '`retentionDays`'),
    body: inList('text', 'inbound_texts_number', '`retentionDays`'),
    dedupe: inList('hash of number and text', 'inbound_texts_number', '`retentionDays`'),
  },
  suppressions: {
    msisdn: {
      holds: 'number',
      index: 'suppressions_pkey',
      erased: 'a keyed hash, by which a later message is still suppressed',
      kept: 'as long as it is suppressed: it must be known to be obeyed',
    },
    reason: {
      holds: 'beginning of the text that said stop, or what a person wrote',
      index: 'suppressions_pkey',
      erased: NOTHING,
      kept: 'blanked after `retentionDays`',
    },
  },
  campaign_recipients: {
    msisdn: { ...inList('number', 'campaign_recipients_pkey', RECIPIENTS), walked: true },
    meta: { ...inList('meta of the caller', 'campaign_recipients_pkey', RECIPIENTS), walked: true },
    variables: {
      ...inList('values for the text, such as a name', 'campaign_recipients_pkey', RECIPIENTS),
      walked: true,
    },
    message: { ...inList('why it is left out', 'campaign_recipients_pkey', RECIPIENTS), walked: true },
  },
  campaigns: {
    name: campaign('a name that somebody gave it', 'the text without the number', 'as long as the campaign'),
    body: campaign('text', ALONE),
    dlt_text: campaign('text', ALONE),
    variables: campaign('values for the text', ALONE),
    options: campaign('fields of the request that mean nothing here', 'the text without the number'),
    problems: campaign('why recipients were left out', 'the code'),
    forecast: campaign('why recipients would be left out', 'the code'),
    reason: campaign('why it failed, which may quote a recipient', ALONE),
  },
  group_members: {
    msisdn: { ...inList('number', 'group_members_group_id_msisdn_key', GROUP), walked: true },
    name: { ...inList('name', 'group_members_group_id_msisdn_key', GROUP), walked: true },
    variables: { ...inList('values for texts', 'group_members_group_id_msisdn_key', GROUP), walked: true },
  },
  uploads: {
    name: mentions('name of the file', 'uploads_account', UPLOAD),
    columns: mentions('cells of the first row', 'uploads_account', UPLOAD),
    reason: mentions('why it failed', 'uploads_account', UPLOAD),
  },
  upload_rows: {
    msisdn: { ...inList('number', 'upload_rows_upload_id_msisdn_key', UPLOAD), walked: true },
    meta: { ...inList('meta of the caller', 'upload_rows_pkey', UPLOAD), walked: true },
    variables: { ...inList('values for the text', 'upload_rows_upload_id_msisdn_key', UPLOAD), walked: true },
  },
  upload_errors: {
    value: { ...mentions('the cell that is wrong', 'upload_errors_pkey', UPLOAD), erased: NOTHING },
    msisdn: { ...mentions('number of the row', 'upload_errors_pkey', UPLOAD), erased: NOTHING },
    meta: { ...mentions('meta of the caller', 'upload_errors_pkey', UPLOAD), erased: NOTHING },
    message: mentions('what is wrong with it', 'upload_errors_pkey', UPLOAD),
  },
  upload_chunks: {
    bytes: {
      holds: 'the file',
      index: 'upload_chunks_pkey',
      walked: true,
      erased: 'waits until the file is read: then they are gone',
      kept: 'until the file is read, or was abandoned for 10 minutes',
    },
  },
  requests: {
    body: { ...mentions('what its refused records said', 'requests_account', REQUEST), erased: NOTHING },
    message: mentions('why it was refused', 'requests_account', REQUEST),
  },
  request_records: {
    msisdn: { ...inList('number of a refused record', 'request_records_pkey', REQUEST), walked: true },
    meta: { ...inList('meta of the caller', 'request_records_pkey', REQUEST), walked: true },
    message: mentions('what is wrong with it', 'request_records_pkey', REQUEST),
  },
  test_phones: {
    msisdn: inList('number', 'test_phones_account_id_msisdn_key', PHONE),
    name: inList('name', 'test_phones_account_id_msisdn_key', PHONE),
    code_hash: inList('hash of a code', 'test_phones_account_id_msisdn_key', '10 minutes, in which it is good'),
  },
  gateway_tests: {
    msisdn: inList('number', 'gateway_tests_pkey', 'until a worker takes it, an hour at most'),
    body: inList('text', 'gateway_tests_pkey', 'until a worker takes it, an hour at most'),
  },
  idempotency_keys: {
    key: {
      holds: 'what a caller chose',
      index: 'idempotency_keys_pkey',
      walked: true,
      erased: 'one with the number is waited for',
      kept: DAY,
    },
    answer: mentions('the answer to a request, sealed', 'idempotency_keys_pkey', DAY),
  },
  audit: {
    subject: {
      ...mentions('what was changed', 'audit_account', 'as long as the account'),
      erased: 'a keyed hash in place of the number',
    },
    detail: mentions('what of it was changed', 'audit_account', 'as long as the account'),
  },
  gateways: { paused_reason: mentions(VENDOR, 'gateways_account_id_name_key', WHILE_TRUE) },
  gateway_health: {
    reason: mentions(VENDOR, 'gateway_health_pkey', WHILE_TRUE),
    hold_reason: mentions(VENDOR, 'gateway_health_pkey', WHILE_TRUE),
    degraded: mentions(VENDOR, 'gateway_health_pkey', WHILE_TRUE),
  },
  webhooks: {
    disabled_reason: mentions('what its endpoint answered', 'webhooks_account_id_kind_url_hash_key', WHILE_TRUE),
    paused_reason: mentions('what its endpoint answered', 'webhooks_account_id_kind_url_hash_key', WHILE_TRUE),
    last_error: mentions('what its endpoint answered', 'webhooks_account_id_kind_url_hash_key', WHILE_TRUE),
  },
  senders: { reason: mentions('why a sender ID was refused', 'senders_account_id_sender_class_key', WHILE_TRUE) },
  erasures: {
    subject: {
      holds: 'the number or meta, sealed',
      index: 'erasures_pkey',
      erased: 'gone with the last step',
      kept: 'until it is done',
    },
    place: {
      holds: 'how far lists were gone through: a name of one, or a caller’s key',
      index: 'erasures_pkey',
      erased: 'gone with the last step',
      kept: 'until it is done',
    },
  },
};

/** Reasons for which a column never holds a person, each with the columns. */
const OURS = 'an id, a state or a kind that we make';
const VENDORS_CODE = 'a code of the vendor, or its id of the message, which tell a person to the vendor only';
const SETTING = 'a setting of the account, its gateways or its lists, made for all of its messages';
const SENDER_ID = 'a sender ID of the account';
const SECRET = 'a secret, sealed or hashed';
const TEXT_FOR_ALL = 'a text for whoever is written to, with variables in place of what is a person’s';
const KEYED = 'a keyed hash';
const HOW_KNOWN =
  'how an opt-out is known: ids of ours, times, places in a list, and a word out of our own list or the account’s';

export const IMPERSONAL: Readonly<Record<string, Columns<string>>> = {
  accounts: {
    ...because(OURS, 'id'),
    ...because(SECRET, 'encryption'),
    ...because(
      SETTING,
      'name',
      'timezone',
      'default_country',
      'default_service',
      'callback_hosts',
      'unsupported_options',
    ),
    ...because(SETTING, 'click_tracking', 'safety', 'windows', 'max_age'),
    ...because(SETTING, 'promotional_outside_window', 'promotional_services', 'floors'),
    ...because(SETTING, 'opt_out_scope', 'opt_out_classes', 'opt_out_words', 'opt_in_words'),
  },
  alerts: {
    ...because(OURS, 'account_id', 'kind', 'subject_kind', 'subject_id'),
    ...because('a sentence of ours in which every long number is masked', 'subject_name', 'sentence', 'remedy'),
  },
  api_keys: {
    ...because(OURS, 'id', 'account_id', 'scopes'),
    ...because(SECRET, 'secret_hash', 'last4'),
    ...because(SETTING, 'name'),
  },
  attempts: {
    ...because(OURS, 'account_id', 'gateway_id', 'class'),
    ...because(SENDER_ID, 'sender'),
    ...because(VENDORS_CODE, 'provider_id', 'code'),
  },
  audit: because(OURS, 'account_id', 'key_id', 'action'),
  blocks: { ...because(OURS, 'account_id', 'gateway_id'), ...because(SENDER_ID, 'sender') },
  callback_counts: because(OURS, 'account_id', 'webhook_id', 'event', 'state'),
  callbacks: because(OURS, 'account_id', 'webhook_id', 'event', 'code', 'state'),
  campaign_recipients: because(OURS, 'campaign_id', 'code', 'account_id'),
  campaign_marks: because(OURS, 'campaign_id'),
  campaigns: {
    ...because(OURS, 'id', 'account_id', 'state', 'template_id', 'route_id', 'webhook_id', 'series_id', 'gateway_id'),
    ...because(OURS, 'audience', 'occurrence', 'again_of'),
    ...because(SENDER_ID, 'sender'),
    ...because(SETTING, 'service', 'timezone', 'send_window', 'lateness', 'recurrence'),
  },
  clicks: because(OURS, 'account_id', 'code'),
  consents: {
    ...because(OURS, 'account_id', 'kind', 'source', 'classes', 'key_id'),
    ...because(KEYED, 'number_hash'),
    ...because(HOW_KNOWN, 'evidence'),
  },
  deployment_floors: because(SETTING, 'floors'),
  deployment_secrets: { ...because(OURS, 'name'), ...because(SECRET, 'value') },
  due_callbacks: because(OURS, 'webhook_id', 'event'),
  erasures: { ...because(OURS, 'account_id', 'kind', 'state', 'counts'), ...because(KEYED, 'subject_hash') },
  gateway_health: because(OURS, 'gateway_id', 'breaker'),
  gateway_minutes: because(OURS, 'gateway_id'),
  gateway_tests: { ...because(OURS, 'gateway_id'), ...because(SENDER_ID, 'sender') },
  gateways: {
    ...because(OURS, 'id', 'account_id', 'status'),
    ...because(SECRET, 'credentials', 'callback_auth', 'callback_token'),
    ...because(SECRET, 'callback_token_hash', 'callback_token_sealed'),
    ...because(SECRET, 'previous_callback_token_hash', 'previous_callback_auth'),
    ...because('addresses of a vendor', 'callback_allow'),
    ...because(SENDER_ID, 'default_sender', 'fallback_sender'),
    ...because(
      SETTING,
      'provider',
      'name',
      'base_url',
      'provider_id_base',
      'sending_pattern',
      'description',
      'signup_link',
      'logo',
      'currency',
    ),
  },
  group_members: because(OURS, 'group_id'),
  groups: {
    ...because(OURS, 'id', 'account_id', 'level', 'template_id', 'route_id', 'gateway_id'),
    ...because(SENDER_ID, 'sender'),
    ...because(SETTING, 'name', 'description'),
  },
  idempotency_keys: {
    ...because(OURS, 'account_id'),
    ...because('a hash of a whole request, for a day', 'request_hash'),
  },
  inbound_texts: {
    ...because(OURS, 'account_id', 'gateway_id', 'proof'),
    ...because('the number of the account that was written to', 'to_number'),
  },
  kysely_migration: because('names of migrations', 'name', 'timestamp'),
  kysely_migration_lock: because('a lock', 'id'),
  ledger_rollups: because(OURS, 'account_id'),
  links: because(OURS, 'code', 'account_id'),
  messages: {
    ...because(OURS, 'account_id', 'webhook_id', 'encoding', 'gateway_id', 'code'),
    ...because(SENDER_ID, 'sender'),
    ...because(SETTING, 'service'),
  },
  parked_receipts: {
    ...because(OURS, 'gateway_id', 'status', 'disposition', 'class', 'clevertap'),
    ...because(VENDORS_CODE, 'provider_id', 'code'),
  },
  provider_answers: { ...because(OURS, 'account_id'), ...because('a code, a type', 'failure', 'content_type') },
  rate_leases: because('a gateway or sender ID, by its own id', 'key'),
  receipt_parts: because(OURS, 'status'),
  receipts: { ...because(OURS, 'status', 'disposition', 'class'), ...because(VENDORS_CODE, 'code') },
  relays: because(OURS, 'webhook_id'),
  latest_requests: because(OURS, 'account_id', 'key_id', 'shape', 'outcome', 'code', 'taken_route'),
  request_days: { ...because(OURS, 'account_id'), ...because('a date', 'day') },
  request_records: { ...because(OURS, 'account_id', 'code'), ...because('the name of a field', 'field') },
  requests: because(OURS, 'account_id', 'shape', 'route', 'key_id', 'outcome', 'code'),
  resends: because(OURS, 'account_id'),
  routes: { ...because(OURS, 'id', 'account_id', 'legs'), ...because(SETTING, 'name') },
  senders: {
    ...because(OURS, 'id', 'account_id', 'class', 'status', 'templates', 'gateway_ids'),
    ...because(SENDER_ID, 'sender'),
    ...because(SETTING, 'entity_id'),
  },
  slice_stats: {
    ...because(OURS, 'account_id', 'gateway_id', 'code', 'campaign_id'),
    ...because(SENDER_ID, 'sender'),
  },
  slices: because(OURS, 'account_id', 'state', 'legs', 'route_id', 'windows', 'campaign_id'),
  suppressions: { ...because(OURS, 'account_id', 'source', 'classes'), ...because(HOW_KNOWN, 'evidence') },
  templates: {
    ...because(OURS, 'id', 'account_id', 'class'),
    ...because(TEXT_FOR_ALL, 'text', 'dlt_text'),
    ...because(SETTING, 'name', 'dlt_template_id', 'entity_id', 'language'),
  },
  test_phones: because(OURS, 'id', 'account_id'),
  unknown_marks: because(OURS, 'account_id'),
  upload_errors: { ...because(OURS, 'account_id'), ...because('the name of a column', 'column_name') },
  uploads: {
    ...because(OURS, 'account_id', 'state', 'delimiter', 'kind', 'classes', 'key_id'),
    ...because('the name of a column', 'number_column'),
  },
  webhook_minutes: because(OURS, 'webhook_id'),
  webhooks: {
    ...because(OURS, 'id', 'account_id', 'kind', 'state', 'events', 'health'),
    ...because(SECRET, 'url', 'url_hash', 'place_hash', 'secret', 'previous_secret'),
  },
};

function because(reason: string, ...columns: string[]): Columns<string> {
  return Object.fromEntries(columns.map((column) => [column, reason]));
}
