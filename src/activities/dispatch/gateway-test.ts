/** The `testGateway` activity: one message over one gateway, outside the ledger, so that a person sees whether it works. */
import { foreignText } from '../../core/messages/foreign';
import { attemptWireId } from '../../core/messages/ids';
import { segment } from '../../core/messages/segments';
import { OutboundError } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import type { SubmitResult } from '../../providers/provider';
import type { Database } from '../../store/database';
import { takeGatewayTest, writeGatewayTestAnswer } from '../../store/gateways/tests';
import { GATEWAY_TEST_MS, type GatewayTestInput, type GatewayTestResult } from '../../workflows/contract';
import type { Gateways } from './gateways';
import { refusalOf } from './interpret';
import { createPacer } from './pacer';

/** Whoever waits gets the answer before their own time is over. */
const SUBMIT_MS = GATEWAY_TEST_MS - 2_000;
/** A longer id of the provider is cut: it is for reading only. */
const MAX_ID_CHARACTERS = 255;

export interface GatewayTestDeps {
  database: Database;
  http: HttpClient;
  gateways: Gateways;
}

/**
 * Sends a test message at the gateway's rate, once, whatever its status: a gateway may be tried before it is active. Its
 * receipt matches no message and is parked.
 */
export async function testGateway(
  { database, http, gateways }: GatewayTestDeps,
  { testId }: GatewayTestInput,
): Promise<GatewayTestResult> {
  const test = await takeGatewayTest(database.pool, testId, SUBMIT_MS);
  const gateway = test === null ? undefined : (await gateways.load([test.gatewayId])).get(test.gatewayId);
  if (test === null || gateway === undefined) return nothingSent('the test came too late, or its gateway is gone');
  const signal = AbortSignal.timeout(SUBMIT_MS);
  const { adapter, config, row } = gateway;
  const pacer = createPacer({
    pool: database.pool,
    limits: [gateway.rate],
    urgent: true,
    hold: gateway.hold,
    stopping: signal,
  });
  if (!(await pacer.next(1))) return nothingSent('the gateway’s rate left no room for it in time');
  const id = attemptWireId(test.id, 1);
  const message = {
    id,
    to: test.msisdn,
    from: test.sender,
    text: test.body,
    encoding: segment(test.body).encoding,
    flash: false,
    port: null,
    entityId: null,
    templateId: null,
    validitySeconds: row.validity_seconds,
    callbackUrl: config.callbackUrl,
  };
  const answer = await submit(() => adapter.submit(config, [message], http, signal));
  if (!answer.ok) await writeGatewayTestAnswer(database.pool, testId, `${answer.reason} (${answer.code})`);
  return toResult(answer, id);
}

const nothingSent = (error: string): GatewayTestResult => ({ ok: false, outcome: 'transient', error });

async function submit(send: () => Promise<SubmitResult[]>): Promise<SubmitResult> {
  try {
    const [answer] = await send();
    return answer!;
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return refusalOf(error);
  }
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
