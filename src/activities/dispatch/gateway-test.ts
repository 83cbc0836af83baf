/** The `testGateway` activity: one message over one gateway, so that a person sees whether it works. */
import { randomUUID } from 'node:crypto';
import { foreignText } from '../../core/messages/foreign';
import { attemptWireId } from '../../core/messages/ids';
import { normaliseProviderId } from '../../core/messages/provider-id';
import type { SubmitResult } from '../../providers/provider';
import { outlastAbsence } from '../../store/database';
import { writeResults, type AttemptResult } from '../../store/dispatch/results';
import { suppressRefused } from '../../store/messages/provider-opt-outs';
import { takeGatewayTest, type GatewayTest } from '../../store/gateways/tests';
import { replayParked } from '../../store/receipts/parked';
import { GATEWAY_TEST_SUBMIT_MS, type GatewayTestInput, type GatewayTestResult } from '../../workflows/contract';
import type { DispatchDeps } from './advance';
import type { DispatchGateway } from './gateways';
import { submit as submitPart } from './exchange';
import { optOutOf } from './interpret';
import { createPacer } from './pacer';

/** A longer id of the provider is cut: it is for reading only. */
const MAX_ID_CHARACTERS = 255;

/**
 * Sends a test message at the gateway's rate, once, whatever the gateway's status: it may be tried before it is active.
 * What the provider says is written as for any message, but that nothing is tried again and no gateway is paused for it;
 * its receipts find it.
 */
export async function testGateway(
  deps: DispatchDeps,
  { testId, gatewayId }: GatewayTestInput,
): Promise<GatewayTestResult> {
  const { database, gateways } = deps;
  const signal = AbortSignal.timeout(GATEWAY_TEST_SUBMIT_MS);
  const gateway = (await gateways.load([gatewayId])).get(gatewayId);
  if (gateway === undefined) return nothingSent('the gateway is gone');
  const { pool } = database;
  const pacer = createPacer({ pool, limits: [gateway.rate], urgent: true, hold: gateway.hold, stopping: signal });
  if (!(await pacer.next(1))) return nothingSent('the gateway’s rate left no room for it in time');
  const claim = randomUUID();
  const test = await takeGatewayTest(pool, testId, gatewayId, claim);
  if (test === null) return nothingSent('the test came too late');
  const answer = await submit(deps, gateway, test, signal);
  const result = resultOf(test, answer);
  await outlastAbsence(() => suppressRefused(pool, gatewayId, [result], deps.numberHash));
  deps.wakeRelays((await outlastAbsence(() => writeResults(pool, claim, [result]))).webhookIds);
  const { providerId } = result;
  // A receipt may have overtaken the answer that tells the id it goes by.
  if (providerId !== null) {
    deps.wakeRelays(
      (await outlastAbsence(() => replayParked(pool, gatewayId, [providerId], deps.numberHash))).webhookIds,
    );
  }
  return toResult(answer, attemptWireId(test.id, test.no));
}

const nothingSent = (error: string): GatewayTestResult => ({ ok: false, outcome: 'transient', error });

/** Sends it past the breaker: a person wants to know what the provider says. */
async function submit(
  { http, answers }: DispatchDeps,
  gateway: DispatchGateway,
  test: GatewayTest,
  signal: AbortSignal,
): Promise<SubmitResult> {
  const submission = await submitPart({ http }, { ...gateway, provider: gateway.adapter }, [test], signal);
  const answer = submission.answers[0]!;
  if (!answer.ok) await answers.keep(gateway.row.account_id, [submission]);
  return answer;
}

/** What an answer means for the test: it is tried once, so whatever is no success has failed, or nobody knows. */
function resultOf({ id, no }: GatewayTest, answer: SubmitResult): AttemptResult {
  const base = { messageId: id, no, counts: true, leg: 0, delayMs: null, transients: 0, providerId: null };
  if (answer.ok) {
    const providerId = answer.providerId === undefined ? null : normaliseProviderId(answer.providerId);
    const nothing = { class: null, code: null, clevertap: null, reason: null };
    return { ...base, ...nothing, attempt: 'submitted', message: 'submitted', providerId };
  }
  const { code, clevertap, reason } = answer;
  const refused = { ...base, class: answer.class, code, clevertap, reason, ...optOutOf(answer) };
  return answer.class === 'unknown'
    ? { ...refused, attempt: 'unknown', message: 'submitting' }
    : { ...refused, attempt: 'refused', message: 'failed' };
}

/**
 * What Temporal is told: the provider's own words are with the test.
 * @param id what the provider goes by where it has no id of its own.
 */
function toResult(answer: SubmitResult, id: string): GatewayTestResult {
  if (answer.ok) {
    return {
      ok: true,
      outcome: 'accepted',
      providerMessageId: foreignText(answer.providerId ?? id, MAX_ID_CHARACTERS),
    };
  }
  return { ok: false, outcome: answer.class, error: 'the provider refused it' };
}
