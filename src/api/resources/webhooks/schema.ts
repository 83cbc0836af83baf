/** What a webhook may be given, and how it is shown. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import type { WebhookHealthReading } from '../../../store/webhooks/health';
import type { Webhook } from '../../../store/webhooks/webhooks';
import { shareOf, WEBHOOK_HEALTH, webhookHealth } from '../../../webhooks/health';
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../../../webhooks/standard';
import { invalidField } from '../../http/invalid';
import { shownUrl } from '../../http/shown-url';

/** As `prefixedId` makes them. */
export const WEBHOOK_ID = /^wh_\w{1,40}$/;

/** Events of messages are stored without it. */
const PREFIX = 'message.';
const stored = (type: string): string => (type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type);
const shownEvent = (event: string): string => (event.includes('.') ? event : PREFIX + event);
const DAY_SECONDS = 86_400;
const MAX_GRACE_DAYS = 30;
/** What waits for a disabled webhook is given up after it (`activities/maintenance/relays.ts`). */
const KEPT_MS = 7 * DAY_SECONDS * 1_000;

const EVENTS_OF_STANDARD = 'is for webhooks of kind "standard": CleverTap gets every event';

const events = z
  .array(z.enum(WEBHOOK_EVENT_TYPES as [WebhookEventType, ...WebhookEventType[]]))
  .min(1)
  .transform((types) => [...new Set(types)].map(stored))
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
    message: EVENTS_OF_STANDARD,
  });

export const webhookPatch = z.strictObject({
  isDefault: z.boolean().optional(),
  events: events.optional(),
  state: z.enum(['active', 'disabled']).optional(),
});

/** @throws AppError invalid-request when a webhook of this kind can't be given events. */
export function checkEvents(kind: Webhook['kind'], wanted: string[] | null | undefined): void {
  if (kind === 'clevertap' && wanted != null) throw invalidField('events', EVENTS_OF_STANDARD);
}

export const rotation = z.strictObject({
  graceSeconds: z
    .int()
    .min(0)
    .max(MAX_GRACE_DAYS * DAY_SECONDS)
    .default(DAY_SECONDS),
});

/** A webhook as answered: its URL as far as whoever has these scopes may know it. */
export function toWebhook(
  webhook: Webhook,
  scopes: readonly Scope[],
  reading?: WebhookHealthReading,
  oldestDue?: Date,
) {
  const { id, kind, url, isDefault, events: wanted, state, disabledReason, pause, createdAt } = webhook;
  return {
    id,
    kind,
    url: shownUrl(new URL(url), scopes.includes('manage') || scopes.includes('admin')),
    isDefault,
    events: wanted?.map(shownEvent) ?? null,
    state: state === 'active' && pause !== null ? ('paused' as const) : state,
    disabledReason: disabledReason ?? undefined,
    pausedReason: pause?.reason,
    pausedAt: pause?.since.toISOString(),
    nextProbeAt: pause?.probeAt.toISOString(),
    givenUpFrom: state === 'disabled' && oldestDue ? new Date(oldestDue.getTime() + KEPT_MS).toISOString() : undefined,
    health: toHealth(reading),
    createdAt: createdAt.toISOString(),
  };
}

/** Of one that is new, nothing is known. */
function toHealth(reading: WebhookHealthReading | undefined): z.input<typeof health> {
  if (reading === undefined)
    return { state: 'idle', successShare: null, waiting: 0, oldestWaitingAt: null, lastError: null };
  const { rests, health: before, hour, recent, waiting, oldestWaitingAt, lastError } = reading;
  const share = shareOf(hour);
  return {
    state: webhookHealth({ rests, before, recent, hour, waits: waiting > 0 }),
    successShare: share === null ? null : Math.round(share * 10_000) / 10_000,
    waiting,
    oldestWaitingAt: oldestWaitingAt?.toISOString() ?? null,
    lastError:
      lastError === null
        ? null
        : { at: lastError.at.toISOString(), status: lastError.status ?? undefined, message: lastError.message },
  };
}

const health = z
  .object({
    state: z
      .enum(WEBHOOK_HEALTH)
      .describe(
        'failing: most tries of the last five minutes were not taken, or were not before it began to wait for its next one. paused: it rests, or is disabled. idle: nothing was tried for an hour and nothing waits.',
      ),
    successShare: z.number().min(0).max(1).nullable().describe('Share of the tries of the last hour that were taken.'),
    waiting: z.int().min(0).describe('Callbacks that wait to be told. With very many it is a lower bound.'),
    oldestWaitingAt: z.iso.datetime().nullable(),
    lastError: z
      .object({ at: z.iso.datetime(), status: z.int().optional(), message: z.string() })
      .nullable()
      .describe('The last try that was not taken, however long ago.'),
  })
  .meta({ id: 'WebhookHealth' });

export const webhookAnswer = z
  .object({
    id: z.string(),
    kind: z.enum(['clevertap', 'standard']),
    url: z.string().describe('Values of its query are masked; without the scope `manage` its path is, too.'),
    isDefault: z.boolean(),
    events: z.array(z.string()).nullable(),
    state: z
      .enum(['active', 'paused', 'disabled'])
      .describe(
        'paused: its endpoint refuses everything or is away. What waits for it is kept, and one post at a time tries whether it is back.',
      ),
    disabledReason: z.string().optional(),
    pausedReason: z.string().optional(),
    pausedAt: z.iso.datetime().optional(),
    nextProbeAt: z.iso.datetime().optional(),
    givenUpFrom: z.iso
      .datetime()
      .optional()
      .describe('Of a disabled one: when the oldest of what waits for it is given up. Each callback waits 7 days.'),
    health,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });
const secret = z.string().regex(/^whsec_/);
export const madeWebhook = webhookAnswer.extend({ secret: secret.optional() });
export const rotatedSecret = z.object({ id: z.string(), secret, previousSecretExpiresAt: z.iso.datetime() });
