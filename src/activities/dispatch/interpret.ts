/** What a provider's answer means for an attempt and its message. Pure. */
import type { CleverTapCode } from '../../core/messages/outcome';
import { HOLD_PATIENCE_MS, holdFor } from '../../core/gateways/hold';
import { SUBMIT_BACKOFF, backoffMs } from '../../core/time/backoff';
import type { FailureClass } from '../../core/messages/outcome';
import { normaliseProviderId } from '../../core/messages/provider-id';
import type { OutboundError } from '../../outbound/errors';
import type { SubmitResult } from '../../providers/provider';
import type { AttemptResult } from '../../store/dispatch/results';

/** Code of a request that never left: the gateway's breaker is open. */
export const GATEWAY_DOWN = 'gateway-down';
/** Failures over one gateway before another one is tried. */
export const MAX_TRANSIENTS = 5;
/** Attempts of one message, over whatever gateways: then it has failed. Tries that the provider did not count are none. */
export const MAX_ATTEMPTS = 20;
/** Resends of an attempt whose answer was lost, where the provider recognises its id. */
export const MAX_RESENDS = 8;
/**
 * India's DLT checks of entity (907), template (908) and the entity's chain of telemarketers (919). Entity and template
 * come with each message, so a refusal says that this message can't go over this account, and nothing about others.
 */
const DLT_REFUSALS: ReadonlySet<string> = new Set(['907', '908', '919'] satisfies CleverTapCode[]);

/** Whether an attempt's failure shows that its gateway can't send at all: one caller's message must not stop it for all. */
export function stopsGateway(failure: { class: string | null; clevertap: string | null }): boolean {
  return failure.class === 'account' && !(failure.clevertap !== null && DLT_REFUSALS.has(failure.clevertap));
}

export interface AttemptContext {
  messageId: string;
  no: number;
  leg: number;
  transients: number;
  idempotentById: boolean;
  /** The leg that the message goes on to after such a failure; null = there is none. */
  legAfter(failure: FailureClass): number | null;
  /** The gateway is down, and the request finds out whether it is back: its failure says nothing about the message. */
  probing?: boolean;
  /** It is a resend of an attempt that the provider may have taken: nothing but its own id may leave again. */
  inDoubt?: boolean;
}

type Refusal = Extract<SubmitResult, { ok: false }>;

/** What an answer says of its person, for {@link AttemptResult}. */
export const optOutOf = ({ optOut }: Refusal): Pick<AttemptResult, 'optOut'> => (optOut ? { optOut } : {});

/** The refusal that a failed request is for each of its messages. */
export function refusalOf(error: OutboundError): Refusal {
  const { class: failure, clevertap, code, message, retryAfterMs, optOut } = error;
  return { ok: false, class: failure, clevertap, code, reason: message, retryAfterMs, ...(optOut && { optOut }) };
}

/** The provider wants the request later, and has not counted it. */
const isThrottled = (answer: Refusal): boolean => answer.retryAfterMs !== undefined || answer.code === 'http-429';

/** Ends a message that was to be tried again and has had all its attempts. */
export function withinAttempts(result: AttemptResult): AttemptResult {
  if (result.message !== 'queued' || !result.counts || result.no < MAX_ATTEMPTS) return result;
  const reason = `given up after ${result.no} attempts: ${result.reason ?? 'none was taken'}`;
  return { ...result, message: 'failed', delayMs: null, reason };
}

/**
 * What an answer means for an attempt and its message.
 * @param random 0 to 1, for the spread of back-offs.
 */
export function interpret(context: AttemptContext, answer: SubmitResult, random: number): AttemptResult {
  return withinAttempts(resultOf(context, answer, random));
}

function resultOf(context: AttemptContext, answer: SubmitResult, random: number): AttemptResult {
  const { messageId, no, leg } = context;
  if (answer.ok) {
    const providerId = answer.providerId === undefined ? null : normaliseProviderId(answer.providerId);
    return {
      messageId,
      no,
      attempt: 'submitted',
      message: 'submitted',
      counts: true,
      leg,
      delayMs: null,
      transients: 0,
      providerId,
      class: null,
      code: null,
      clevertap: null,
      reason: null,
    };
  }
  const { code, clevertap, reason } = answer;
  // A refusal for now, or of the account, says nothing about the first request of the attempt.
  const unclear = context.inDoubt === true && (answer.class === 'transient' || answer.class === 'account');
  const failure = unclear ? 'unknown' : answer.class;
  const nothing = { counts: true, delayMs: null, transients: 0, providerId: null };
  const refused = { messageId, no, leg, ...nothing, class: answer.class, code, clevertap, reason, ...optOutOf(answer) };
  const failed: AttemptResult = { ...refused, attempt: 'refused', message: 'failed' };
  const next = (): AttemptResult | null => {
    const other = context.legAfter(failure);
    return other === null ? null : { ...refused, attempt: 'refused', message: 'queued', leg: other };
  };

  switch (failure) {
    case 'recipient':
    case 'content':
      return failed;
    case 'sender':
      return next() ?? failed;
    case 'account':
      // Without another leg it waits, visibly, until a person has mended the account. No person can mend a DLT id so.
      return next() ?? (stopsGateway(answer) ? { ...refused, attempt: 'refused', message: 'queued' } : failed);
    case 'transient': {
      const counts = !isThrottled(answer) && context.probing !== true;
      // A vendor that names a time (429, 503) has not counted the try against us, so neither do we.
      const transients = context.transients + (answer.retryAfterMs === undefined ? 1 : 0);
      const holdMs = holdFor(answer.retryAfterMs);
      const other = transients >= MAX_TRANSIENTS || holdMs > HOLD_PATIENCE_MS ? next() : null;
      const delayMs = answer.retryAfterMs === undefined ? backoffMs(SUBMIT_BACKOFF, transients, random) : holdMs;
      return { ...(other ?? { ...refused, attempt: 'refused', message: 'queued', transients, delayMs }), counts };
    }
    case 'unknown': {
      const notTried = answer.code === GATEWAY_DOWN;
      const transients = context.transients + (notTried ? 0 : 1);
      if (!context.idempotentById || transients > MAX_RESENDS) {
        return { ...refused, attempt: 'unknown', message: 'submitting' };
      }
      const delayMs = Math.max(holdFor(answer.retryAfterMs), backoffMs(SUBMIT_BACKOFF, transients, random));
      return { ...refused, attempt: 'submitting', message: 'submitting', transients, delayMs };
    }
  }
}
