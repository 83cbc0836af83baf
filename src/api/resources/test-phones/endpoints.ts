/** `/api/v1/test-phones`: numbers to try messages on, verified by a code. */
import { segment } from '../../../core/messages/segments';
import { AppError } from '../../../errors';
import {
  deleteTestPhone,
  ensureTestPhone,
  findTestPhone,
  listTestPhones,
  markVerified,
  MAX_CODES_PER_HOUR,
  MAX_TRIES,
  renewCode,
  takeTry,
  type TestPhoneRow,
} from '../../../store/audience/test-phones';
import { TRANSACTIONAL_PRIORITY } from '../../../workflows/contract';
import type { ApiDeps } from '../../deps';
import { endpoint, reply, type Call, type Endpoint } from '../../endpoint';
import type { Principal } from '../../http/auth';
import { invalidField } from '../../http/invalid';
import { readNumber } from '../../http/number';
import { pageOf, pageQuery, readCursor } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import type { AccountContext } from '../../../store/accounts/accounts';
import { judgeAlone } from '../../ingress/alone';
import type { IncomingMessage } from '../../ingress/ingress';
import { plainMessage } from '../../ingress/plain-message';
import { codeMatches, codeText, drawCode, hashCode } from './code';
import { testPhone, testPhoneAnswer, toTestPhone, verification } from './schema';

const TEST_PHONES = '/api/v1/test-phones';
const tag = 'Test phones';
const TRANSACTIONAL = 'T';
const HOUR_MS = 3_600_000;

const { found, change, remove } = resource<TestPhoneRow>({ noun: 'test phone' });

const phoneOf = async ({ deps, actor, params }: Call<'id'>): Promise<TestPhoneRow> =>
  found(await findTestPhone(deps.database.db, actor.accountId, params.id));

export const testPhones: Endpoint[] = [
  endpoint(
    {
      id: 'listTestPhones',
      method: 'get',
      path: TEST_PHONES,
      tag,
      summary: 'The account’s test phones.',
      scope: 'read',
      query: pageQuery,
      answers: { 200: { description: 'A page of test phones.', schema: pageOf(testPhoneAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId, scopes }, query: { cursor, limit } }) => {
      const [after] = readCursor<[string]>(cursor, 1) ?? [];
      const rows = await listTestPhones(deps.database.db, { accountId, after, limit });
      return pageFrom(
        rows,
        limit,
        (row) => toTestPhone(row, scopes),
        ({ id }) => [id],
      );
    },
  ),
  endpoint(
    {
      id: 'addTestPhone',
      method: 'post',
      path: TEST_PHONES,
      tag,
      summary: 'Adds a test phone and sends it a code; the same number again gets a new code.',
      scope: 'manage',
      body: { schema: testPhone },
      answers: {
        200: {
          description: 'The account had it. Unless it is verified, it was sent a new code.',
          schema: testPhoneAnswer,
        },
        201: { description: 'The phone, which was sent a code.', schema: testPhoneAnswer },
      },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'no-gateway', 'too-many-codes'],
    },
    async (call) => {
      const { deps, actor, body } = call;
      const context = await deps.accounts.context(actor.accountId);
      const { account, gateways } = context;
      const msisdn = readNumber(body.to, account.default_country);
      if (gateways === 0) {
        throw new AppError(
          'no-gateway',
          'The account has no gateway to send the code through: create one with POST /api/v1/gateways',
        );
      }
      const code = drawCode();
      const leaves = await judged(deps, context, msisdn, code);
      const { phone, isNew } = await ensure(call, msisdn, body.name, code);
      // After the commit: a code that arrives must be one that can be verified.
      if (phone.verified_at === null) await send(deps, actor, context, leaves);
      return reply(isNew ? 201 : 200, toTestPhone(phone, actor.scopes));
    },
  ),
  endpoint(
    {
      id: 'verifyTestPhone',
      method: 'post',
      path: `${TEST_PHONES}/:id/verify`,
      tag,
      summary: 'Verifies a phone by the code it got. A verified phone stays so.',
      scope: 'manage',
      body: { schema: verification },
      answers: { 200: { description: 'The phone, verified.', schema: testPhoneAnswer } },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'code-spent'],
    },
    async (call) => {
      const { deps, actor, body } = call;
      const phone = await phoneOf(call);
      if (phone.verified_at !== null) return toTestPhone(phone, actor.scopes);
      await tryCode(deps, actor.accountId, phone.id, body.code);
      const verified = await change(
        call,
        (tx) => markVerified(tx, actor.accountId, phone.id),
        (row) => (row === null ? null : { action: 'test-phone.verified', subject: phone.id }),
      );
      return toTestPhone(found(verified), actor.scopes);
    },
  ),
  endpoint(
    {
      id: 'deleteTestPhone',
      method: 'delete',
      path: `${TEST_PHONES}/:id`,
      tag,
      summary: 'Removes a test phone.',
      scope: 'manage',
      answers: { 204: { description: 'It is gone.' } },
      errors: ['not-found'],
    },
    async (call) => {
      const { id } = call.params;
      await remove(
        call,
        (tx) => deleteTestPhone(tx, call.actor.accountId, id),
        () => ({ action: 'test-phone.deleted', subject: id }),
      );
    },
  ),
];

