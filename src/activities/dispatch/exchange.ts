/** One request of a block: what it carries, and what its answers mean for each of its messages. */
import { attemptWireId } from '../../core/messages/ids';
import type { FailureClass } from '../../core/messages/outcome';
import { smartText, type SmartText } from '../../core/messages/smart-encoding';
import { OutboundError } from '../../outbound/errors';
import type { OutboundMessage, SubmitResult } from '../../providers/provider';
import type { ClaimedMessage, TakenMessage } from '../../store/dispatch/claim';
import { NOT_SENT, type AttemptResult } from '../../store/dispatch/results';
import type { DispatchGateway } from './gateways';
import { interpret, refusalOf } from './interpret';
import { legAfter, missingOn, type ResolvedLeg } from './route';
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
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  part: readonly ClaimedMessage[],
  signal: AbortSignal,
): Promise<SubmitResult[]> {
  const leg = run.route.legs[legIndex]!;
  const messages = part.map((message) => toOutbound(message, gateway, leg));
  try {
    return await gateway.provider.submit(gateway.config, messages, run.http, signal);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const refusal = refusalOf(error);
    return messages.map(() => refusal);
  }
}

/** The message as the adapter gets it, without options that the gateway can't carry; {@link interpretFor} notes them. */
function toOutbound(message: ClaimedMessage, gateway: DispatchGateway, leg: ResolvedLeg): OutboundMessage {
  const options = message.options ?? {};
  const missing = missingOn(leg, message);
  const smart = gateway.row.smart_encoding ? smartOn(message) : null;
  return {
    id: attemptWireId(message.id, message.no),
    to: message.msisdn,
    from: message.sender,
    text: smart === null ? message.body : smart.text,
    encoding: smart === null ? message.encoding : smart.segmentation.encoding,
    flash: options.flash === true && !missing.includes('flash'),
    port: missing.includes('port') ? null : (options.port ?? null),
    entityId: options.entityId ?? null,
    templateId: options.templateId ?? null,
    validitySeconds: gateway.row.validity_seconds,
    callbackUrl: gateway.config.callbackUrl,
  };
}

/** A text in fewer parts, null = there is none. A registered one is compared letter by letter by the operators: it leaves as it is. */
function smartOn({ body, encoding, options }: ClaimedMessage): SmartText | null {
  if (encoding === 'gsm7' || options?.templateId !== undefined) return null;
  return smartText(body, { type: options?.type ?? 'auto', port: options?.port !== undefined });
}

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
