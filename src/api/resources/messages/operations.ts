/** What the routes of messages say of themselves. */
import { z } from 'zod';
import { MESSAGE_STATES } from '../../../core/messages/status';
import type { Operation } from '../../operation';
import { pageOf } from '../../http/page';
import { messageQuery } from './schema';

const outcome = {
  class: z.string().optional().describe('What kind of refusal it was.'),
  code: z.string().optional().describe('The provider’s own code.'),
  reason: z.string().optional(),
};

const message = z
  .object({
    id: z.uuid(),
    to: z.string().describe('E.164; masked unless the key has the scope `manage`.'),
    meta: z.string().nullable(),
    campaignId: z.string().optional(),
    state: z.enum(MESSAGE_STATES),
    sender: z.string().nullable(),
    gatewayId: z.string().nullable(),
    leg: z.int().describe('Place in the route, from 0.'),
    service: z.string(),
    segments: z.int(),
    encoding: z.enum(['gsm7', 'ucs2']),
    acceptedAt: z.iso.datetime(),
    scheduledAt: z.iso.datetime().optional(),
    submittedAt: z.iso.datetime().optional(),
    settledAt: z.iso.datetime().optional(),
    code: z.string().optional(),
    reason: z.string().optional(),
  })
  .meta({ id: 'Message' });

const attempt = z
  .object({
    no: z.int(),
    gatewayId: z.string(),
    leg: z.int(),
    sender: z.string().nullable(),
    state: z.enum(['submitting', 'submitted', 'refused', 'unknown', 'delivered', 'failed', 'expired']),
    providerMessageId: z.string().nullable(),
    ...outcome,
    createdAt: z.iso.datetime(),
    answeredAt: z.iso.datetime().optional(),
    settledAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Attempt', description: 'One submission over one leg.' });

const receipt = z
  .object({
    attemptNo: z.int().nullable(),
    status: z.string(),
    disposition: z.enum(['applied', 'no-change', 'late', 'parked']),
    ...outcome,
    occurredAt: z.iso.datetime().optional(),
    receivedAt: z.iso.datetime(),
  })
  .meta({ id: 'Receipt', description: 'What a provider reported.' });

const callback = z
  .object({
    id: z.string(),
    webhookId: z.string(),
    event: z.string(),
    state: z.enum(['pending', 'sending', 'delivered', 'dead', 'skipped']),
    code: z.string().optional(),
    description: z.string().optional(),
    tries: z.int(),
    nextTryAt: z.iso.datetime().optional(),
    lastStatus: z.int().optional(),
    lastError: z.string().optional(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'MessageCallback', description: 'One outcome on its way to a webhook.' });

const options = z
  .object({
    type: z.enum(['unicode', 'plain']).optional(),
    flash: z.literal(true).optional(),
    port: z.int().optional(),
    entityId: z.string().optional(),
    templateId: z.string().optional(),
    dropped: z.array(z.string()).optional().describe('What no gateway could carry, and the account lets go of.'),
    extra: z.record(z.string(), z.unknown()).optional().describe('Fields of the request that mean nothing here.'),
  })
  .meta({ id: 'MessageOptions' });

const trace = z
  .object({
    ...message.shape,
    text: z.string().nullable(),
    options,
    attempts: z.array(attempt),
    receipts: z.array(receipt),
    callbacks: z.array(callback),
  })
  .meta({ id: 'MessageTrace', description: 'A message with all that happened to it, each list in time order.' });

export const operations: Operation[] = [
  {
    id: 'searchMessages',
    method: 'get',
    path: '/api/v1/messages',
    tag: 'Messages',
    summary: 'Finds messages, newest first.',
    scope: 'read',
    query: messageQuery,
    answers: { 200: { description: 'A page of messages.', schema: pageOf(message) } },
  },
  {
    id: 'getMessage',
    method: 'get',
    path: '/api/v1/messages/:id',
    tag: 'Messages',
    summary: 'One message with its attempts, receipts and callbacks.',
    scope: 'read',
    answers: { 200: { description: 'The message.', schema: trace } },
  },
];
