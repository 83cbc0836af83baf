/** `POST /api/v1/gateways/{id}/test`: one message, to see whether the gateway works. */
import { z } from 'zod';
import { MAX_SENDER_LENGTH } from '../../../core/gateways/sender';
import { FAILURE_CLASSES, type FailureClass } from '../../../core/messages/outcome';
import { segment } from '../../../core/messages/segments';
import { isPromotional } from '../../../core/messages/service';
import { AppError } from '../../../errors';
import { findGateway, type GatewayRow } from '../../../store/gateways/gateways';
import { insertGatewayTest, readGatewayTestAnswer } from '../../../store/gateways/tests';
import { isSuppressed } from '../../../store/messages/suppressions';
import type { Account, AccountContext } from '../../../store/accounts/accounts';
import { insertAudit } from '../../../store/accounts/audit';
import type { MessageOptions } from '../../../store/tables';
import {
  GATEWAY_TEST_MS,
  GATEWAY_TEST_SUBMIT_MS,
  TRANSACTIONAL_PRIORITY,
  type GatewayTestResult,
} from '../../../workflows/contract';
import type { ApiDeps } from '../../deps';
import { endpoint, type Endpoint } from '../../endpoint';
import { phoneNumber, readNumber } from '../../http/number';
import { resource } from '../../http/resource';
import { dltId, storableName, visibleText } from '../../http/text';
import { judgeAlone, type MessageAlone } from '../../ingress/alone';
import type { RecordProblemCode } from '../../ingress/record-problem';

const { found, change } = resource<GatewayRow>({ noun: 'gateway' });

const DEFAULT_TEXT = 'Test message from Heliograph';
const MAX_TEXT_LENGTH = 1_000;
const RETRY_AFTER_SECONDS = 15;

const body = z.strictObject({
  to: phoneNumber,
  text: visibleText(MAX_TEXT_LENGTH).default(DEFAULT_TEXT),
  sender: storableName(MAX_SENDER_LENGTH).nullable().default(null),
  service: storableName(20).optional().describe('Absent = the account’s default.'),
  entityId: dltId.optional(),
  templateId: dltId.optional().describe('Absent = that of a registered template which the text fits, if there is one.'),
});

/** The class of failure that each refusal of ours would have had at the vendor. */
const OUTCOMES: Partial<Record<RecordProblemCode, FailureClass>> = {
  'outside-window': 'transient',
  'sender-not-approved': 'sender',
  'header-mismatch': 'sender',
};

export const gatewayTests: Endpoint[] = [
  endpoint(
    {
      id: 'testGateway',
      method: 'post',
      path: '/api/v1/gateways/:id/test',
      tag: 'Gateways',
      summary: 'Sends one test message over the gateway, and answers what the provider said.',
      description:
        'Works while the gateway is inactive too. The message is in the ledger as others are, marked `test`, and is tried once. A refusal is `ok: false` in a 200, and so is what our own rules refuse: suppressed numbers, closed windows, what India has not registered.',
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
      const context = await deps.accounts.context(accountId);
      const msisdn = readNumber(wanted.to, context.account.default_country);
      const message = toMessage(wanted, context.account, gateway, msisdn);
      const judged = await judge(deps, context, message);
      if (!judged.ok) {
        const { outcome, error } = judged;
        const detail = { sender: message.sender, refused: outcome };
        await insertAudit(db, actor, { action: 'gateway.tested', subject: gateway.id, detail });
        return { ok: false, outcome, error: `not sent: ${error}` };
      }
      const { encoding, parts } = segment(message.text);
      const testId = await change(
        call,
        (tx) =>
          insertGatewayTest(tx, {
            accountId,
            gatewayId: gateway.id,
            msisdn,
            body: message.text,
            sender: judged.sender,
            service: message.service,
            options: judged.options,
            encoding,
            segments: parts,
            priority: TRANSACTIONAL_PRIORITY,
            goodMs: GATEWAY_TEST_SUBMIT_MS,
          }),
        (messageId) => ({
          action: 'gateway.tested',
          subject: gateway.id,
          detail: { sender: judged.sender, messageId },
        }),
      );
      deps.metrics.messages('accepted', 1);
      const result = await awaited(deps.testGateway({ testId, gatewayId: gateway.id, accountId }));
      const said = result.ok ? null : await readGatewayTestAnswer(deps.database.pool, testId);
      return said === null ? result : { ...result, error: said };
    },
  ),
];

function toMessage(
  { text, sender, service, entityId, templateId }: z.output<typeof body>,
  account: Account,
  gateway: GatewayRow,
  msisdn: string,
): MessageAlone {
  const asked = {
    ...(entityId === undefined ? {} : { entityId }),
    ...(templateId === undefined ? {} : { templateId }),
  };
  return {
    msisdn,
    text,
    sender: sender ?? gateway.default_sender,
    service: service ?? account.default_service,
    options: Object.keys(asked).length === 0 ? null : asked,
  };
}

type Judged =
  | { ok: true; sender: string | null; options: MessageOptions | null }
  | { ok: false; outcome: FailureClass; error: string };

/** Whether a test may leave: it keeps to the rules of any message, and can wait for nothing. */
async function judge(deps: ApiDeps, context: AccountContext, message: MessageAlone): Promise<Judged> {
  const { account, approvedSenders } = context;
  if (account.require_approved_senders && !approvedSenders.some(({ sender }) => sender === message.sender)) {
    return { ok: false, outcome: 'sender', error: `the sender ID ${message.sender} is not approved` };
  }
  if (
    await isSuppressed(
      deps.database.db,
      await deps.loadPseudonyms(),
      account.id,
      message.msisdn,
      isPromotional(message.service, account.promotional_services),
    )
  ) {
    return { ok: false, outcome: 'recipient', error: 'the number is suppressed' };
  }
  const judged = await judgeAlone(deps, context, message, { findTemplate: true });
  if (!judged.ok) {
    const { code, field, message: problem } = judged;
    return { ok: false, outcome: OUTCOMES[code] ?? 'content', error: `${field} ${problem}` };
  }
  const { heldUntil, sender, options } = judged;
  if (heldUntil === null) return { ok: true, sender, options };
  const error = `it is promotional and outside the window, which opens at ${heldUntil.toISOString()}`;
  return { ok: false, outcome: 'transient', error };
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
