/** What an API key may be given, and how it is shown. */
import { z } from 'zod';
import { SCOPES } from '../../../core/accounts/api-key';
import type { KeyDraft, NewKey } from '../../../store/accounts/api-keys';
import type { Operation } from '../../operation';
import { storable, storableName } from '../../http/text';

const DAY_SECONDS = 86_400;
const MAX_GRACE_DAYS = 30;

const expiresAt = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .optional();

export const keyBody = z.strictObject({
  name: storableName(100),
  scopes: z.array(z.enum(SCOPES)).min(1),
  accountId: storable(1, 64).optional(),
  expiresAt,
  ratePerSecond: z.number().int().min(1).max(10_000).optional(),
});

export const rotationBody = z.strictObject({
  graceSeconds: z
    .number()
    .int()
    .min(0)
    .max(MAX_GRACE_DAYS * DAY_SECONDS)
    .default(DAY_SECONDS),
  expiresAt,
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

const madeKey = z
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

const listedKey = z
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

const tag = 'API keys';

export const operations: Operation[] = [
  {
    id: 'listApiKeys',
    method: 'get',
    path: '/api/v1/api-keys',
    tag,
    summary: 'The account’s keys, without their secrets.',
    scope: 'manage',
    answers: {
      200: {
        description: 'All keys, also those that ended.',
        schema: z.object({ items: z.array(listedKey), nextCursor: z.null() }),
      },
    },
  },
  {
    id: 'createApiKey',
    method: 'post',
    path: '/api/v1/api-keys',
    tag,
    summary: 'Makes a key; it is shown once.',
    description: '`accountId` (admin only) makes it for another account. Nobody gives a scope that they have not got.',
    scope: 'manage',
    body: { schema: keyBody },
    answers: { 201: { description: 'The key.', schema: madeKey } },
    errors: ['malformed-body', 'invalid-request', 'not-found'],
  },
  {
    id: 'rotateApiKey',
    method: 'post',
    path: '/api/v1/api-keys/:id/rotate',
    tag,
    summary: 'Makes a key like this one, which ends after the grace.',
    scope: 'manage',
    body: { schema: rotationBody, optional: true },
    answers: {
      201: {
        description: 'The new key, and when the old one ends.',
        schema: madeKey.extend({ replaces: z.object({ id: z.string(), expiresAt: z.iso.datetime() }) }),
      },
    },
    errors: ['malformed-body', 'invalid-request', 'not-found'],
  },
  {
    id: 'revokeApiKey',
    method: 'delete',
    path: '/api/v1/api-keys/:id',
    tag,
    summary: 'Revokes a key at once.',
    scope: 'manage',
    answers: { 204: { description: 'It is revoked.' } },
    errors: ['not-found'],
  },
];
