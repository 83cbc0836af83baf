/** How callbacks are asked for and shown. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import type { CallbackRow } from '../../../store/webhooks/callbacks';
import { ALERT_EVENTS, isAlertEvent } from '../../../store/webhooks/alerts';
import { WEBHOOK_EVENTS } from '../../../webhooks/standard';
import { toSaid } from '../../http/content';
import { instant } from '../../http/instant';
import { pageQuery } from '../../http/page';
import { WEBHOOK_ID } from '../webhooks/schema';

const STATES = ['pending', 'sending', 'delivered', 'dead', 'skipped'] as const;
const EVENTS = [...WEBHOOK_EVENTS, ...ALERT_EVENTS] as const;
/** As large as the column. */
const MAX_ID_DIGITS = 18;

export const CALLBACK_ID = new RegExp(`^\\d{1,${MAX_ID_DIGITS}}$`);

export const callbackQuery = z.strictObject({
  state: z.enum(STATES).optional(),
  webhookId: z.string().regex(WEBHOOK_ID, 'must be the id of a webhook').optional(),
  messageId: z.uuid('must be the id of a message').optional(),
  event: z.enum(EVENTS).optional(),
  from: instant.optional(),
  until: instant.optional(),
  ...pageQuery.shape,
});

export const replayBody = z.strictObject({
  webhookId: z.string().regex(WEBHOOK_ID, 'must be the id of a webhook').optional(),
  state: z.enum(['dead', 'skipped', 'delivered']).default('dead'),
  campaignId: z.string().min(1).max(64).optional(),
  from: instant.optional().describe('Queued from, inclusive'),
  until: instant.optional().describe('Queued until, exclusive'),
  cursor: pageQuery.shape.cursor.describe('nextCursor of the answer before'),
});

export const replayAnswer = z.object({
  replayed: z.int().describe('Callbacks that wait to be sent again'),
  nextCursor: z.string().nullable().describe('Not null: there may be more; repeat the request with it as cursor'),
});

/** @param scopes whose key asks: what was said of a message may repeat its text. */
export function toCallback(row: CallbackRow, scopes: readonly Scope[]) {
  const said = (words: string | null): string | undefined =>
    toSaid(words, { body: row.body ?? '', options: row.options }, scopes);
  return {
    id: row.id,
    messageId: isAlertEvent(row.event) ? null : row.message_id,
    alertId: isAlertEvent(row.event) ? row.message_id : undefined,
    webhookId: row.webhook_id,
    event: row.event,
    meta: row.meta,
    state: row.state,
    code: row.code ?? undefined,
    description: said(row.description),
    tries: row.tries,
    nextTryAt: row.state === 'pending' ? row.next_try_at.toISOString() : undefined,
    lastStatus: row.last_status ?? undefined,
    lastError: said(row.last_error),
    deliveredAt: row.state === 'delivered' ? row.next_try_at.toISOString() : undefined,
    occurredAt: row.occurred_at.toISOString(),
    createdAt: row.created_at.toISOString(),
  };
}

export const callback = z
  .object({
    id: z.string(),
    messageId: z.uuid().nullable().describe('Null where it tells of an alert.'),
    alertId: z.uuid().optional(),
    webhookId: z.string(),
    event: z.enum(EVENTS),
    meta: z.string().nullable(),
    state: z.enum(STATES),
    code: z.string().optional(),
    description: z.string().optional(),
    tries: z.int(),
    nextTryAt: z.iso.datetime().optional(),
    lastStatus: z.int().optional(),
    lastError: z.string().optional(),
    deliveredAt: z.iso.datetime().optional().describe('When its webhook took it.'),
    occurredAt: z.iso.datetime(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Callback' });
