/** How callbacks are asked for and shown. */
import { z } from 'zod';
import type { CallbackRow } from '../../../store/webhooks/outbox';
import { WEBHOOK_EVENTS } from '../../../webhooks/standard';
import { instant } from '../../http/instant';
import type { Operation } from '../../operation';
import { pageOf, pageQuery } from '../../http/page';
import { WEBHOOK_ID } from '../webhooks/schema';

const STATES = ['pending', 'sending', 'delivered', 'dead', 'skipped'] as const;
/** As large as the column. */
const MAX_ID_DIGITS = 18;

export const CALLBACK_ID = new RegExp(`^\\d{1,${MAX_ID_DIGITS}}$`);

export const callbackQuery = z.strictObject({
  state: z.enum(STATES).optional(),
  webhookId: z.string().regex(WEBHOOK_ID, 'must be the id of a webhook').optional(),
  messageId: z.uuid('must be the id of a message').optional(),
  event: z.enum(WEBHOOK_EVENTS).optional(),
  from: instant.optional(),
  until: instant.optional(),
  ...pageQuery.shape,
});

export function toCallback(row: CallbackRow) {
  return {
    id: row.id,
    messageId: row.message_id,
    webhookId: row.webhook_id,
    event: row.event,
    meta: row.meta,
    state: row.state,
    code: row.code ?? undefined,
    description: row.description ?? undefined,
    tries: row.tries,
    nextTryAt: row.state === 'pending' ? row.next_try_at.toISOString() : undefined,
    lastStatus: row.last_status ?? undefined,
    lastError: row.last_error ?? undefined,
    occurredAt: row.occurred_at.toISOString(),
    createdAt: row.created_at.toISOString(),
  };
}

const callback = z
  .object({
    id: z.string(),
    messageId: z.uuid(),
    webhookId: z.string(),
    event: z.enum(WEBHOOK_EVENTS),
    meta: z.string().nullable(),
    state: z.enum(STATES),
    code: z.string().optional(),
    description: z.string().optional(),
    tries: z.int(),
    nextTryAt: z.iso.datetime().optional(),
    lastStatus: z.int().optional(),
    lastError: z.string().optional(),
    occurredAt: z.iso.datetime(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Callback' });
const tag = 'Callbacks';

export const operations: Operation[] = [
  {
    id: 'listCallbacks',
    method: 'get',
    path: '/api/v1/callbacks',
    tag,
    summary: 'What was told to webhooks, newest first',
    scope: 'read',
    query: callbackQuery,
    answers: { 200: { description: 'A page of callbacks', schema: pageOf(callback) } },
    errors: ['invalid-request'],
  },
  {
    id: 'getCallback',
    method: 'get',
    path: '/api/v1/callbacks/:id',
    tag,
    summary: 'One callback',
    scope: 'read',
    answers: { 200: { description: 'The callback', schema: callback } },
    errors: ['not-found'],
  },
  {
    id: 'replayCallback',
    method: 'post',
    path: '/api/v1/callbacks/:id/replay',
    tag,
    summary: 'Tell it again',
    description:
      'Dead and skipped callbacks can be told again, delivered ones to standard webhooks only: CleverTap would count them twice.',
    scope: 'manage',
    answers: { 200: { description: 'It waits to be sent', schema: callback } },
    errors: ['not-found', 'wrong-state'],
  },
];
