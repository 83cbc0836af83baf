/** `/api/v1/test-phones`: numbers to try messages on, verified by a code. */
import type { Router } from 'express';
import { normaliseMsisdn } from '../../../core/messages/msisdn';
import { segment } from '../../../core/messages/segments';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
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
import { fieldsOf, queryOf, readJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { pageQuery, readCursor, toCursor } from '../../http/page';
import { isStorable } from '../../http/text';
import { validate } from '../../http/validate';
import { codeMatches, codeText, drawCode, hashCode } from './code';
import { testPhone, toTestPhone, verification } from './schema';

const TRANSACTIONAL = 'T';
const HOUR_MS = 3_600_000;

export function testPhoneRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  /** The code leaves as any message does, and nobody but the phone hears of it: it has no webhook. */
  async function send(accountId: string, msisdn: string, code: string): Promise<void> {
    const text = codeText(code);
    const { encoding, parts } = segment(text);
    await deps.ingress.accept({
      accountId,
      priority: TRANSACTIONAL_PRIORITY,
      messages: [
        {
          msisdn,
          meta: null,
          standIn: null,
          text,
          sender: null,
          service: TRANSACTIONAL,
          options: null,
          webhookId: null,
          encoding,
          segments: parts,
          dueAt: null,
        },
      ],
    });
    deps.metrics.messages('accepted', 1);
  }

  async function existing(accountId: string, id: string): Promise<TestPhoneRow> {
    const row = isStorable(id) ? await findTestPhone(db, accountId, id) : null;
    if (row === null) throw noSuchPhone();
    return row;
  }

  router.get('/api/v1/test-phones', async (request, response) => {
    const { accountId, scopes } = await deps.auth.authenticate(request, 'read');
    const { cursor, limit } = validate(pageQuery, fieldsOf(queryOf(request)));
    const [after] = readCursor<[string]>(cursor, 1) ?? [];
    const rows = await listTestPhones(db, { accountId, after, limit });
    const nextCursor = rows.length === limit ? toCursor([rows.at(-1)!.id]) : null;
    response.json({ items: rows.map((row) => toTestPhone(row, scopes)), nextCursor });
  });

  router.post('/api/v1/test-phones', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { accountId } = actor;
    const { to, name } = validate(testPhone, readJson(request));
    const { account, gateways } = await deps.accounts.context(accountId);
    const number = normaliseMsisdn(to, account.default_country);
    if (!number.ok) throw invalid('to', number.reason);
    if (gateways === 0) {
      throw new AppError(
        'no-gateway',
        'The account has no gateway to send the code through: create one with POST /api/v1/gateways',
      );
    }
    const code = drawCode();
    const { phone, isNew } = await audited(
      db,
      actor,
      async (tx) => {
        const ensured = await ensureTestPhone(tx, { accountId, msisdn: number.e164, name });
        if (ensured.phone.verified_at !== null) return ensured;
        const renewed = await renewCode(tx, ensured.phone.id, hashCode(ensured.phone.id, code));
        if (renewed === null) throw tooManyCodes(ensured.phone);
        return { ...ensured, phone: renewed };
      },
      (ensured) => ({
        action: ensured.isNew ? 'test-phone.added' : 'test-phone.repeated',
        subject: ensured.phone.id,
        detail: { codeSent: ensured.phone.verified_at === null },
      }),
    );
    // After the commit: a code that arrives must be one that can be verified.
    if (phone.verified_at === null) await send(accountId, phone.msisdn, code);
    response.status(isNew ? 201 : 200).json(toTestPhone(phone, actor.scopes));
  });

  router.post('/api/v1/test-phones/:id/verify', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { accountId } = actor;
    const { code } = validate(verification, readJson(request));
    const phone = await existing(accountId, request.params.id);
    if (phone.verified_at !== null) {
      response.json(toTestPhone(phone, actor.scopes));
      return;
    }
    const tried = await takeTry(db, accountId, phone.id);
    if (tried?.code_hash == null) {
      throw new AppError(
        'code-spent',
        'No code of this phone is valid: ask for a new one by POST /api/v1/test-phones with the same number',
      );
    }
    if (!codeMatches(phone.id, code, tried.code_hash)) {
      const left = MAX_TRIES - tried.tries;
      throw invalid(
        'code',
        left > 0
          ? `is not the one that was sent last; tries left: ${left}`
          : 'is not the one that was sent last, and it was the last try: ask for a new code by POST /api/v1/test-phones',
      );
    }
    const verified = await audited(
      db,
      actor,
      (tx) => markVerified(tx, accountId, phone.id),
      (row) => (row === null ? null : { action: 'test-phone.verified', subject: phone.id }),
    );
    if (verified === null) throw noSuchPhone();
    response.json(toTestPhone(verified, actor.scopes));
  });

  router.delete('/api/v1/test-phones/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { id } = await existing(actor.accountId, request.params.id);
    const deleted = await audited(
      db,
      actor,
      (tx) => deleteTestPhone(tx, actor.accountId, id),
      (done) => (done ? { action: 'test-phone.deleted', subject: id } : null),
    );
    if (!deleted) throw noSuchPhone();
    response.status(204).end();
  });
}

const noSuchPhone = (): AppError => new AppError('not-found', 'The account has no test phone with this id');

const invalid = (field: string, message: string): AppError =>
  new AppError('invalid-request', `${field}: ${message}`, { problems: [{ field, message }] });

function tooManyCodes({ codes_since }: TestPhoneRow): AppError {
  const waitMs = codes_since.getTime() + HOUR_MS - Date.now();
  return new AppError(
    'too-many-codes',
    `This phone got ${MAX_CODES_PER_HOUR} codes within an hour: use the last one, or ask again later`,
    { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) },
  );
}
