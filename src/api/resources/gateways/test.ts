/** `POST /api/v1/gateways/{id}/test`: one message, to see whether the gateway works. */
import type { Router } from 'express';
import { z } from 'zod';
import { normaliseMsisdn } from '../../../core/messages/msisdn';
import { FAILURE_CLASSES } from '../../../core/messages/outcome';
import { MAX_SENDER_LENGTH } from '../../../core/gateways/sender';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import { insertGatewayTest } from '../../../store/gateways/tests';
import { findGateway } from '../../../store/gateways/gateways';
import { isSuppressed } from '../../../store/messages/opt-outs';
import { GATEWAY_TEST_MS, type GatewayTestResult } from '../../../workflows/contract';
import { readJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import type { Operation } from '../../operation';
import { storable, storableName } from '../../http/text';
import { validate } from '../../http/validate';

const DEFAULT_TEXT = 'Test message from Heliograph';
const MAX_TEXT_LENGTH = 1_000;
const RETRY_AFTER_SECONDS = 15;

const body = z.strictObject({
  to: z.string().min(1),
  text: storable(1, MAX_TEXT_LENGTH).default(DEFAULT_TEXT),
  sender: storableName(MAX_SENDER_LENGTH).nullable().default(null),
});

export function gatewayTestRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  router.post('/api/v1/gateways/:id/test', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { accountId } = actor;
    const gateway = await findGateway(db, accountId, request.params.id);
    if (gateway === null) throw new AppError('not-found', 'The account has no gateway with this id');
    const wanted = validate(body, readJson(request));
    const { account, approvedSenders } = await deps.accounts.context(accountId);
    const number = normaliseMsisdn(wanted.to, account.default_country);
    if (!number.ok) {
      throw new AppError('invalid-request', `to: ${number.reason}`, {
        problems: [{ field: 'to', message: number.reason }],
      });
    }
    const sender = wanted.sender ?? gateway.default_sender;
    const answer = (result: GatewayTestResult) => response.json(result);
    if (account.require_approved_senders && !approvedSenders.some((approved) => approved.sender === sender)) {
      return answer({ ok: false, outcome: 'sender', error: `not sent: the sender ID ${sender} is not approved` });
    }
    if (await isSuppressed(db, accountId, number.e164)) {
      return answer({ ok: false, outcome: 'recipient', error: 'not sent: the number is suppressed' });
    }
    const draft = { gatewayId: gateway.id, msisdn: number.e164, body: wanted.text, sender };
    const testId = await audited(
      db,
      actor,
      (tx) => insertGatewayTest(tx, draft),
      () => ({ action: 'gateway.tested', subject: gateway.id, detail: { sender } }),
    );
    answer(await awaited(deps.testGateway(testId)));
  });
}

async function awaited(result: Promise<GatewayTestResult>): Promise<GatewayTestResult> {
  try {
    return await result;
  } catch (error) {
    throw new AppError(
      'test-unanswered',
      `No worker has answered within ${GATEWAY_TEST_MS / 1_000} s: Temporal or the workers are away or busy. ` +
        'Whether the message was sent is not known.',
      { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error },
    );
  }
}

export const testOperations: Operation[] = [
  {
    id: 'testGateway',
    method: 'post',
    path: '/api/v1/gateways/:id/test',
    tag: 'Gateways',
    summary: 'Sends one test message over the gateway, and answers what the provider said.',
    description:
      'Works while the gateway is inactive too. The message is in no ledger and its report changes nothing. A refusal is `ok: false` in a 200.',
    scope: 'manage',
    body: { schema: body },
    answers: {
      200: {
        description: 'What the provider said.',
        schema: z.strictObject({
          ok: z.boolean(),
          outcome: z.enum(['accepted', ...FAILURE_CLASSES]),
          providerMessageId: z.string().optional(),
          error: z.string().optional(),
        }),
      },
    },
    errors: ['invalid-request', 'malformed-body', 'not-found', 'test-unanswered'],
  },
];
