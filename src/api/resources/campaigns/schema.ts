/** What a campaign may be given, and how it is shown. */
import { z } from 'zod';
import { MAX_META_LENGTH } from '../../../core/audience/upload-row';
import { MAX_AGE_SECONDS } from '../../../core/messages/age';
import { CAMPAIGN_STATES } from '../../../core/campaigns/campaign';
import { cronProblem } from '../../../core/time/cron';
import { MAX_SENDER_LENGTH } from '../../../core/gateways/sender';
import { WEEKDAYS } from '../../../core/time/window';
import { phoneNumber } from '../../http/number';
import { pageQuery } from '../../http/page';
import { dltId, ianaTimezone, storable, storableName, visibleText } from '../../http/text';
import { variables } from '../../http/variables';
import { workflowLink } from '../../http/workflow-link';

/** Recipients that may come in the request itself; more are uploaded. */
export const MAX_RECIPIENTS = 10_000;
const MAX_TEXT_LENGTH = 4_000;
const DAY_SECONDS = 86_400;

const timezone = ianaTimezone.max(64);
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a clock time such as 10:00');

const window = z
  .strictObject({
    start: clock,
    end: clock,
    days: z.array(z.enum(WEEKDAYS)).min(1).optional(),
    timezone: timezone.optional(),
    /** Judge the clock in the recipient's zone, where the number tells it. */
    recipientZone: z.boolean().default(false),
  })
  .refine(({ start, end }) => start !== end, { path: ['end'], message: 'is the same as start: the window never opens' })
  .refine(({ recipientZone, timezone: zone }) => !recipientZone || zone === undefined, {
    path: ['timezone'],
    message: 'and recipientZone exclude each other: remove one',
  });

/** A recipient is checked alone, so that a bad one is rejected alone. */
export const recipient = z.strictObject({
  to: phoneNumber,
  variables: variables.default({}),
  custom: storable(0, MAX_META_LENGTH).optional(),
});

const audience = z.union(
  [
    z.strictObject({
      recipients: z
        .array(z.unknown())
        .min(1, 'is empty: give at least one recipient')
        // Not max(): zod would say of it only that the audience is none of the three.
        .refine(
          ({ length }) => length <= MAX_RECIPIENTS,
          `has more than ${MAX_RECIPIENTS} recipients: upload them as a file`,
        ),
    }),
    z.strictObject({ groupId: storableName(64) }),
    z.strictObject({ uploadId: storableName(64) }),
  ],
  { error: 'must be {"recipients":[…]}, {"groupId"} or {"uploadId"}' },
);

const rate = z.int().min(1).max(100_000);

const recurrence = z.strictObject({
  cron: z
    .string()
    .max(100)
    .superRefine((cron, context) => {
      const message = cronProblem(cron);
      if (message !== null) context.addIssue({ code: 'custom', message });
    }),
  overlap: z.enum(['skip', 'buffer', 'allow']).default('skip'),
});

const fields = z.strictObject({
  name: storableName(200),
  message: visibleText(MAX_TEXT_LENGTH).optional(),
  templateId: storableName(64).optional(),
  variables: variables.default({}),
  sender: storableName(MAX_SENDER_LENGTH).optional(),
  routeId: storableName(64).optional(),
  audience,
  time: z.union([z.string().max(64), z.number()]).optional(),
  timezone: timezone.optional(),
  window: window.optional(),
  lateness: z.enum(['send', 'skip', 'next-window']).optional(),
  maxAgeSeconds: z.int().min(1).max(MAX_AGE_SECONDS).optional(),
  validUntil: z.union([z.string().max(64), z.number()]).optional(),
  service: storableName(20).optional(),
  type: z.enum(['U', 'N', 'A']).default('A'),
  flash: z.boolean().default(false),
  port: z.int().min(1).max(65_535).optional(),
  entityId: dltId.optional(),
  dltTemplateId: dltId.optional(),
  sensitive: z
    .boolean()
    .default(false)
    .describe(
      'Nobody is shown its text and variables, nor its messages’; a template that is sensitive makes it so too.',
    ),
  ratePerSecond: rate.optional(),
  finishWithinSeconds: z
    .int()
    .min(60)
    .max(30 * DAY_SECONDS)
    .optional(),
  webhookId: storableName(64).optional(),
  draft: z.boolean().default(false),
  recurrence: recurrence.optional(),
});

