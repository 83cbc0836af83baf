/** What a webhook may be given, and how it is shown. */
import { z } from 'zod';
import type { Webhook } from '../../../store/webhooks/webhooks';
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../../../webhooks/standard';
import type { Operation } from '../../operation';
import { pageOf } from '../../http/page';

/** As `prefixedId` makes them; anything else is not asked of Postgres, which refuses NUL. */
export const WEBHOOK_ID = /^wh_\w{1,40}$/;

const PREFIX = 'message.';
const DAY_SECONDS = 86_400;
const MAX_GRACE_DAYS = 30;

const events = z
  .array(z.enum(WEBHOOK_EVENT_TYPES as [WebhookEventType, ...WebhookEventType[]]))
  .min(1)
  .transform((types) => [...new Set(types)].map((type) => type.slice(PREFIX.length)))
  .nullable();

export const webhookBody = z
  .strictObject({
    kind: z.enum(['clevertap', 'standard']),
    url: z.url({ protocol: /^https?$/, error: 'must be an absolute https URL' }).max(2_000),
    isDefault: z.boolean().default(false),
    events: events.default(null),
  })
  .refine(({ kind, events: list }) => kind === 'standard' || list === null, {
    path: ['events'],
    message: 'is for webhooks of kind "standard": CleverTap gets every event',
  });

export const webhookPatch = z.strictObject({
  isDefault: z.boolean().optional(),
  events: events.optional(),
  state: z.enum(['active', 'disabled']).optional(),
});

export const rotation = z.strictObject({
  graceSeconds: z
    .int()
    .min(0)
    .max(MAX_GRACE_DAYS * DAY_SECONDS)
    .default(DAY_SECONDS),
});

/** The query of a callback URL is its credential: it is shown by name, not by value. */
export function toWebhookAnswer({
  id,
  kind,
  url,
  isDefault,
  events: wanted,
  state,
  disabledReason,
  createdAt,
}: Webhook) {
  const shown = new URL(url);
  for (const name of new Set(shown.searchParams.keys())) shown.searchParams.set(name, '••••');
  return {
    id,
    kind,
    url: decodeURI(shown.href),
    isDefault,
    events: wanted?.map((event) => PREFIX + event) ?? null,
    state,
    disabledReason: disabledReason ?? undefined,
    createdAt: createdAt.toISOString(),
  };
}

const webhookAnswer = z
  .object({
    id: z.string(),
    kind: z.enum(['clevertap', 'standard']),
    url: z.string(),
    isDefault: z.boolean(),
    events: z.array(z.string()).nullable(),
    state: z.enum(['active', 'disabled']),
    disabledReason: z.string().optional(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });
const secret = z.string().regex(/^whsec_/);
const madeWebhook = webhookAnswer.extend({ secret: secret.optional() });
const tag = 'Webhooks';

export const operations: Operation[] = [
  {
    id: 'listWebhooks',
    method: 'get',
    path: '/api/v1/webhooks',
    tag,
    summary: 'Where outcomes go',
    scope: 'read',
    answers: { 200: { description: 'The account’s webhooks, oldest first', schema: pageOf(webhookAnswer) } },
  },
  {
    id: 'createWebhook',
    method: 'post',
    path: '/api/v1/webhooks',
    tag,
    summary: 'Make a webhook, or find the same one',
    description:
      'The same kind and URL again is answered 200 with the webhook that is there. The secret of a new standard webhook is shown this once.',
    scope: 'manage',
    body: { schema: webhookBody },
    answers: {
      200: { description: 'The account has it already', schema: webhookAnswer },
      201: { description: 'Made', schema: madeWebhook },
    },
    errors: ['malformed-body', 'invalid-request'],
  },
  {
    id: 'getWebhook',
    method: 'get',
    path: '/api/v1/webhooks/:id',
    tag,
    summary: 'One webhook',
    scope: 'read',
    answers: { 200: { description: 'The webhook', schema: webhookAnswer } },
    errors: ['not-found'],
  },
  {
    id: 'updateWebhook',
    method: 'patch',
    path: '/api/v1/webhooks/:id',
    tag,
    summary: 'Change a webhook',
    description: 'Activating one sends what has waited for it meanwhile.',
    scope: 'manage',
    body: { schema: webhookPatch },
    answers: { 200: { description: 'The webhook as it is now', schema: webhookAnswer } },
    errors: ['malformed-body', 'invalid-request', 'not-found'],
  },
  {
    id: 'deleteWebhook',
    method: 'delete',
    path: '/api/v1/webhooks/:id',
    tag,
    summary: 'Delete a webhook',
    description: 'What waits for it is skipped.',
    scope: 'manage',
    answers: { 204: { description: 'Deleted' } },
    errors: ['not-found'],
  },
  {
    id: 'rotateWebhookSecret',
    method: 'post',
    path: '/api/v1/webhooks/:id/rotate-secret',
    tag,
    summary: 'Give a standard webhook a new secret',
    description: 'For graceSeconds every request carries two signatures, by the new and by the old secret.',
    scope: 'manage',
    body: { schema: rotation, optional: true },
    answers: {
      201: {
        description: 'The new secret, shown this once',
        schema: z.object({ id: z.string(), secret, previousSecretExpiresAt: z.iso.datetime() }),
      },
    },
    errors: ['malformed-body', 'invalid-request', 'not-found', 'wrong-state'],
  },
];
