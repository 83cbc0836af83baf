/** `/api/v1/clevertap`: trying the way in before CleverTap does. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { maskMsisdn } from '../../../core/messages/msisdn';
import { AppError } from '../../../errors';
import { findVerifiedPhone } from '../../../store/audience/test-phones';
import { acceptRecords } from '../../clevertap/accept';
import { genericContract } from '../../clevertap/generic';
import { mobtextingContract } from '../../clevertap/mobtexting';
import { toSaid, type Contract } from '../../clevertap/take';
import { timesMobileContract } from '../../clevertap/times-mobile';
import { endpoint, type Endpoint } from '../../endpoint';
import { phoneNumber, readNumber } from '../../http/number';

const SHAPES = ['generic', 'mobtexting', 'times-mobile'] as const;
type Shape = (typeof SHAPES)[number];

interface Sample {
  contract: Contract;
  path: string;
  /** What CleverTap posts for one message. */
  body(record: { to: string; meta: string; sender: string | undefined }): Record<string, string>;
}

const TEXT = 'This is a test of CleverTap’s way in.';
const from = (name: string, sender: string | undefined): Record<string, string> =>
  sender === undefined ? {} : { [name]: sender };

const SAMPLES: Record<Shape, Sample> = {
  generic: {
    contract: genericContract,
    path: '/clevertap/v1/messages',
    body: ({ to, meta, sender }) => ({ ...from('from', sender), to, message: TEXT, mid: meta }),
  },
  mobtexting: {
    contract: mobtextingContract,
    path: '/api/v2/sms/clevertap/send',
    body: ({ to, meta, sender }) => ({ ...from('sender', sender), to, message: TEXT, service: 'T', custom: meta }),
  },
  'times-mobile': {
    contract: timesMobileContract,
    path: '/ct/api/v1/message',
    body: ({ to, meta, sender }) => ({ ...from('from', sender), unicode: 'false', to, text: TEXT, corelationid: meta }),
  },
};

const sample = z.strictObject({
  shape: z.enum(SHAPES),
  to: phoneNumber.optional().describe('Absent = the account’s first verified test phone.'),
  sender: z.string().min(1).max(34).optional(),
});

const sampleAnswer = z.object({
  shape: z.enum(SHAPES),
  request: z.object({
    method: z.literal('POST'),
    path: z.string(),
    body: z.record(z.string(), z.string()).describe('As CleverTap would post it; its number is masked.'),
  }),
  answer: z.object({
    status: z.int(),
    body: z.record(z.string(), z.unknown()).describe('What CleverTap would be answered.'),
  }),
  messageIds: z.array(z.uuid()),
});

export const cleverTap: Endpoint[] = [
  endpoint(
    {
      id: 'testCleverTap',
      method: 'post',
      path: '/api/v1/clevertap/test',
      tag: 'Requests',
      summary: 'Sends one message as CleverTap would.',
      description:
        'The record goes the way of CleverTap’s, from its contract to the phone, and is sent like any other. The answer shows ' +
        'what CleverTap would be told, also of a record that is refused.',
      scope: 'send',
      body: { schema: sample },
      answers: { 200: { description: 'What was sent, and how it was answered.', schema: sampleAnswer } },
      errors: ['malformed-body', 'invalid-request', 'no-test-phone', 'no-gateway'],
    },
    async ({ deps, actor, request, body: { shape, to, sender } }) => {
      const { account } = await deps.accounts.context(actor.accountId);
      const phone =
        to === undefined
          ? await findVerifiedPhone(deps.database.db, actor.accountId)
          : readNumber(to, account.default_country);
      if (phone === null) {
        throw new AppError('no-test-phone', 'Nobody is there to send it to: give "to", or verify a test phone');
      }
      const { contract, path, body: write } = SAMPLES[shape];
      const written = write({ to: phone.slice(1), meta: `test.${randomUUID()}`, sender });
      const records = contract.read(written);
      // Found again as one of CleverTap's would be, and told by the light of its set-up.
      const { requests } = deps;
      const visitor = { request, shape, route: path, accountId: actor.accountId, keyId: actor.keyId };
      requests.carries(request, records.length, (index) => toSaid(records[index]!));
      const facts = { shape, callbackUrl: undefined, idempotencyKey: undefined };
      const acceptance = await acceptRecords(deps, actor, records, facts).catch((error: unknown) => {
        if (error instanceof AppError) requests.refused(visitor, error);
        throw error;
      });
      requests.judged(request, acceptance.accepted.length, acceptance.rejected);
      const answer = contract.answer(acceptance, records);
      requests.answered(visitor, answer.status);
      return {
        shape,
        request: { method: 'POST' as const, path, body: { ...written, to: maskMsisdn(phone) } },
        answer,
        messageIds: acceptance.accepted.flatMap(({ messages }) => messages.map(({ id }) => id)),
      };
    },
  ),
];
