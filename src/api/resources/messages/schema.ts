/** What the search for messages may be asked, and how messages are shown. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { maskMsisdn } from '../../../core/messages/msisdn';
import { CLAIMABLE_STATES, MESSAGE_STATES, type MessageState } from '../../../core/messages/status';
import { heldUntilMs } from '../../../core/time/hold';
import type { KeyName } from '../../../store/accounts/api-keys';
import type { MessageRow } from '../../../store/messages/shown';
import type { MessageTrace } from '../../../store/messages/trace';
import { campaignWorkflowId, sendWorkflowId } from '../../../workflows/contract';
import { HIDDEN_BY, toOptions, toSaid, toText } from '../../http/content';
import { instant } from '../../http/instant';
import { originAnswer, toOrigin } from '../../http/origin';
import { pageQuery } from '../../http/page';
import { storable, storableName } from '../../http/text';
import { vendorsId } from '../../http/vendors-id';
import { workflowLink, type WorkflowLinks } from '../../http/workflow-link';
import { exchangeShape, type ShownExchange } from './exchange';

export const messageQuery = z.strictObject({
  to: z.string().optional().describe('A number, with country code or as written in the account’s country.'),
  toContains: z
    .string()
    .regex(/^\d{4,15}$/, 'must be 4 to 15 digits that stand in the number one after the other, such as the last four')
    .optional()
    .describe('Digits that are part of the number. Needs the scope `manage`: others are shown numbers masked.'),
  meta: z.string().optional(),
  state: z.enum(MESSAGE_STATES).optional(),
  campaignId: storableName(64).optional(),
  providerMessageId: storable(1, 1_000).optional().describe('What the provider calls the message, in any case.'),
  gatewayId: storableName(64).optional().describe('Shown with this gateway, see `gatewayId` of a message.'),
  sender: storable(1, 64).optional().describe('Shown with this sender ID, see `sender` of a message.'),
  code: storable(1, 100)
    .optional()
    .describe('CleverTap’s code of its outcome, or the provider’s of one of its attempts.'),
  from: instant.optional().describe('Accepted at this moment or later.'),
  until: instant.optional().describe('Accepted before this moment.'),
  cursor: z.uuid().optional(),
  limit: pageQuery.shape.limit,
});

const outcome = {
  class: z.string().optional().describe('What kind of refusal it was.'),
  code: z.string().optional().describe('The provider’s own code.'),
  reason: z.string().optional(),
};

export const message = z
  .object({
    id: z.uuid(),
    to: z.string().describe('E.164; masked unless the key has the scope `manage`.'),
    meta: z.string().nullable(),
    campaignId: z.string().optional(),
    test: z.literal(true).optional().describe('It tries a gateway, see `POST /gateways/{id}/test`.'),
    ...workflowLink,
    state: z.enum(MESSAGE_STATES),
    sender: z
      .string()
      .nullable()
      .describe('Of the attempt that delivered, else of the newest one; of a message without one what was asked for.'),
    requestedSender: z.string().nullable().describe('What was asked for; null = the gateway’s default.'),
    gatewayId: z
      .string()
      .nullable()
      .describe('Of the attempt that delivered, else of the newest one, or the one that the message waits for.'),
    providerMessageId: z
      .string()
      .nullable()
      .describe('What the provider of that attempt calls it; null = it has told no id.'),
    leg: z.int().describe('Place in the route, from 0.'),
    service: z.string(),
    segments: z.int(),
    encoding: z.enum(['gsm7', 'ucs2']),
    acceptedAt: z.iso.datetime(),
    scheduledAt: z.iso.datetime().optional(),
    heldUntil: z.iso
      .datetime()
      .optional()
      .describe('When the window opens that a promotional message waits for; absent = it waits for none.'),
    validUntil: z.iso
      .datetime()
      .optional()
      .describe('From then on it is too old to leave. Of a campaign’s message its campaign says it.'),
    submittedAt: z.iso.datetime().optional(),
    settledAt: z.iso.datetime().optional(),
    code: z.string().optional(),
    reason: z.string().optional(),
    resentAs: z.uuid().optional().describe('The message that it was sent again as.'),
    resendOf: z.uuid().optional().describe('The message that was sent again as this one.'),
  })
  .meta({ id: 'Message' });

export const messagePage = z.object({
  items: z.array(message),
  nextCursor: z
    .string()
    .nullable()
    .describe('Leads on. A page may have fewer items than `limit`, or none, and a cursor: see `searchedSince`.'),
  searchedSince: z.iso
    .datetime()
    .optional()
    .describe('The page ends here because so many messages were looked through: older ones come with the next page.'),
});

export const resend = z.strictObject({
  confirm: z.boolean().optional().describe('True: also if the message was delivered, or may have been.'),
});
export const resent = z
  .object({
    id: z.uuid().describe('Of the new message.'),
    resendOf: z.uuid(),
    heldUntil: z.iso
      .datetime()
      .optional()
      .describe('When the window opens that it waits for; absent = it waits for none.'),
  })
  .meta({ id: 'ResentMessage' });

export const move = z.strictObject({
  gatewayId: storableName(64).describe('One of the gateways of the message’s route.'),
});

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
    ...exchangeShape,
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
    deliveredAt: z.iso.datetime().optional().describe('When its webhook took it.'),
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
    sensitive: z
      .literal(true)
      .optional()
      .describe('Nobody is shown the text; it is deleted once the message has ended.'),
    dropped: z.array(z.string()).optional().describe('What no gateway could carry, and the account lets go of.'),
    extra: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Fields of the request that mean nothing here; shown as the text is.'),
  })
  .meta({ id: 'MessageOptions' });

export const trace = z
  .object({
    ...message.shape,
    origin: originAnswer,
    text: z.string().nullable().describe('Null unless the key has the scope `content` or `manage`.'),
    textHidden: z
      .enum(HIDDEN_BY)
      .optional()
      .describe('Why `text` is null: the key lacks the scope, or the message is `sensitive` and nobody is shown it.'),
    options,
    attempts: z.array(attempt),
    receipts: z.array(receipt),
    callbacks: z.array(callback),
  })
  .meta({ id: 'MessageTrace', description: 'A message with all that happened to it, each list in time order.' });

const iso = (date: Date | null): string | undefined => date?.toISOString();

/** @param scopes full numbers are shown to `manage` only. */
export function toMessage(row: MessageRow, scopes: readonly Scope[], linkTo: WorkflowLinks) {
  const whole = scopes.includes('manage') || scopes.includes('admin');
  return {
    id: row.id,
    to: whole ? row.msisdn : maskMsisdn(row.msisdn),
    meta: row.meta,
    campaignId: row.campaign_id ?? undefined,
    test: row.is_test || undefined,
    ...linkTo(workflowIdOf(row)),
    state: row.state,
    sender: row.attempt === null ? row.sender : row.attempt.sender,
    requestedSender: row.sender,
    gatewayId: row.gateway_id,
    providerMessageId: calledBy(row),
    leg: row.leg,
    service: row.service,
    segments: row.segments,
    encoding: row.encoding,
    acceptedAt: row.accepted_at.toISOString(),
    scheduledAt: iso(row.due_at),
    heldUntil: heldUntil(row, Date.now()),
    validUntil: iso(row.valid_until),
    submittedAt: iso(row.submitted_at),
    settledAt: iso(row.settled_at),
    code: row.code ?? undefined,
    reason: toSaid(row.reason, row, scopes),
    resentAs: row.resent_as ?? undefined,
    resendOf: row.resend_of ?? undefined,
  };
}

