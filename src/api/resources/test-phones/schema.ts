/** What a test phone may be given, and how it is shown. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { maskMsisdn } from '../../../core/messages/msisdn';
import type { TestPhoneRow } from '../../../store/audience/test-phones';
import { phoneNumber } from '../../http/number';
import { storableName } from '../../http/text';

export const testPhone = z.strictObject({
  to: phoneNumber,
  name: storableName(100).nullable().optional(),
});

export const verification = z.strictObject({
  code: z
    .string({ error: 'must be the code as a string: a number loses its leading zeros' })
    .trim()
    .regex(/^\d{6}$/, 'must be the six digits that were sent, such as "042917"'),
});

export const testPhoneAnswer = z
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
export function toTestPhone(row: TestPhoneRow, scopes: readonly Scope[]): z.input<typeof testPhoneAnswer> {
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
