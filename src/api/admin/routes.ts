/** `/api/v1/accounts` and `/api/v1/api-keys`: who may do what. */
import type { Router } from 'express';
import { z } from 'zod';
import { SCOPES, type Scope } from '../../core/api-key';
import { AppError } from '../../errors';
import {
  findKey,
  insertAccount,
  insertKey,
  listAccounts,
  listKeys,
  revokeKey,
  rotateKey,
  type Account,
  type KeyDraft,
  type NewKey,
} from '../../store/accounts';
import { readJson, readOptionalJson } from '../body';
import type { ApiDeps } from '../deps';
import { validate } from '../validate';

const timezone = z.string().refine(isTimezone, 'must be an IANA time zone such as Asia/Kolkata');

const account = z.strictObject({
  name: z.string().trim().min(1).max(100),
  timezone: timezone.default('Asia/Kolkata'),
  defaultCountry: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be an ISO 3166 code such as IN')
    .default('IN'),
  defaultService: z.string().min(1).max(20).default('T'),
  callbackHosts: z.array(z.string().regex(/^(\*\.)?[a-z0-9.-]+$/, 'must be a host or *.host')).default(['*.wzrkt.com']),
});

const expiresAt = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .optional();

const key = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(SCOPES)).min(1),
  accountId: z.string().optional(),
  expiresAt,
  ratePerSecond: z.number().int().min(1).max(10_000).optional(),
});

const NO_SUCH_KEY = 'The account has no valid key with this id';

const DAY_SECONDS = 86_400;
const MAX_GRACE_DAYS = 30;

const rotation = z.strictObject({
  graceSeconds: z
    .number()
    .int()
    .min(0)
    .max(MAX_GRACE_DAYS * DAY_SECONDS)
    .default(DAY_SECONDS),
  expiresAt,
});

export function adminRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  router.get('/api/v1/accounts', async (request, response) => {
    await deps.auth.authenticate(request, 'admin');
    response.json({ items: (await listAccounts(db)).map(toAccount), nextCursor: null });
  });

  router.post('/api/v1/accounts', async (request, response) => {
    await deps.auth.authenticate(request, 'admin');
    const draft = validate(account, readJson(request));
    response.status(201).json(toAccount(await insertAccount(db, draft)));
  });

  router.get('/api/v1/api-keys', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'manage');
    response.json({ items: await listKeys(db, accountId), nextCursor: null });
  });

  router.post('/api/v1/api-keys', async (request, response) => {
    const { accountId, scopes } = await deps.auth.authenticate(request, 'manage');
    const draft = validate(key, readJson(request));
    checkGiven(draft.scopes, scopes);
    if (draft.accountId !== undefined && draft.accountId !== accountId && !scopes.includes('admin')) {
      throw new AppError('forbidden', 'Only an admin key makes keys for another account');
    }
    const owner = draft.accountId ?? accountId;
    await deps.accounts.context(owner);
    const wanted: KeyDraft = {
      accountId: owner,
      name: draft.name,
      scopes: draft.scopes,
      expiresAt: draft.expiresAt ?? null,
      ratePerSecond: draft.ratePerSecond ?? null,
    };
    const made = await insertKey(db, wanted);
    response.status(201).json(toMadeKey({ ...wanted, ...made }));
  });

  router.post('/api/v1/api-keys/:id/rotate', async (request, response) => {
    const { accountId, scopes } = await deps.auth.authenticate(request, 'manage');
    const { id } = request.params;
    const wanted = validate(rotation, readOptionalJson(request));
    const old = await findKey(db, id);
    // The new key can do what the old one can, so whoever gets it must be allowed that already.
    if (old?.accountId === accountId) checkGiven(old.scopes, scopes);
    const rotated = await rotateKey(db, accountId, id, wanted);
    if (rotated === null) throw new AppError('not-found', NO_SUCH_KEY);
    deps.keys.forget(id);
    const replaces = { id, expiresAt: rotated.oldExpiresAt.toISOString() };
    response.status(201).json({ ...toMadeKey(rotated.made), replaces });
  });

  router.delete('/api/v1/api-keys/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'manage');
    const revoked = await revokeKey(db, accountId, request.params.id);
    if (!revoked) throw new AppError('not-found', NO_SUCH_KEY);
    deps.keys.forget(request.params.id);
    response.status(204).end();
  });
}

/** Nobody gives what they have not got. @throws AppError forbidden */
function checkGiven(given: readonly Scope[], own: readonly Scope[]): void {
  const beyond = own.includes('admin') ? undefined : given.find((scope) => !own.includes(scope));
  if (beyond !== undefined)
    throw new AppError('forbidden', `Your key can’t give the scope "${beyond}": it has not got it`);
}

/** Absent members have no limit. */
function toMadeKey({ id, key, name, accountId, scopes, expiresAt, ratePerSecond }: KeyDraft & NewKey) {
  return {
    id,
    key,
    name,
    accountId,
    scopes,
    expiresAt: expiresAt?.toISOString(),
    ratePerSecond: ratePerSecond ?? undefined,
  };
}

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function toAccount(row: Account) {
  return {
    id: row.id,
    name: row.name,
    timezone: row.timezone,
    defaultCountry: row.default_country,
    defaultService: row.default_service,
    callbackHosts: row.callback_hosts,
    createdAt: row.created_at.toISOString(),
  };
}
