/** One request of a block: what it carries, and what its answers mean for each of its messages. */
import type { FailureClass } from '../../core/messages/outcome';
import { OutboundError } from '../../outbound/errors';
import { outboundMessage, type SendingGateway, type WrittenAttempt } from '../../providers/outbound-message';
import type { SubmitResult } from '../../providers/provider';
import type { ClaimedMessage, TakenMessage } from '../../store/dispatch/claim';
import { NOT_SENT, type AttemptResult } from '../../store/dispatch/results';
import { Listener, type Submission } from './answers';
import type { DispatchGateway } from './gateways';
import { interpret, refusalOf } from './interpret';
import { legAfter, missingOn } from './route';
import type { DispatchRun } from './run';

/** A request that takes longer is given up, and its attempt may have been taken. Far above the time-outs of its parts. */
const REQUEST_TIMEOUT_MS = 300_000;
/** Requests that begin within this time share a time-out: one each would cost more than building their bodies. */
const TIMEOUT_SHARED_MS = 30_000;

/** The time-out of a request that begins now. */
export function sharedTimeout(): () => AbortSignal {
  let signal: AbortSignal;
  let sharedUntilMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() > sharedUntilMs) {
      sharedUntilMs = performance.now() + TIMEOUT_SHARED_MS;
      signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    }
    return signal;
  };
}

/** The longest pause that the provider asked for, and what it said; null = none. */
export function longestHold(answers: readonly SubmitResult[]): { ms: number; reason: string } | null {
  let longest: { ms: number; reason: string } | null = null;
  for (const answer of answers) {
    if (answer.ok || !answer.retryAfterMs || answer.retryAfterMs <= (longest?.ms ?? 0)) continue;
    longest = { ms: answer.retryAfterMs, reason: answer.reason };
  }
  return longest;
}

/** The result of a message that was claimed and is given back before its request was made: it leaves later. */
export function notSent(leg: number, { id, no, transients }: TakenMessage): AttemptResult {
  return {
    messageId: id,
    no,
    attempt: 'refused',
    message: 'queued',
    counts: false,
    leg,
    delayMs: null,
    transients,
    providerId: null,
    class: 'transient',
    code: null,
    clevertap: null,
    reason: NOT_SENT,
  };
}

/** Submits the messages of one request. One that failed as a whole answers for each of them. */
export async function submit(
  run: Pick<DispatchRun, 'http'>,
  gateway: DispatchGateway,
  part: readonly (WrittenAttempt & Submission['part'][number])[],
  signal: AbortSignal,
): Promise<Submission> {
  const sending = sendingGateway(gateway);
  const messages = part.map((message) => outboundMessage(message, sending));
  const listener = new Listener(run.http);
  const answers = await gateway.provider.submit(gateway.config, messages, listener, signal).catch((error: unknown) => {
    if (!(error instanceof OutboundError)) throw error;
    const refusal = refusalOf(error);
    return messages.map(() => refusal);
  });
  const heard = answers.every(({ ok }) => ok) ? [] : await listener.heard();
  return { gateway, part, messages, answers, heard };
}

/** What of the gateway goes with each message. */
export const sendingGateway = ({
  adapter,
  row,
  config,
}: Pick<DispatchGateway, 'adapter' | 'row' | 'config'>): SendingGateway => ({
  capabilities: adapter.capabilities,
  smartEncoding: row.smart_encoding,
  validitySeconds: row.validity_seconds,
  callbackUrl: config.callbackUrl,
});

/**
 * What an answer means for one message of a request.
 * @param inDoubt an earlier request of the attempt may have been taken.
 */
export function interpretFor(
  run: DispatchRun,
  leg: number,
  gateway: DispatchGateway,
  message: ClaimedMessage,
  answer: SubmitResult,
  inDoubt: boolean,
): AttemptResult {
  const context = {
    messageId: message.id,
    no: message.no,
    leg,
    transients: message.transients,
    idempotentById: gateway.provider.capabilities.idempotentById,
    probing: gateway.downMs !== null,
    legAfter: (failure: FailureClass) => legAfter(run.route, { leg, sender: message.sender }, failure, message),
    inDoubt,
  };
  const result = interpret(context, answer, Math.random());
  const missing = result.attempt === 'submitted' ? missingOn(run.route.legs[leg]!, message) : [];
  return missing.length === 0 ? result : { ...result, reason: `sent without ${missing.join(', ')}` };
}
