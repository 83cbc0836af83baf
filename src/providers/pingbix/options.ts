/** What a gateway of Pingbix is configured with: a login, and names, codes and reports, because none of it is verified. */
import { z } from 'zod';
import { inboundSchema, placeSchema, receiptSchema, refusalsSchema } from '../shared/mapping';

const visible = z.string().regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without blanks');

/** The vendor's names of our fields. */
const fieldsSchema = z.strictObject({
  userId: z.string().default('userid'),
  password: z.string().default('password'),
  /** A header. */
  apiKey: visible.default('apikey'),
  to: z.string().default('mobile'),
  text: z.string().default('msg'),
  from: z.string().default('senderid'),
  /** `text` or `unicode`. */
  type: z.string().default('msgType'),
  entityId: z.string().default('dltEntityId'),
  templateId: z.string().default('dltTemplateId'),
});

/**
 * Status words of reports and look-ups, by public clients of the same software (HostPinnacle), read on 2026-11-29. Its
 * SUCCESS and OK are about the request, see `receipts.ts`.
 */
const STATUSES = {
  delivrd: 'delivered',
  delivered: 'delivered',
  dlvrd: 'delivered',
  undeliv: 'failed',
  undelivered: 'failed',
  undeliverable: 'failed',
  failed: 'failed',
  fail: 'failed',
  error: 'failed',
  rejectd: 'failed',
  rejected: 'failed',
  blacklisted: 'failed',
  expired: 'expired',
  submitted: 'pending',
  sent: 'pending',
  accepted: 'pending',
  acceptd: 'pending',
  pending: 'pending',
  processing: 'pending',
  queued: 'pending',
  enroute: 'pending',
} as const;

/** How receipts look: by default as the family sends them, wherever in the request. */
const receiptsSchema = receiptSchema.omit({ attemptId: true, field: true, list: true }).extend({
  in: z.enum(['any', ...receiptSchema.shape.in.options]).default('any'),
  providerId: placeSchema.default('transactionId'),
  status: placeSchema.default('status'),
  statuses: receiptSchema.shape.statuses.default(STATUSES),
  code: placeSchema.default('statusCode'),
  reason: placeSchema.default('reason'),
  /** The number; null = reports carry none, and each message becomes a request of its own. */
  to: placeSchema.nullable().default('mobile'),
});
export type PingbixReceipts = z.infer<typeof receiptsSchema>;

const options = {
  fields: fieldsSchema.prefault({}).meta({ title: 'Field names', description: 'What Pingbix calls our fields' }),
  constants: z
    .record(z.string(), z.string())
    .default({ sendMethod: 'quick', duplicatecheck: 'true', output: 'json', dlr: '1' })
    .meta({ title: 'Constant parameters', description: 'Every request carries them as they are' }),
  /** Meaning of the `statusCode` of refusals. Its 200 is HTTP's, so 401 and 402, which stop an account, may well be too. */
  refusals: refusalsSchema
    .default([
      { value: '401', class: 'account', clevertap: '904' },
      { value: '402', class: 'account', clevertap: '904' },
    ])
    .meta({ title: 'Refusals', description: 'What the statusCode of a refusal means' }),
  receipts: receiptsSchema
    .prefault({})
    .meta({ title: 'Delivery reports', description: 'Where their values stand and what they mean' }),
  inbound: inboundSchema
    .optional()
    .meta({ title: 'Texts of phones', description: 'Where their values stand. Without it nobody can opt out by STOP' }),
};

export const credentialsSchema = z.union([
  z.strictObject({
    userId: z.string().min(1).meta({ title: 'User id' }),
    password: z.string().min(1).meta({ title: 'Password', secret: true }),
    ...options,
  }),
  z.strictObject({ apiKey: visible.meta({ title: 'API key', secret: true }), ...options }),
]);
export type PingbixCredentials = z.infer<typeof credentialsSchema>;

/** Every secret of these credentials. */
export const secretsOf = (credentials: PingbixCredentials): string[] => [
  'apiKey' in credentials ? credentials.apiKey : credentials.password,
];
