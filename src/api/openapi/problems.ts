/** Which errors an operation can answer with, and what they look like. */
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../errors';
import { isOperation } from '../http/browser';
import type { Operation } from '../operation';

/** An error as it is answered (RFC 9457); some codes add members, such as `open`. */
export const problemSchema = z
  .looseObject({
    type: z.string().describe('Where the code is explained, relative to this server.'),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Stable: branch on it.'),
    detail: z.string().describe('For people; may change.'),
    message: z.string().describe('The same as `detail`.'),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details, RFC 9457.' });

/** What can happen to any request. What Node refuses before there is a request (408, 431) has no operation. */
const EVERYWHERE: readonly ErrorCode[] = [
  'malformed-request', 'malformed-body', 'invalid-request', 'too-large', 'uri-too-long', 'internal',
]; // prettier-ignore
/** What else can happen where a key is asked for; 404 is the answer to an `X-Account-Id` that nobody has. */
const WITH_KEY: readonly ErrorCode[] = [
  'unauthorized', 'forbidden', 'not-found', 'rate-limited', 'too-many-failures', 'unavailable', 'busy',
]; // prettier-ignore
/** Where a browser could be made to ask; see `http/browser.ts`. */
const OF_OPERATIONS: readonly ErrorCode[] = ['cross-site', 'unsupported-media-type'];
const WITH_IDEMPOTENCY: readonly ErrorCode[] = ['idempotency-mismatch', 'idempotency-in-progress'];

/** The `Idempotency-Key` is looked at where a POST is authenticated. */
export const takesIdempotencyKey = ({ method, scope }: Operation): boolean => method === 'post' && scope !== null;

/** Every code that the operation can answer with, by status, in the catalogue's order. */
export function errorsOf(operation: Operation): Map<number, ErrorCode[]> {
  const codes = new Set<ErrorCode>([
    ...EVERYWHERE,
    ...(operation.scope === null ? [] : WITH_KEY),
    ...(operation.scope !== null && isOperation(operation.path) ? OF_OPERATIONS : []),
    ...(takesIdempotencyKey(operation) ? WITH_IDEMPOTENCY : []),
    ...(operation.errors ?? []),
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    if (!codes.has(code)) continue;
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

/** Whether one of these codes comes with `Retry-After`. */
export const isRetried = (codes: readonly ErrorCode[]): boolean =>
  codes.some((code) => code === 'idempotency-in-progress' || [429, 503].includes(ERRORS[code].status));
