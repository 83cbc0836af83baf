/** What a sender ID may be given, and how it is shown. */
import { z } from 'zod';
import { MAX_SENDER_LENGTH, SENDER_CLASSES, senderNameProblem, type SenderClass } from '../../../core/gateways/sender';
import { AppError } from '../../../errors';
import type { SenderDraft, SenderRow } from '../../../store/gateways/senders';
import type { Operation } from '../../operation';
import { pageOf, pageQuery } from '../../http/page';
import { storableName } from '../../http/text';
import { validate } from '../../http/validate';

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

const sender = z.strictObject({
  sender: storableName(MAX_SENDER_LENGTH),
  class: className,
  entityId: dltId('DLT entity id').nullable().default(null),
  templates: z.array(dltId('DLT template id')).max(MAX_LINKS).default([]),
  gatewayIds: z.array(storableName(MAX_ID_LENGTH)).max(MAX_LINKS).default([]),
  default: z.boolean().default(false),
  ratePerSecond: z.int().min(1).max(100_000).nullable().default(null),
});

/** The name stays what it is: another name is another sender ID. */
const patch = z.strictObject({
  class: className.optional(),
  entityId: sender.shape.entityId.unwrap().optional(),
  templates: sender.shape.templates.unwrap().optional(),
  gatewayIds: sender.shape.gatewayIds.unwrap().optional(),
  default: z.boolean().optional(),
  ratePerSecond: sender.shape.ratePerSecond.unwrap().optional(),
});

const decision = z.strictObject({ reason: storableName(MAX_REASON_LENGTH).nullable().default(null) });

const query = pageQuery.extend({ status: z.enum(STATUSES).optional(), class: className.optional() });

/** @param country ISO 3166 alpha-2 of the account. @throws AppError invalid-request */
export function readSender(body: unknown, country: string): SenderDraft {
  const draft = validate(sender, body);
  checkName(draft.sender, draft.class, country);
  return draft;
}

/** @throws AppError invalid-request */
export function readSenderPatch(body: unknown): Partial<Omit<SenderDraft, 'sender'>> {
  return validate(patch, body);
}

/** @throws AppError invalid-request */
export const readDecision = (body: unknown): z.infer<typeof decision> => validate(decision, body);

/** @throws AppError invalid-request */
export const readSenderQuery = (fields: unknown): z.infer<typeof query> => validate(query, fields);

/** @throws AppError invalid-request */
export function checkName(name: string, of: SenderClass, country: string): void {
  const problem = senderNameProblem(name, of, country);
  if (problem === null) return;
  const message = `is ${JSON.stringify(name)}; it ${problem}`;
  throw new AppError('invalid-request', `sender: ${message}`, { problems: [{ field: 'sender', message }] });
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

const senderAnswer = z
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

const tag = 'Senders';
const one = { description: 'The sender ID.', schema: senderAnswer };

export const operations: Operation[] = [
  {
    id: 'listSenders',
    method: 'get',
    path: '/api/v1/senders',
    tag,
    summary: 'Sender IDs of the account, by id.',
    scope: 'read',
    query,
    answers: {
      200: {
        description: 'A page of sender IDs.',
        schema: pageOf(senderAnswer),
      },
    },
    errors: ['invalid-request'],
  },
  {
    id: 'requestSender',
    method: 'post',
    path: '/api/v1/senders',
    tag,
    summary: 'Asks for a sender ID; it waits as `requested` until it is approved or rejected.',
    description:
      'In India (by the account’s country) a transactional or service sender ID has six letters, a promotional one six digits. DLT ids are strings of 19 digits.',
    scope: 'manage',
    body: { schema: sender },
    answers: { 201: one },
    errors: ['invalid-request', 'malformed-body', 'name-taken'],
  },
  {
    id: 'getSender',
    method: 'get',
    path: '/api/v1/senders/:id',
    tag,
    summary: 'One sender ID.',
    scope: 'read',
    answers: { 200: one },
    errors: ['not-found'],
  },
  {
    id: 'updateSender',
    method: 'patch',
    path: '/api/v1/senders/:id',
    tag,
    summary: 'Changes what the body names. Another class has to be approved again.',
    scope: 'manage',
    body: { schema: patch },
    answers: { 200: one },
    errors: ['invalid-request', 'malformed-body', 'not-found', 'name-taken'],
  },
  {
    id: 'deleteSender',
    method: 'delete',
    path: '/api/v1/senders/:id',
    tag,
    summary: 'Forgets a sender ID: it is unregistered from now on.',
    scope: 'manage',
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not-found'],
  },
  ...(['approve', 'reject'] as const).map((verb): Operation => ({
    id: `${verb}Sender`,
    method: 'post',
    path: `/api/v1/senders/:id/${verb}`,
    tag,
    summary: verb === 'approve' ? 'Approves a sender ID.' : 'Rejects a sender ID.',
    scope: 'manage',
    body: { schema: decision, optional: true },
    answers: { 200: one },
    errors: ['invalid-request', 'malformed-body', 'not-found'],
  })),
];
