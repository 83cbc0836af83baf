/** `POST /api/v1/gateways/{id}/test`: one message, to see whether the gateway works. */
import { z } from 'zod';
import { MAX_SENDER_LENGTH } from '../../../core/gateways/sender';
import { FAILURE_CLASSES } from '../../../core/messages/outcome';
import { AppError } from '../../../errors';
import { findGateway, type GatewayRow } from '../../../store/gateways/gateways';
import { insertGatewayTest } from '../../../store/gateways/tests';
import { isSuppressed } from '../../../store/messages/opt-outs';
import { GATEWAY_TEST_MS, type GatewayTestResult } from '../../../workflows/contract';
import { endpoint, type Endpoint } from '../../endpoint';
import { readNumber } from '../../http/number';
import { resource } from '../../http/resource';
import { storable, storableName } from '../../http/text';

const { found, change } = resource<GatewayRow>({ noun: 'gateway' });

const DEFAULT_TEXT = 'Test message from Heliograph';
const MAX_TEXT_LENGTH = 1_000;
const RETRY_AFTER_SECONDS = 15;

const body = z.strictObject({
  to: z.string().min(1),
  text: storable(1, MAX_TEXT_LENGTH).default(DEFAULT_TEXT),
  sender: storableName(MAX_SENDER_LENGTH).nullable().default(null),
});

export const gatewayTests: Endpoint[] = [
  endpoint(
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
    async (call): Promise<GatewayTestResult> => {
      const { deps, actor, body: wanted } = call;
      const { accountId } = actor;
      const { db } = deps.database;
      const gateway = found(await findGateway(db, accountId, call.params.id));
      const { account, approvedSenders } = await deps.accounts.context(accountId);
      const msisdn = readNumber(wanted.to, account.default_country);
      const sender = wanted.sender ?? gateway.default_sender;
      if (account.require_approved_senders && !approvedSenders.some((approved) => approved.sender === sender)) {
        return { ok: false, outcome: 'sender', error: `not sent: the sender ID ${sender} is not approved` };
      }
      if (await isSuppressed(db, deps.pseudonyms, accountId, msisdn)) {
        return { ok: false, outcome: 'recipient', error: 'not sent: the number is suppressed' };
      }
      const testId = await change(
        call,
        (tx) => insertGatewayTest(tx, { gatewayId: gateway.id, msisdn, body: wanted.text, sender }),
        () => ({ action: 'gateway.tested', subject: gateway.id, detail: { sender } }),
      );
      return awaited(deps.testGateway({ testId, gatewayId: gateway.id, accountId }));
    },
  ),
];

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
