/** Payloads as Temporal writes them in JSON (temporal.api.common.v1.Payloads, proto3 JSON: bytes are base64). */
import { z } from 'zod';

/** Far beyond what the Temporal UI asks about at once. */
const MAX_PAYLOADS = 10_000;

const bytes = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'must be bytes in base64');

/** What is asked: absent data is empty data. */
export const payloads = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string().max(100), bytes).default({}), data: bytes.default('') }))
    .max(MAX_PAYLOADS)
    .default([]),
});

export const codedPayloads = z
  .object({ payloads: z.array(z.object({ metadata: z.record(z.string(), bytes), data: bytes })) })
  .meta({ id: 'TemporalPayloads', description: 'Payloads as Temporal’s remote codecs have them.' });
