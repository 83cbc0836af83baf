/**
 * Reading vendors whose fields are configured and not coded: where a value stands, which of their values are refusals,
 * and what their delivery reports mean.
 */
import { z } from 'zod';
import { CLEVERTAP_CODES, FAILURE_CLASSES, type Refusal } from '../../core/messages/outcome';
import { inOtherBase } from '../../core/messages/provider-id';
import { publicText } from '../../outbound/errors';
import { parametersOf } from './fields';
import { items, members, parseTemplated } from './json';
import { inboundOf } from './inbound';
import type { CallbackRequest, InboundText, Receipt } from '../provider';

/** Where a value stands: a JSON pointer (RFC 6901, `/data/0/id`), or the name of a top-level member or parameter. */
export const placeSchema = z.string().min(1);

/**
 * Values of a vendor that are refusals, and what each means: `{value, class, clevertap}`. `optOut`: it says that the person
 * has opted out.
 */
export const refusalsSchema = z.array(
  z.strictObject({
    value: z.string(),
    class: z.enum(FAILURE_CLASSES),
    clevertap: z.enum(CLEVERTAP_CODES),
    optOut: z.literal(true).optional(),
  }),
);
export type Refusals = z.infer<typeof refusalsSchema>;

/** Where a delivery report's values stand and what its status words mean. At least one of the ids should be there. */
export const receiptSchema = z.strictObject({
  in: z.enum(['query', 'form', 'json']),
  /** The parameter or form field that holds JSON, in which the other places stand. */
  field: z.string().min(1).optional(),
  /** Where the list of reports stands, of which each is read by the other places; `""` = the JSON itself is a list. */
  list: z.string().optional(),
  /** Our attempt id, where the vendor echoes it. */
  attemptId: placeSchema.optional(),
  providerId: placeSchema.optional(),
  /** Set where reports write the vendor's id to this base and answers to the other one. */
  providerIdBase: z.enum(['hex', 'decimal']).optional(),
  /** Where the vendor reports each part of a long message: which part this is, from 1, and of how many. */
  part: placeSchema.optional(),
  parts: placeSchema.optional(),
  status: placeSchema,
  /**
   * Status words, in any case, and what they mean; `*` = every other word. A word that is not here is `pending`: it changes
   * nothing.
   */
  statuses: z.record(z.string(), z.enum(['delivered', 'failed', 'expired', 'pending'])),
  /** The reason's code, looked up in `refusals`; without it the status word is. */
  code: placeSchema.optional(),
  reason: placeSchema.optional(),
  refusals: refusalsSchema.default([]),
});
export type ReceiptMapping = z.infer<typeof receiptSchema>;

/** Where the values of a text stand that a phone sent. */
export const inboundSchema = z.strictObject({
  in: z.enum(['query', 'form', 'json']),
  /** As of reports. */
  field: z.string().min(1).optional(),
  list: z.string().optional(),
  /** The phone, with country code. */
  from: placeSchema,
  text: placeSchema,
  /** What it was sent to. */
  to: placeSchema.optional(),
  /** The vendor's id of the text: without one an equal text that follows at once is taken for the same. */
  id: placeSchema.optional(),
  /** What says that a callback is a text and no report; absent = it names a phone and a text, and no status. */
  when: z.strictObject({ at: placeSchema, equals: z.string() }).optional(),
});
export type InboundMapping = z.infer<typeof inboundSchema>;

/** The text at a place of a parsed body; undefined for nothing, null, an object or an array. */
export function textAt(value: unknown, place: string | undefined): string | undefined {
  if (place === undefined) return undefined;
  const found = valueAt(value, place);
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? `${found}` : undefined;
}

function valueAt(value: unknown, place: string): unknown {
  if (!place.startsWith('/')) return memberOf(value, place);
  let found = value;
  for (const step of place.slice(1).split('/')) found = memberOf(found, step.replace(/~1/g, '/').replace(/~0/g, '~'));
  return found;
}

function memberOf(value: unknown, name: string): unknown {
  const inside = members(value);
  return Object.hasOwn(inside, name) ? inside[name] : undefined;
}

/** The refusal that a value of the vendor means; undefined when it is not listed. */
export function refusalOf(refusals: Refusals, value: string | undefined): Refusal | undefined {
  const row = value === undefined ? undefined : refusals.find((candidate) => candidate.value === value);
  return row && { class: row.class, clevertap: row.clevertap, ...(row.optOut ? { optOut: true } : {}) };
}

/** Where a callback's values are looked for. */
type Where = Pick<ReceiptMapping, 'in' | 'field' | 'list'>;

/**
 * The values that a callback carries: one set for each report or text of it. Undefined when it is not of the kind that was
 * configured. A report stands alone, or in a list as some vendors send it whatever they are asked for.
 */
export function valuesOf(request: CallbackRequest, where: Where): unknown[] | undefined {
  const parsed = parsedOf(request, where);
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  if (where.list !== undefined && where.list !== '') return items(valueAt(parsed, where.list)) ?? [parsed];
  return items(parsed) ?? [parsed];
}

