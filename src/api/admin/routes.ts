/** `/api/v1/accounts` and `/api/v1/api-keys`: who may do what. */
import type { Router } from 'express';
import { z } from 'zod';
import { SCOPES } from '../../core/api-key';
import { AppError } from '../../errors';
import { insertAccount, insertKey, listAccounts, listKeys, revokeKey, type Account } from '../../store/accounts';
import { readJson } from '../body';
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

const key = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(SCOPES)).min(1),
  accountId: z.string().optional(),
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .optional(),
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
    const beyond = draft.scopes.find((scope) => !scopes.includes(scope) && !scopes.includes('admin'));
    if (beyond !== undefined)
      throw new AppError('forbidden', `Your key can’t give the scope "${beyond}": it has not got it`);
    if (draft.accountId !== undefined && draft.accountId !== accountId && !scopes.includes('admin')) {
      throw new AppError('forbidden', 'Only an admin key makes keys for another account');
    }
    const owner = draft.accountId ?? accountId;
    await deps.accounts.context(owner);
    const { name, expiresAt } = draft;
    const made = await insertKey(db, { accountId: owner, name, scopes: draft.scopes, expiresAt: expiresAt ?? null });
    response
      .status(201)
      .json({ ...made, name, accountId: owner, scopes: draft.scopes, expiresAt: expiresAt?.toISOString() });
  });

  router.delete('/api/v1/api-keys/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'manage');
    const revoked = await revokeKey(db, accountId, request.params.id);
    if (!revoked) throw new AppError('not-found', 'The account has no valid key with this id');
    deps.auth.forget(request.params.id);
    response.status(204).end();
  });
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
