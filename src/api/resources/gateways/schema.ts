/** What a gateway may be given, and how it is shown. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { addressRangeProblem } from '../../../receipts/address-list';
import { NO_VENDOR, providers, providerNamed, type Provider } from '../../../providers/registry';
import type { GatewayHealth } from '../../../core/gateways/health';
import { MAX_SENDER_LENGTH } from '../../../core/gateways/sender';
import { PROVIDER_ID_BASES } from '../../../core/messages/provider-id';
import { openGateway } from '../../../providers/open';
import { unsealGateway, type GatewayDraft, type GatewayRow } from '../../../store/gateways/gateways';
import type { Sealer } from '../../../store/seal';
import { image, isPublicLink, publicLink, readImage } from '../../http/image';
import { invalidField } from '../../http/invalid';
import { validate } from '../../http/validate';
import { withoutLogin } from './base-url';
import { checkSecrets, maskAll, maskCredentials } from './secrets';

const MAX_IN_FLIGHT = 1_000;
const sender = z.string().trim().min(1).max(MAX_SENDER_LENGTH);

const callbackAuth = z.union([
  z.strictObject({ basic: z.strictObject({ username: z.string().min(1), password: z.string().min(1) }) }),
  z.strictObject({ bearer: z.string().min(1) }),
]);

const MAX_ADDRESSES = 100;
const addressRange = z.string().superRefine((text, context) => {
  const problem = addressRangeProblem(text);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

export const gateway = z.strictObject({
  provider: z.string(),
  name: z.string().trim().min(1).max(100),
  credentials: z.record(z.string(), z.unknown()),
  callbackAuth: callbackAuth
    .nullable()
    .optional()
    .describe(
      'Left out, one is made where the provider can send it, and shown this once; `null` = callbacks prove nothing.',
    ),
  callbackAllow: z
    .array(addressRange)
    .max(MAX_ADDRESSES)
    .default([])
    .describe('Addresses and ranges that callbacks may come from; empty = any.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .nullable()
    .default(null)
    .describe('https, unless its host is listed in HELIOGRAPH_OUTBOUND_ALLOW. Another one needs the credentials anew.'),
  sendingPattern: z.enum(['batch', 'loop']),
  status: z.enum(['active', 'inactive']).default('active'),
  priority: z.int().min(1).max(10_000).default(100),
  weight: z.int().min(1).max(1_000).default(1),
  defaultSender: sender.nullable().default(null),
  fallbackSender: sender.nullable().default(null),
  ratePerSecond: z.int().min(1).max(100_000).nullable().default(null),
  maxInFlight: z.int().min(1).max(MAX_IN_FLIGHT).default(64),
  batchSize: z.int().min(1).nullable().default(null),
  receiptDeadlineSeconds: z.int().min(1).max(604_800).default(86_400),
  failoverAfterSeconds: z.int().min(1).max(604_800).nullable().default(null),
  validitySeconds: z.int().min(60).max(604_800).nullable().default(null),
  providerIdBase: z
    .enum(PROVIDER_ID_BASES)
    .nullable()
    .default(null)
    .describe('Set where reports write the provider’s ids to this base and its answers to the other one.'),
  smartEncoding: z
    .boolean()
    .default(false)
    .describe(
      'Curly quotes, dashes, ellipses and special blanks leave as letters of the SMS alphabet, where that makes a text GSM-7. The account’s setting of that name does it for all gateways.',
    ),
  description: z.string().max(1_000).nullable().default(null),
  signupLink: publicLink.nullable().default(null),
  logo: image.nullable().default(null),
  pricePerSegment: z.number().min(0).max(1_000).nullable().default(null),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217), such as INR')
    .nullable()
    .default(null),
});

/** Defaults are for creation only: what a patch does not name stays as it is. */
export const gatewayPatch = z.strictObject(
  Object.fromEntries(
    Object.entries(gateway.shape)
      .filter(([name]) => name !== 'provider')
      .map(([name, type]) => [name, (type instanceof z.ZodDefault ? type.unwrap() : type).optional()]),
  ),
) as unknown as z.ZodType<Partial<GatewayDraft>>;