/** The phone of this number, with the code that it is about to be sent unless it is verified. @throws AppError too-many-codes */
function ensure(call: Call, msisdn: string, name: string | null | undefined, code: string) {
  return change(
    call,
    async (tx) => {
      const ensured = await ensureTestPhone(tx, { accountId: call.actor.accountId, msisdn, name });
      if (ensured.phone.verified_at !== null) return ensured;
      const renewed = await renewCode(tx, ensured.phone.id, hashCode(ensured.phone.id, code));
      if (renewed === null) throw tooManyCodes(ensured.phone);
      return { ...ensured, phone: renewed };
    },
    ({ isNew, phone }) => ({
      action: isNew ? 'test-phone.added' : 'test-phone.repeated',
      subject: phone.id,
      detail: { codeSent: phone.verified_at === null },
    }),
  );
}

/** The message with the code, as the rules of its country let it leave. @throws AppError invalid-request */
async function judged(deps: ApiDeps, context: AccountContext, msisdn: string, code: string): Promise<IncomingMessage> {
  const text = codeText(code);
  const message = { msisdn, text, sender: null, service: TRANSACTIONAL, options: { sensitive: true } } as const;
  const result = await judgeAlone(deps, context, message, { findTemplate: true });
  if (!result.ok) {
    const shape = codeText('{#var#}');
    throw invalidField('to', `can’t be sent a code: ${result.field} ${result.message} (the text is “${shape}”)`);
  }
  const { sender, options, dueAt, windows } = result;
  return { ...plainMessage({ ...message, sender, options }, segment(text)), dueAt, windows };
}

/** The code leaves as any message does, and nobody but the phone hears of it: it has no webhook, and its text is not shown. */
async function send(
  { ingress, metrics }: ApiDeps,
  { accountId, keyId }: Principal,
  { hasErasures }: AccountContext,
  message: IncomingMessage,
): Promise<void> {
  const origin = { shape: 'api', keyId } as const;
  await ingress.accept({ accountId, origin, hasErasures, priority: TRANSACTIONAL_PRIORITY, messages: [message] });
  metrics.messages('accepted', 1);
}

/** Returns when the code is right. @throws AppError code-spent, invalid-request */
async function tryCode({ database }: ApiDeps, accountId: string, phoneId: string, code: string): Promise<void> {
  const tried = await takeTry(database.db, accountId, phoneId);
  if (tried?.code_hash == null) {
    throw new AppError(
      'code-spent',
      'No code of this phone is valid: ask for a new one by POST /api/v1/test-phones with the same number',
    );
  }
  if (codeMatches(phoneId, code, tried.code_hash)) return;
  const left = MAX_TRIES - tried.tries;
  throw invalidField(
    'code',
    left > 0
      ? `is not the one that was sent last; tries left: ${left}`
      : 'is not the one that was sent last, and it was the last try: ask for a new code by POST /api/v1/test-phones',
  );
}

function tooManyCodes({ codes_since }: TestPhoneRow): AppError {
  const waitMs = codes_since.getTime() + HOUR_MS - Date.now();
  return new AppError(
    'too-many-codes',
    `This phone got ${MAX_CODES_PER_HOUR} codes within an hour: use the last one, or ask again later`,
    { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) },
  );
}