function calledBy({ id, attempt }: MessageRow): string | null {
  if (attempt === null) return null;
  return vendorsId(attempt.provider, { messageId: id, no: attempt.no, providerId: attempt.provider_id });
}

/** Of one that waits to leave. */
function heldUntil({ windows, state, due_at: dueAt }: MessageRow, nowMs: number): string | undefined {
  if (windows === null || !(CLAIMABLE_STATES as readonly MessageState[]).includes(state)) return undefined;
  const untilMs = heldUntilMs(windows, dueAt?.getTime() ?? null, nowMs);
  return untilMs === null ? undefined : new Date(untilMs).toISOString();
}

/** Its campaign's, its group's, or that of its own slice. */
function workflowIdOf({ campaign_id: campaignId, group_id: groupId, slice_id: sliceId }: MessageRow): string {
  return campaignId === null ? sendWorkflowId(groupId ?? sliceId) : campaignWorkflowId(campaignId);
}

/**
 * @param exchanges of its attempts, by their number.
 * @param keys of the account, those that have ended too.
 */
export function toTrace(
  { message, attempts, receipts, callbacks }: MessageTrace,
  exchanges: ReadonlyMap<number, ShownExchange>,
  keys: readonly KeyName[],
  scopes: readonly Scope[],
  linkTo: WorkflowLinks,
) {
  const said = (words: string | null): string | undefined => toSaid(words, message, scopes);
  return {
    ...toMessage(message, scopes, linkTo),
    origin: toOrigin(message, keys),
    ...toText(message, scopes),
    options: toOptions(message, scopes),
    attempts: attempts.map((attempt) => ({
      no: attempt.no,
      gatewayId: attempt.gateway_id,
      leg: attempt.leg,
      sender: attempt.sender,
      state: attempt.state,
      providerMessageId: vendorsId(attempt.provider, {
        messageId: message.id,
        no: attempt.no,
        providerId: attempt.provider_id,
      }),
      class: attempt.class ?? undefined,
      code: attempt.code ?? undefined,
      reason: said(attempt.reason),
      createdAt: attempt.created_at.toISOString(),
      answeredAt: iso(attempt.answered_at),
      settledAt: iso(attempt.settled_at),
      ...exchanges.get(attempt.no)!,
    })),
    receipts: receipts.map((receipt) => ({
      attemptNo: receipt.attempt_no,
      status: receipt.status,
      disposition: receipt.disposition,
      class: receipt.class ?? undefined,
      code: receipt.code ?? undefined,
      reason: said(receipt.reason),
      occurredAt: iso(receipt.occurred_at),
      receivedAt: receipt.received_at.toISOString(),
    })),
    callbacks: callbacks.map((callback) => ({
      id: callback.id,
      webhookId: callback.webhook_id,
      event: callback.event,
      state: callback.state,
      code: callback.code ?? undefined,
      description: said(callback.description),
      tries: callback.tries,
      nextTryAt: callback.state === 'pending' ? iso(callback.next_try_at) : undefined,
      lastStatus: callback.last_status ?? undefined,
      lastError: said(callback.last_error),
      deliveredAt: callback.state === 'delivered' ? iso(callback.next_try_at) : undefined,
      createdAt: callback.created_at.toISOString(),
    })),
  };
}
