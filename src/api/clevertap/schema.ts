/** What records look like in each contract's own spelling, and how they are answered: for the documentation. */
import { z } from 'zod';
import { ALIASES, type Field } from './fields';
import { RECORD_PROBLEMS } from '../ingress/record-problem';
import { MAX_RECORDS } from './records';

const MEANING: Record<Field, string> = {
  to: 'Number with country code, or as written in the account’s country; up to 1,000, parted by commas.',
  text: 'The text, up to 4,000 characters; without it the text of the account’s template with that `templateId`.',
  meta: 'CleverTap’s `$$MessageID`; kept byte for byte and reported back.',
  sender: 'Sender ID; absent = the gateway’s default.',
  service:
    '`T` transactional; `P`, `PROMO`, `PROMOTIONAL`, `MKT`, `MARKETING` in any case promotional; anything else service; absent = the account’s default.',
  type: '`U` Unicode, `N` plain, anything else automatic.',
  flash: '`1` or `true` = flash message.',
  port: 'Destination port, 1 to 65535.',
  entityId: 'DLT entity id.',
  templateId: 'DLT template id.',
  variables:
    'Values for the variables of the account’s template with that `templateId`, in order, where there is no text: an array, an object, either of them as JSON text, or a text parted by commas.',
  webhookId: 'A webhook of the account, for the outcome.',
  callbackUrl: 'CleverTap’s callback URL, for the outcome; its host must be allowed for the account.',
  time: 'When to send: `yyyy-mm-dd hh:mm[:ss]` in the account’s zone, ISO 8601 with an offset, or epoch seconds or milliseconds.',
  maxAgeSeconds:
    'Seconds from its time, or from now when it leaves at once, after which it is too old: it ends as `expired` and is not sent. 1 to 34,560,000; absent, and no `validUntil` = the account’s default.',
  validUntil: 'A moment, written as `time` is, after which it is too old. Of the two, what comes first holds.',
  unicode: '`true` = Unicode.',
  sensitive:
    '`true` = nobody is shown the text from then on, with whatever key, and it is deleted once the message has come to its end.',
};

const ALL = Object.keys(ALIASES) as Field[];
const NEEDED = ['to'] as const satisfies Field[];
/** Of the fields that are not texts alone. */
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const variables = z.union([z.string(), z.array(scalar), z.record(z.string(), scalar)]);

/** A record in one contract's spelling: names by field. Other fields and names are taken too. */
function record(names: Partial<Record<Field, string>>, required: readonly Field[] = NEEDED) {
  const shape: Record<string, z.ZodType> = {};
  for (const field of ALL) {
    const name = names[field];
    if (name === undefined) continue;
    const others = ALIASES[field].filter((alias) => alias.toLowerCase() !== name.toLowerCase());
    const also = others.length === 0 ? '' : ` Also: ${others.map((alias) => `\`${alias}\``).join(', ')}.`;
    const value = field === 'variables' ? variables : required.includes(field) ? z.string().min(1) : z.string();
    const schema = value.describe(MEANING[field] + also);
    shape[name] = required.includes(field) ? schema : schema.optional();
  }
  return z.looseObject(shape);
}

const GENERIC: Partial<Record<Field, string>> = Object.fromEntries(ALL.map((field) => [field, ALIASES[field][0]]));
export const genericRecord = record(GENERIC).meta({
  id: 'Record',
  description:
    'One message, or several to a comma list. Names are matched without regard to case; unknown ones are kept.',
});
/** As a batch: what its records share stands beside the array, so nothing is required there. */
const sharedFields = record(GENERIC, []);
const records = z.array(genericRecord).min(1).max(MAX_RECORDS);
export const genericBody = z.union([
  genericRecord,
  sharedFields.extend({ listsms: records }).meta({
    id: 'Batch',
    description:
      'Records in an array under any name; what stands beside it holds for records that don’t say otherwise.',
  }),
  records,
]);

export const genericAnswer = z
  .object({
    accepted: z.int().describe('Records.'),
    rejected: z.array(
      z.object({ index: z.int(), code: z.enum(RECORD_PROBLEMS), field: z.string(), message: z.string() }),
    ),
    ids: z.array(z.uuid()).describe('Of the messages, in order; a comma list gives several.'),
    duplicates: z.array(z.int()).optional().describe('Places in `ids` of messages that repeat an earlier record.'),
    held: z
      .array(z.object({ place: z.int(), until: z.iso.datetime() }))
      .optional()
      .describe('Messages that wait for the window of promotional messages, by their place in `ids`.'),
  })
  .meta({ id: 'Acceptance' });

const mobtextingNames: Partial<Record<Field, string>> = {
  to: 'to', text: 'message', sender: 'sender', service: 'service', meta: 'custom', type: 'type', flash: 'flash',
  port: 'port', entityId: 'entity_id', templateId: 'template_id', webhookId: 'webhook_id', time: 'time',
  maxAgeSeconds: 'maxAgeSeconds', validUntil: 'validUntil', sensitive: 'sensitive', variables: 'variables',
}; // prettier-ignore
export const mobtextingRecord = record(mobtextingNames).meta({ id: 'MobtextingRecord' });
const mobtextingFields = record(mobtextingNames, []).meta({ id: 'MobtextingFields' });
export const mobtextingBody = z.object({
  root: mobtextingFields.optional().describe('What all nodes share.'),
  nodes: z.array(mobtextingFields).min(1).max(MAX_RECORDS),
});

export const mobtextingAnswer = z
  .object({
    status: z.int().describe('The HTTP status.'),
    message: z.string(),
    data: z.array(
      z.object({
        id: z.uuid().nullable(),
        mobile: z.string(),
        status: z.enum(['AWAITING-DLR', 'DUPLICATE', 'REJECTED']),
        units: z.int(),
        length: z.int(),
        charges: z.int(),
        customid: z.string(),
        iso_code: z.null(),
        submitted_at: z.string(),
        held_until: z.iso.datetime().optional().describe('When the window opens that it waits for.'),
        reason: z.string().optional().describe('Why a rejected record was.'),
      }),
    ),
  })
  .meta({ id: 'MobtextingAnswer' });

export const timesRecord =
  record({
  to: 'to', text: 'text', sender: 'from', meta: 'corelationid', templateId: 'dltContentId', unicode: 'unicode',
  sensitive: 'sensitive', variables: 'variables',
}) // prettier-ignore
    .extend({ username: z.string().optional(), password: z.string().optional().describe('The API key.') })
    .meta({ id: 'TimesMobileRecord' });

export const timesAnswer = z
  .object({
    transactionId: z.uuid().nullable().describe('Id of the message, of the first one when `to` is a list.'),
    state: z.enum(['SUBMIT_ACCEPTED', 'SUBMIT_FAILED']),
    statusCode: z.int().describe('Times’ own code where one fits, else the HTTP status.'),
    description: z.string(),
    pdu: z.int().describe('SMS parts of one message.'),
  })
  .meta({ id: 'TimesMobileAnswer' });
