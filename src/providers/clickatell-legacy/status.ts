/** Status callbacks: one message each, as a GET query or a POST form (whichever the portal is set to). */
import type { CallbackRequest, CallbackResult } from '../provider';
import { STATUS } from './tables';

/** Parses a callback whose sender is known to be authentic. */
export function readStatus({ method, query, body }: CallbackRequest): CallbackResult {
  const fields = method === 'GET' ? query : new URLSearchParams(body.toString('utf8'));
  if (fields.get('moMsgId')) return { kind: 'ignored', reason: 'an inbound message' };
  const providerId = fields.get('apiMsgId') || undefined;
  const attemptId = fields.get('cliMsgId')?.toLowerCase() || undefined;
  const status = fields.get('status');
  if (providerId === undefined && attemptId === undefined) return { kind: 'malformed', reason: 'no message id' };
  if (!status) return { kind: 'malformed', reason: 'no status' };
  const code = status.padStart(3, '0');
  // A status in no table is pending: to fail it could contradict a later 004.
  const { meaning, ...outcome } = STATUS.get(code) ?? { status: 'pending', meaning: '' };
  const cause = outcome.class && { code, reason: meaning };
  const at = instant(fields.get('timestamp'));
  return { kind: 'receipts', receipts: [{ attemptId, providerId, ...outcome, ...cause, at }] };
}

/** Seconds since 1970. */
function instant(seconds: string | null): Date | undefined {
  return seconds !== null && /^\d{1,11}$/.test(seconds) ? new Date(Number(seconds) * 1_000) : undefined;
}