export const gatewayRemoval = z.strictObject({
  drain: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true`: nothing new is sent over it, and it goes when it is empty.'),
});

/**
 * Refuses what the provider can't do, or needs and was not given.
 * @returns the provider of that name.
 * @throws AppError invalid-request
 */
export function checkProvider(name: string, draft: Partial<GatewayDraft>): Provider {
  const provider = providerNamed(name);
  if (provider === undefined) {
    invalid('provider', `is ${JSON.stringify(name)}; it must be one of ${Object.keys(providers).join(', ')}`);
  }
  const { batchSize } = provider.capabilities;
  if (draft.sendingPattern === 'batch' && batchSize === 1)
    invalid('sendingPattern', `must be "loop": ${provider.label} takes one message per request`);
  if (draft.batchSize != null && draft.batchSize > batchSize)
    invalid('batchSize', `must be ${batchSize} or less for ${provider.label}`);
  if (draft.validitySeconds != null && !provider.capabilities.validity)
    invalid('validitySeconds', `must be left out: ${provider.label} has no place for it`);
  const { maxValiditySeconds } = provider.capabilities;
  if (draft.validitySeconds != null && maxValiditySeconds !== null && draft.validitySeconds > maxValiditySeconds) {
    invalid(
      'validitySeconds',
      `is ${draft.validitySeconds}; it must be ${maxValiditySeconds} or less: ${provider.label} keeps a message no longer`,
    );
  }
  if (draft.baseUrl === null && provider.defaultBaseUrl === NO_VENDOR) {
    invalid('baseUrl', `must be given: ${provider.label} has no host of its own`);
  }
  if (draft.credentials !== undefined) {
    const { credentials } = validate(z.object({ credentials: provider.credentialsSchema }), draft);
    checkSecrets(provider, credentials);
  }
  return provider;
}

/**
 * A message may go on to another gateway for want of a receipt only when the provider has ended the first copy.
 * @param gateway as it would be after the change.
 * @throws AppError invalid-request
 */
export function checkFailover(
  providerName: string,
  gateway: Pick<GatewayDraft, 'failoverAfterSeconds' | 'validitySeconds' | 'receiptDeadlineSeconds'>,
): void {
  const { failoverAfterSeconds: after, validitySeconds: validity, receiptDeadlineSeconds: deadline } = gateway;
  if (after == null) return;
  const provider = providerNamed(providerName);
  const because = `is ${after}, which would send a second copy while the first is on its way`;
  if (provider?.capabilities.validity !== true) {
    invalid('failoverAfterSeconds', `${because}: ${provider?.label ?? providerName} has no validity; leave it out`);
  }
  if (validity === null || validity >= after) {
    invalid('failoverAfterSeconds', `${because}: give a validitySeconds below ${after}`);
  }
  if (after >= deadline) {
    invalid('failoverAfterSeconds', `is ${after}; it must be below receiptDeadlineSeconds, which is ${deadline}`);
  }
}

function invalid(field: string, message: string): never {
  throw invalidField(field, message);
}

/**
 * A gateway as answered: secrets masked, with its health, and with its callback URL for who may manage it.
 * @param madeAuth a callback secret that was made just now, which is shown this once.
 */
export function toGateway(
  row: GatewayRow,
  { sealer, publicUrl }: { sealer: Sealer; publicUrl: string },
  health: GatewayHealth,
  scopes: readonly Scope[],
  madeAuth?: object | null,
) {
  const { provider, config } = openGateway(row, unsealGateway(row, sealer), publicUrl);
  return {
    id: row.id,
    provider: row.provider,
    name: row.name,
    credentials: maskCredentials(provider, config.credentials),
    callbackAuth: madeAuth ?? maskAll(config.callbackAuth),
    ...(mayManage(scopes) ? { callbackUrl: config.callbackUrl } : {}),
    callbackAllow: row.callback_allow,
    callbackAuthenticated: isAuthenticated(provider, config.callbackAuth, row.callback_allow),
    previousCallbackUntil: previousUntil(row),
    baseUrl: row.base_url === null ? null : withoutLogin(row.base_url),
    sendingPattern: row.sending_pattern,
    status: row.status,
    priority: row.priority,
    weight: row.weight,
    defaultSender: row.default_sender,
    fallbackSender: row.fallback_sender,
    ratePerSecond: row.rate_per_second,
    maxInFlight: row.max_in_flight,
    batchSize: row.batch_size,
    receiptDeadlineSeconds: row.receipt_deadline_seconds,
    failoverAfterSeconds: row.failover_after_seconds,
    validitySeconds: row.validity_seconds,
    providerIdBase: row.provider_id_base,
    smartEncoding: row.smart_encoding,
    description: row.description,
    // Earlier versions took anything.
    signupLink: row.signup_link !== null && isPublicLink(row.signup_link) ? row.signup_link : null,
    logo: row.logo === null ? null : readImage(row.logo),
    pricePerSegment: row.price_per_segment === null ? null : Number(row.price_per_segment),
    currency: row.currency,
    demo: row.demo,
    health,
    createdAt: row.created_at.toISOString(),
  };
}

const mayManage = (scopes: readonly Scope[]): boolean => scopes.includes('manage') || scopes.includes('admin');

/** Whether a callback has to prove that it comes from the provider, by more than the path it comes to. */
export const isAuthenticated = (
  provider: Pick<Provider, 'callbackScheme'>,
  auth: object | null,
  allow: readonly string[],
): boolean => provider.callbackScheme === 'signature' || auth !== null || allow.length > 0;

function previousUntil({ previous_callback_until: until }: GatewayRow): string | undefined {
  return until !== null && until > new Date() ? until.toISOString() : undefined;
}
