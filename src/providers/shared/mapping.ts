/**
 * Reading vendors whose fields are configured and not coded: where a value stands, which of their values are refusals,
 * and what their delivery reports mean.
 */
import { z } from 'zod';
import { CLEVERTAP_CODES, FAILURE_CLASSES, type Refusal } from '../../core/messages/outcome';
import { inOtherBase } from '../../core/messages/provider-id';
import { publicText } from '../../outbound/errors';
import { items, members, parseJson } from './json';
import { inboundOf } from './inbound';
import type { CallbackRequest, InboundText, Receipt } from '../provider';

/** Where a value stands: a JSON pointer (RFC 6901, `/data/0/id`), or the name of a top-level member or parameter. */
export const placeSchema = z.string().min(1);

/** Values of a vendor that are refusals, and what each means: `{value, class, clevertap}`. */
export const refusalsSchema = z.array(
  z.strictObject({ value: z.string(), class: z.enum(FAILURE_CLASSES), clevertap: z.enum(CLEVERTAP_CODES) }),
);
export type Refusals = z.infer<typeof refusalsSchema>;

/** Where a delivery report's values stand and what its status words mean. At least one of the ids should be there. */
export const receiptSchema = z.strictObject({
  in: z.enum(['query', 'form', 'json']),
  /** Our attempt id, where the vendor echoes it. */
  attemptId: placeSchema.optional(),
  providerId: placeSchema.optional(),
  /** Set where reports write the vendor's id to this base and answers to the other one. */
  providerIdBase: z.enum(['hex', 'decimal']).optional(),
  /** Where the vendor reports each part of a long message: which part this is, from 1, and of how many. */
  part: placeSchema.optional(),
  parts: placeSchema.optional(),
  status: placeSchema,
  /** Status words, in any case, and what they mean. A word that is not here is `pending`: it changes nothing. */
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
  let found: unknown = value;
  if (place.startsWith('/')) {
    for (const step of place.slice(1).split('/')) found = memberOf(found, step.replace(/~1/g, '/').replace(/~0/g, '~'));
  } else {
    found = memberOf(value, place);
  }
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? `${found}` : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  const inside = members(value);
  return Object.hasOwn(inside, name) ? inside[name] : undefined;
}

/** The refusal that a value of the vendor means; undefined when it is not listed. */
export function refusalOf(refusals: Refusals, value: string | undefined): Refusal | undefined {
  const row = value === undefined ? undefined : refusals.find((candidate) => candidate.value === value);
  return row && { class: row.class, clevertap: row.clevertap };
}

/** The values that a callback carries; undefined when its body is not of the kind that was configured. */
export function valuesOf(request: CallbackRequest, where: ReceiptMapping['in']): unknown {
  if (where === 'query') return Object.fromEntries(request.query);
  const text = request.body.toString('utf8');
  if (where === 'form') return Object.fromEntries(new URLSearchParams(text));
  const parsed = parseJson(text);
  return typeof parsed === 'object' && parsed !== null && !items(parsed) ? parsed : undefined;
}

/**
 * Reads a callback as a text of a phone.
 * @param receipts how reports of the same vendor are read; absent = there are none.
 * @returns null when it is no text by the mapping; empty when it is one, of no phone that could be answered.
 */
export function readInbound(
  request: CallbackRequest,
  mapping: InboundMapping | undefined,
  receipts: Pick<ReceiptMapping, 'in' | 'status'> | undefined,
): InboundText[] | null {
  if (mapping === undefined) return null;
  const values = valuesOf(request, mapping.in);
  const { when } = mapping;
  const [from, text] = [textAt(values, mapping.from), textAt(values, mapping.text)];
  if (when === undefined) {
    if (from === undefined || text === undefined) return null;
    if (receipts !== undefined && textAt(valuesOf(request, receipts.in), receipts.status)) return null;
  } else if (textAt(values, when.at) !== when.equals) return null;
  return inboundOf({ from, text, to: textAt(values, mapping.to), id: textAt(values, mapping.id) });
}

/** A failure whose code and status are not listed: failed, for a reason only its text can tell. */
export const UNLISTED_FAILURE: Refusal = { class: 'recipient', clevertap: '900' };
const EXPIRY: Refusal = { class: 'recipient', clevertap: '916' };

/** Reads a report by its mapping; a text says why it can't be read. `values` comes from {@link valuesOf}. */
export function readReceipt(values: unknown, mapping: ReceiptMapping): Receipt | string {
  const status = textAt(values, mapping.status)?.trim();
  const attemptId = textAt(values, mapping.attemptId)?.trim().toLowerCase() || undefined;
  const providerId = idAt(values, mapping);
  const part = partAt(values, mapping);
  if (!status) return 'no status';
  if (!attemptId && !providerId) return 'no id';
  const found = meaningOf(status, mapping);
  if (found === 'delivered' || found === 'pending') return { attemptId, providerId, ...part, status: found };
  const code = textAt(values, mapping.code) || status;
  const refusal = refusalOf(mapping.refusals, code) ?? (found === 'expired' ? EXPIRY : UNLISTED_FAILURE);
  const reason = publicText(textAt(values, mapping.reason) || status);
  return { attemptId, providerId, ...part, status: found, ...refusal, code: publicText(code), reason };
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

function meaningOf(status: string, { statuses }: ReceiptMapping) {
  const spelled = status.toLowerCase();
  return Object.entries(statuses).find(([word]) => word.toLowerCase() === spelled)?.[1] ?? 'pending';
}