function parsedOf(request: CallbackRequest, { in: kind, field }: Where): unknown {
  if (kind === 'json') return parseTemplated(request.body.toString('utf8'));
  const parameters = parametersOf(request, kind);
  return field === undefined ? parameters : parseTemplated(textAt(parameters, field) ?? '');
}

/**
 * Reads a callback as texts of phones.
 * @param receipts how reports of the same vendor are read; absent = there are none.
 * @returns null when it is no text by the mapping; empty when it is one, of no phone that could be answered.
 */
export function readInbound(
  request: CallbackRequest,
  mapping: InboundMapping | undefined,
  receipts: (Where & Pick<ReceiptMapping, 'status'>) | undefined,
): InboundText[] | null {
  if (mapping === undefined) return null;
  const said = (valuesOf(request, mapping) ?? []).filter((values) => isText(values, mapping));
  if (said.length === 0) return null;
  if (mapping.when === undefined && receipts !== undefined) {
    const reports = valuesOf(request, receipts) ?? [];
    if (reports.some((values) => textAt(values, receipts.status))) return null;
  }
  return said.flatMap((values) =>
    inboundOf({
      from: textAt(values, mapping.from),
      text: textAt(values, mapping.text),
      to: textAt(values, mapping.to),
      id: textAt(values, mapping.id),
    }),
  );
}

function isText(values: unknown, { when, from, text }: InboundMapping): boolean {
  if (when !== undefined) return textAt(values, when.at) === when.equals;
  return textAt(values, from) !== undefined && textAt(values, text) !== undefined;
}

/**
 * Reads the reports of a callback by their mapping. One that can't be read must not keep its neighbours from being read.
 * @param more what is added to a report that was read, or why it can't be: a text.
 * @returns why none of them can be read: a text.
 */
export function readReceipts(
  request: CallbackRequest,
  mapping: ReceiptMapping,
  more: (receipt: Receipt, values: unknown) => Receipt | string = (receipt) => receipt,
): Receipt[] | string {
  const sets = valuesOf(request, mapping);
  if (sets === undefined) return 'no status';
  const receipts: Receipt[] = [];
  let problem = 'no reports';
  for (const values of sets) {
    const read = readReceipt(values, mapping);
    const receipt = typeof read === 'string' ? read : more(read, values);
    if (typeof receipt === 'string') problem = receipt;
    else receipts.push(sets.length === 1 ? receipt : { ...receipt, raw: values });
  }
  return receipts.length === 0 ? problem : receipts;
}

/** A failure whose code and status are not listed: failed, for a reason only its text can tell. */
export const UNLISTED_FAILURE: Refusal = { class: 'recipient', clevertap: '900' };
const EXPIRY: Refusal = { class: 'recipient', clevertap: '916' };

/** Reads a report by its mapping; a text says why it can't be read. `values` is one of {@link valuesOf}. */
export function readReceipt(values: unknown, mapping: ReceiptMapping): Receipt | string {
  const status = textAt(values, mapping.status)?.trim();
  const attemptId = textAt(values, mapping.attemptId)?.trim().toLowerCase() || undefined;
  const providerId = idAt(values, mapping);
  const part = partAt(values, mapping);
  if (!status) return 'no status';
  if (!attemptId && !providerId) return 'no id';
  const found = meaningOf(status, mapping);
  const ids = { attemptId, providerId, ...part };
  if (found === undefined) return { ...ids, status: 'pending', unlisted: publicText(status) };
  if (found === 'delivered' || found === 'pending') return { ...ids, status: found };
  const code = textAt(values, mapping.code) || status;
  const refusal = refusalOf(mapping.refusals, code) ?? (found === 'expired' ? EXPIRY : UNLISTED_FAILURE);
  const reason = publicText(textAt(values, mapping.reason) || status);
  return { ...ids, status: found, ...refusal, code: publicText(code), reason };
}

function idAt(values: unknown, { providerId: place, providerIdBase: base }: ReceiptMapping): string | undefined {
  const id = textAt(values, place)?.trim() || undefined;
  return id === undefined || base === undefined ? id : inOtherBase(id, base);
}

/** The part that a report is about; empty when it does not say: then it is about the whole message. */
function partAt(values: unknown, mapping: ReceiptMapping): Pick<Receipt, 'part'> {
  const no = countAt(values, mapping.part);
  return no === null ? {} : { part: { no, of: countAt(values, mapping.parts) } };
}

function countAt(values: unknown, place: string | undefined): number | null {
  const text = textAt(values, place)?.trim();
  return text !== undefined && /^[1-9]\d{0,2}$/.test(text) ? Number(text) : null;
}

/** The row of `statuses` for words that have none. */
const ANY_OTHER = '*';

/** Undefined: the word is not listed. */
function meaningOf(status: string, { statuses }: ReceiptMapping): Receipt['status'] | undefined {
  const spelled = status.toLowerCase();
  const known = Object.entries(statuses).find(([word]) => word.toLowerCase() === spelled)?.[1];
  return known ?? statuses[ANY_OTHER];
}
