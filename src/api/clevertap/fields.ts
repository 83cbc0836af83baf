/**
 * The names under which CleverTap's partners send the same thing (CleverTap partner guides: Mobtexting, Times Mobile,
 * OneXtel, ICS, Route Mobile, Sinch, 8x8, MessageWhiz, Kaleyra). Matched without regard to case.
 */

/** What a record can say. */
export type Field =
  | 'to' | 'text' | 'meta' | 'sender' | 'service' | 'type' | 'flash' | 'port' | 'entityId' | 'templateId'
  | 'variables' | 'webhookId' | 'callbackUrl' | 'time' | 'maxAgeSeconds' | 'validUntil' | 'unicode' | 'sensitive'; // prettier-ignore

/** A field's names; when a record has several of them, the earlier one in this list wins. */
export const ALIASES: Record<Field, readonly string[]> = {
  to: ['to', 'destination', 'mobile', 'msisdn', 'phone'],
  text: ['message', 'body', 'text', 'smstext', 'content'],
  meta: ['custom', 'mid', 'msgid', 'message_id', 'smsgid', 'clientsmsid', 'client_ref', 'corelationid', 'meta'],
  sender: ['sender', 'from', 'source', 'senderid', 'sender_id', 'uid'],
  service: ['service'],
  type: ['type'],
  unicode: ['unicode'],
  flash: ['flash'],
  port: ['port'],
  entityId: ['entity_id', 'entityid', 'dpi', 'dltEntityId', 'dlt_entity_id'],
  templateId: ['template_id', 'templateid', 'tid', 'tempid', 'dltcontentid', 'dtm', 'dltTemplateId', 'dlt_template_id'],
  variables: ['variables', 'templateVariables', 'template_variables', 'vars'],
  webhookId: ['webhook_id'],
  callbackUrl: ['callback_url', 'callback', 'partnercallbackurl'],
  time: ['time'],
  maxAgeSeconds: ['maxAgeSeconds', 'max_age_seconds'],
  validUntil: ['validUntil', 'valid_until'],
  sensitive: ['sensitive'],
};

/** Field and rank of every name. */
const NAMES = new Map<string, { field: Field; rank: number }>();
for (const [field, names] of Object.entries(ALIASES) as [Field, readonly string[]][]) {
  names.forEach((name, rank) => NAMES.set(name.toLowerCase(), { field, rank }));
}

/** The field that a name stands for, in any case, with or without blanks around it; undefined for a name that means nothing here. */
export const fieldNamed = (name: string): Field | undefined => NAMES.get(plainName(name))?.field;

/** Without the blanks that slip in where names are typed into a form. */
const plainName = (name: string): string => name.trim().toLowerCase();

/**
 * A name that some partners use for the sender ID and others for a user's id: it counts only where nothing else, beside
 * the records neither, names a sender.
 */
const WEAK = 'uid';

/** Names that carry credentials: never kept with a message. */
const CREDENTIALS = new Set(['apikey', 'access_token', 'username', 'user', 'userid', 'password', 'pass', 'appid']);

/** A record's values by field, each with the name it came under, and what is left over. */
export interface NamedValues {
  values: Partial<Record<Field, unknown>>;
  names: Partial<Record<Field, string>>;
  extra: Record<string, unknown> | undefined;
  /** A name that comes twice, with different values, in spellings that differ in case; absent = none does. */
  repeated?: string;
}

/**
 * Sorts a record's keys into fields. Credentials are dropped; unknown keys are kept as `extra`.
 * @param under what stands beside the records: used where the record itself says nothing.
 */
export function nameValues(record: Record<string, unknown>, under?: NamedValues): NamedValues {
  const values: NamedValues['values'] = {};
  const names: NamedValues['names'] = {};
  let extra: NamedValues['extra'];
  // Field by field: spreading objects for each of 5,000 records is most of what a batch would cost.
  if (under !== undefined) {
    for (const field in under.values) {
      values[field as Field] = under.values[field as Field];
      names[field as Field] = under.names[field as Field];
    }
  }
  const ranks: Partial<Record<Field, number>> = {};
  let repeated: string | undefined;
  for (const key in record) {
    const value = record[key];
    if (value === undefined || value === null) continue;
    const known = NAMES.get(key) ?? NAMES.get(plainName(key));
    if (known === undefined) {
      if (!CREDENTIALS.has(plainName(key))) (extra ??= {})[key] = value;
      continue;
    }
    const { field, rank } = known;
    if (field === 'sender' && under?.values.sender !== undefined && plainName(key) === WEAK) {
      (extra ??= {})[key] = value;
      continue;
    }
    const taken = ranks[field];
    if (taken !== undefined && taken <= rank) {
      if (taken === rank && values[field] !== value && !joinNumbers(values, field, value)) repeated ??= key;
      continue;
    }
    ranks[field] = rank;
    values[field] = value;
    names[field] = key;
  }
  if (under?.extra !== undefined) extra = extra === undefined ? under.extra : { ...under.extra, ...extra };
  return repeated === undefined ? { values, names, extra } : { values, names, extra, repeated };
}

/** Numbers under two spellings of one name are both meant, as in one value. */
function joinNumbers(values: NamedValues['values'], field: Field, value: unknown): boolean {
  if (field !== 'to' || typeof values.to !== 'string' || typeof value !== 'string') return false;
  values.to = `${values.to},${value}`;
  return true;
}
