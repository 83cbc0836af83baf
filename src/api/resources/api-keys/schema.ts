/** What an API key may be given, and how it is shown. */
import { z } from 'zod';
import { SCOPES } from '../../../core/accounts/api-key';
import type { KeyDraft, NewKey } from '../../../store/accounts/api-keys';
import { instant } from '../../http/instant';
import { storable, storableName } from '../../http/text';

const DAY_SECONDS = 86_400;
const MAX_GRACE_DAYS = 30;

/** The end of a key, which is still to come. */
const end = instant.refine((at) => at.getTime() > Date.now(), 'is in the past: the key would never be good');

export const keyBody = z.strictObject({
  name: storableName(100),
  scopes: z.array(z.enum(SCOPES)).min(1),
  accountId: storable(1, 64).optional(),
  expiresAt: end.optional(),
  ratePerSecond: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Requests, not records. Without it 100, or the rate of who makes it if that is less.'),
});

export const rotationBody = z.strictObject({
  graceSeconds: z
    .number()
    .int()
    .min(0)
    .max(MAX_GRACE_DAYS * DAY_SECONDS)
    .default(DAY_SECONDS),
  expiresAt: end.optional(),
});

/** A key that was just made. Absent members have no limit. */
export function toMadeKey({ id, key, name, accountId, scopes, expiresAt: ends, ratePerSecond }: KeyDraft & NewKey) {
  return {
    id,
    key,
    name,
    accountId,
    scopes,
    expiresAt: ends?.toISOString(),
    ratePerSecond: ratePerSecond ?? undefined,
  };
}

export const madeKey = z
  .object({
    id: z.string(),
    key: z.string(),
    name: z.string(),
    accountId: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    expiresAt: z.iso.datetime().optional(),
    ratePerSecond: z.int().optional(),
  })
  .meta({ id: 'MadeApiKey' });
export const rotatedKey = madeKey.extend({ replaces: z.object({ id: z.string(), expiresAt: z.iso.datetime() }) });

export const listedKey = z
  .object({
    id: z.string(),
    name: z.string(),
    last4: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    ratePerSecond: z.int().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ApiKey' });