export const campaign = fields
  .refine(({ message, templateId }) => (message === undefined) !== (templateId === undefined), {
    path: ['message'],
    message: 'or templateId must be given, and not both',
  })
  .refine(({ time, recurrence: series }) => time === undefined || series === undefined, {
    path: ['time'],
    message: 'and recurrence exclude each other: a series begins at the times of its cron expression',
  })
  .refine(({ validUntil, recurrence: series }) => validUntil === undefined || series === undefined, {
    path: ['validUntil'],
    message: 'and recurrence exclude each other: give maxAgeSeconds, counted from the time of each of its campaigns',
  });

export type CampaignBody = z.output<typeof campaign>;

const emptied = <T extends z.ZodType>(field: T) => field.nullable().optional();

/** What a PATCH may name; null takes away what has a value of the account's, or none, instead. */
export const patch = z
  .strictObject({
    name: fields.shape.name.optional(),
    message: fields.shape.message,
    templateId: fields.shape.templateId,
    variables: variables.optional(),
    sender: emptied(storableName(MAX_SENDER_LENGTH)),
    routeId: emptied(storableName(64)),
    audience: audience.optional(),
    time: emptied(z.union([z.string().max(64), z.number()])),
    timezone: timezone.optional(),
    window: emptied(window),
    lateness: z.enum(['send', 'skip', 'next-window']).optional(),
    maxAgeSeconds: emptied(z.int().min(1).max(MAX_AGE_SECONDS)),
    validUntil: emptied(z.union([z.string().max(64), z.number()])),
    service: storableName(20).optional(),
    type: z.enum(['U', 'N', 'A']).optional(),
    flash: z.boolean().optional(),
    port: emptied(z.int().min(1).max(65_535)),
    entityId: emptied(dltId),
    dltTemplateId: emptied(dltId),
    sensitive: z.boolean().optional(),
    ratePerSecond: rate.nullable().optional(),
    finishWithinSeconds: fields.shape.finishWithinSeconds.nullable(),
    webhookId: emptied(storableName(64)),
    recurrence: emptied(recurrence),
  })
  .refine((given) => Object.keys(given).length > 0, { message: 'names nothing to change' })
  .refine(({ message, templateId }) => message === undefined || templateId === undefined, {
    path: ['message'],
    message: 'and templateId exclude each other: give one of them',
  });
export type CampaignPatch = z.output<typeof patch>;

export const reschedule = z.strictObject({
  time: z.union([z.string().max(64), z.number()]),
  timezone: timezone.optional(),
});

export const testSend = z.strictObject({
  /** Absent = all that are verified. */
  testPhoneIds: z.array(storableName(64)).min(1).max(50).optional(),
  /** Absent = those of the audience's first recipient. */
  variables: variables.optional(),
});

export const listQuery = pageQuery.extend({
  state: z.enum(CAMPAIGN_STATES).optional(),
  seriesId: z.string().max(64).optional(),
});

export const ledgerQuery = z.strictObject({ format: z.enum(['json', 'csv']).optional() });

const count = z.int().min(0);

export const problem = z.strictObject({
  position: count.describe('A row of the file (the header is row 1), or an index of the request, from 0.'),
  code: z.string(),
  message: z.string(),
});

export const rejectedQuery = pageQuery.extend({
  to: z.string().min(1).max(100).optional().describe('A number in any spelling, or as it was written.'),
  meta: z.string().max(MAX_META_LENGTH).optional(),
});

export const rejectedAnswer = problem.extend({
  to: z.string().nullable().describe('Masked unless the key has the scope `manage`; null where it is not known.'),
  meta: z.string().nullable(),
});

export const rejection = z.strictObject({ index: count, code: z.string(), field: z.string(), message: z.string() });

export const counts = z.strictObject({
  accepted: count, queued: count, submitting: count, submitted: count, delivered: count, failed: count,
  expired: count, suppressed: count, cancelled: count, unknown: count, open: count,
}); // prettier-ignore

