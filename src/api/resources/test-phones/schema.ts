/** What a test phone may be given, how it is shown, and what its routes do. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { maskMsisdn } from '../../../core/messages/msisdn';
import type { TestPhoneRow } from '../../../store/audience/test-phones';
import type { Operation } from '../../operation';
import { pageOf, pageQuery } from '../../http/page';
import { storableName } from '../../http/text';

const MAX_NUMBER_LENGTH = 40;

export const testPhone = z.strictObject({
  to: z.string().min(1).max(MAX_NUMBER_LENGTH),
  name: storableName(100).nullable().optional(),
});

export const verification = z.strictObject({
  code: z
    .string({ error: 'must be the code as a string: a number loses its leading zeros' })
    .trim()
    .regex(/^\d{6}$/, 'must be the six digits that were sent, such as "042917"'),
});

const answer = z
  .object({
    id: z.string(),
    /** Masked unless the key has the scope `manage`. */
    to: z.string(),
    name: z.string().nullable(),
    verified: z.boolean(),
    verifiedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'TestPhone' });

/** @param scopes full numbers are shown to `manage` only. */
export function toTestPhone(row: TestPhoneRow, scopes: readonly Scope[]): z.input<typeof answer> {
  const whole = scopes.includes('manage') || scopes.includes('admin');
  return {
    id: row.id,
    to: whole ? row.msisdn : maskMsisdn(row.msisdn),
    name: row.name,
    verified: row.verified_at !== null,
    verifiedAt: row.verified_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}

export const operations: Operation[] = [
  {
    id: 'listTestPhones',
    method: 'get',
    path: '/api/v1/test-phones',
    tag: 'Test phones',
    summary: 'The account’s test phones.',
    scope: 'read',
    query: pageQuery,
    answers: { 200: { description: 'A page of test phones.', schema: pageOf(answer) } },
    errors: ['invalid-request'],
  },
  {
    id: 'addTestPhone',
    method: 'post',
    path: '/api/v1/test-phones',
    tag: 'Test phones',
    summary: 'Adds a test phone and sends it a code; the same number again gets a new code.',
    scope: 'manage',
    body: { schema: testPhone },
    answers: {
      200: { description: 'The account had it. Unless it is verified, it was sent a new code.', schema: answer },
      201: { description: 'The phone, which was sent a code.', schema: answer },
    },
    errors: ['malformed-body', 'invalid-request', 'not-found', 'no-gateway', 'too-many-codes'],
  },
  {
    id: 'verifyTestPhone',
    method: 'post',
    path: '/api/v1/test-phones/:id/verify',
    tag: 'Test phones',
    summary: 'Verifies a phone by the code it got. A verified phone stays so.',
    scope: 'manage',
    body: { schema: verification },
    answers: { 200: { description: 'The phone, verified.', schema: answer } },
    errors: ['malformed-body', 'invalid-request', 'not-found', 'code-spent'],
  },
  {
    id: 'deleteTestPhone',
    method: 'delete',
    path: '/api/v1/test-phones/:id',
    tag: 'Test phones',
    summary: 'Removes a test phone.',
    scope: 'manage',
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not-found'],
  },
];
