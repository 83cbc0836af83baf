/** What a sender ID may be given, and how it is shown. */
import { z } from 'zod';
import { MAX_SENDER_LENGTH, SENDER_CLASSES, senderNameProblem, type SenderClass } from '../../../core/gateways/sender';
import type { SenderRow } from '../../../store/gateways/senders';
import { pageQuery } from '../../http/page';
import { invalidField } from '../../http/invalid';
import { storableName } from '../../http/text';

const MAX_LINKS = 1_000;
const MAX_ID_LENGTH = 40;
const MAX_REASON_LENGTH = 500;
const STATUSES = ['requested', 'approved', 'rejected'] as const;

/** DLT ids have 19 digits: as a JSON number the last ones would be lost before we see them. */
const dltId = (what: string) =>
  z
    .string({
      error: ({ input }) =>
        typeof input === 'number'
          ? `must be in quotes: a ${what} has 19 digits, more than a JSON number can hold exactly`
          : `must be a ${what}, a string of 19 digits`,
    })
    .regex(/^\d{19}$/, `must be a ${what}, a string of 19 digits`);

const className = z.enum(SENDER_CLASSES, 'must be "transactional", "promotional" or "service"');

export const sender = z.strictObject({
  sender: storableName(MAX_SENDER_LENGTH),
  class: className,
  entityId: dltId('DLT entity id').nullable().default(null),
  templates: z.array(dltId('DLT template id')).max(MAX_LINKS).default([]),
  gatewayIds: z.array(storableName(MAX_ID_LENGTH)).max(MAX_LINKS).default([]),
  default: z.boolean().default(false),
  ratePerSecond: z.int().min(1).max(100_000).nullable().default(null),
});

/** The name stays what it is: another name is another sender ID. */
export const senderPatch = z.strictObject({
  class: className.optional(),
  entityId: sender.shape.entityId.unwrap().optional(),
  templates: sender.shape.templates.unwrap().optional(),
  gatewayIds: sender.shape.gatewayIds.unwrap().optional(),
  default: z.boolean().optional(),
  ratePerSecond: sender.shape.ratePerSecond.unwrap().optional(),
});

export const decision = z.strictObject({ reason: storableName(MAX_REASON_LENGTH).nullable().default(null) });

export const senderQuery = pageQuery.extend({ status: z.enum(STATUSES).optional(), class: className.optional() });

/** @param country ISO 3166 alpha-2 of the account. @throws AppError invalid-request */
export function checkName(name: string, of: SenderClass, country: string): void {
  const problem = senderNameProblem(name, of, country);
  if (problem === null) return;
  throw invalidField('sender', `is ${JSON.stringify(name)}; it ${problem}`);
}

export function toSender(row: SenderRow): z.infer<typeof senderAnswer> {
  return {
    id: row.id,
    sender: row.sender,
    class: row.class,
    status: row.status,
    reason: row.reason,
    entityId: row.entity_id,
    templates: row.templates,
    gatewayIds: row.gateway_ids,
    default: row.is_default,
    ratePerSecond: row.rate_per_second,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export const senderAnswer = z
  .strictObject({
    id: z.string(),
    sender: z.string(),
    class: className,
    status: z.enum(STATUSES),
    reason: z.string().nullable(),
    entityId: z.string().nullable(),
    templates: z.array(z.string()),
    gatewayIds: z.array(z.string()),
    default: z.boolean(),
    ratePerSecond: z.int().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Sender' });