export const campaignAnswer = z.strictObject({
  id: z.string(),
  ...workflowLink,
  workflowId: workflowLink.workflowId.optional().describe('Its workflow in Temporal. A draft and a series have none.'),
  name: z.string(),
  state: z.enum(CAMPAIGN_STATES),
  reason: z.string().nullable(),
  message: z.string().nullable().describe('Null when it is sensitive.'),
  templateId: z.string().nullable(),
  variables: z.record(z.string(), z.string()).describe('Empty when it is sensitive.'),
  sensitive: z.boolean(),
  sender: z.string().nullable(),
  routeId: z.string().nullable(),
  service: z.string(),
  type: z.enum(['U', 'N', 'A']).describe('As a request gives it: Unicode, plain, or whatever its characters need.'),
  flash: z.boolean(),
  port: z.int().nullable(),
  entityId: z.string().nullable(),
  dltTemplateId: z.string().nullable(),
  webhookId: z.string().nullable(),
  audience: z.strictObject({
    kind: z.enum(['recipients', 'group', 'upload', 'campaign']),
    id: z.string().optional(),
    classes: z.array(z.string()).optional().describe('Of those of a campaign that failed: only these.'),
    codes: z.array(z.string()).optional(),
    recipients: count.describe(
      'Recipients that became messages, and so far, while it is `preparing`. Of a draft and of a series: those that there are ' +
        'now; of the failed ones of another campaign at most so many, where it names classes or codes.',
    ),
    rejected: count.describe(
      'Recipients that are left out: the request or its upload rejected them, or their text could not be made.',
    ),
    duplicates: count.describe('Recipients that are left out because their number came before.'),
    problems: z.array(problem).describe('Why they were rejected, of the first hundred; `rejected` counts all.'),
  }),
  time: z.iso.datetime().nullable(),
  timezone: z.string(),
  window: z
    .object({
      start: z.string(),
      end: z.string(),
      days: z.array(z.enum(WEEKDAYS)).readonly().optional(),
      timezone: z.string().nullable(),
    })
    .nullable(),
  lateness: z.enum(['send', 'skip', 'next-window']),
  maxAgeSeconds: z.int().nullable(),
  validUntil: z.iso.datetime().nullable(),
  ratePerSecond: z.int().nullable(),
  finishWithinSeconds: z.int().nullable(),
  recurrence: recurrence.nullable(),
  seriesId: z.string().nullable(),
  againOf: z.string().nullable().describe('The campaign to whose failed ones it goes again.'),
  again: z
    .array(z.string())
    .optional()
    .describe('Campaigns that go again to those of this one that failed; of one campaign alone.'),
  counts,
  /** Messages that left per second since the campaign began; null = none has. */
  sentPerSecond: z.number().nullable(),
  /** Seconds until the last message leaves, as far as rates and windows tell; null = not known. */
  etaSeconds: z.int().nullable(),
  createdAt: z.iso.datetime(),
  launchedAt: z.iso.datetime().nullable(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});

/** A campaign that was just made, with the recipients of the request that it leaves out. */
export const createdAnswer = campaignAnswer.extend({ rejected: z.array(rejection) });

export const forecastAnswer = z.strictObject({
  recipients: count,
  suppressed: count,
  duplicates: count,
  rejected: count,
  problems: z.array(problem),
  segments: z.strictObject({ total: count, byParts: z.record(z.string(), count) }),
  encodings: z.strictObject({ gsm7: count, ucs2: count }),
  surprises: z.array(z.strictObject({ character: z.string(), messages: count })),
  smartEncoding: z
    .strictObject({ on: z.boolean(), messages: count, segments: count })
    .optional()
    .describe(
      'Messages that the account’s smartEncoding makes GSM-7 and the parts that saves; would, where it is not `on`.',
    ),
  cost: z.strictObject({ amount: z.number(), currency: z.string().nullable() }).nullable(),
  finishesAt: z.iso.datetime().nullable(),
  sendingSeconds: count,
  warnings: z.array(z.string()),
  madeAt: z.iso.datetime(),
});

/** While a forecast is being made. */
export const computingAnswer = z.strictObject({ state: z.literal('computing') });

/** Columns of the CSV ledger. */
export const LEDGER_COLUMNS = [
  'to', 'meta', 'state', 'code', 'reason', 'sender', 'gateway', 'attempts', 'segments', 'providerMessageId',
  'submittedAt', 'settledAt',
] as const; // prettier-ignore

export const ledgerAnswer = z.strictObject({
  campaignId: z.string(),
  state: z.enum(CAMPAIGN_STATES),
  ledger: counts.omit({ queued: true, submitting: true, submitted: true }),
  /** Recipients of the audience that never became messages. */
  leftOut: z.strictObject({ rejected: count, duplicates: count }),
  /** Messages with an outcome by CleverTap code; delivered ones have none. */
  byCode: z.array(z.strictObject({ state: z.string(), code: z.string().nullable(), messages: count })),
});

export const testAnswer = z.strictObject({
  sent: z.array(
    z.strictObject({
      testPhoneId: z.string(),
      messageId: z.string(),
      heldUntil: z.iso.datetime().optional().describe('When the window opens that holds it; absent = none does.'),
    }),
  ),
});
