/** `/api/v1/api-keys`: who may do what. */
import type { Router } from 'express';
import type { Scope } from '../../../core/accounts/api-key';
import { AppError } from '../../../errors';
import { findKey, insertKey, listKeys, revokeKey, rotateKey, type KeyDraft } from '../../../store/accounts/api-keys';
import { audited } from '../../../store/accounts/audit';
import { readJson, readOptionalJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { keyBody, rotationBody, toMadeKey } from './schema';

const NO_SUCH_KEY = 'The account has no valid key with this id';

export function apiKeyRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  router.get('/api/v1/api-keys', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'manage');
    response.json({ items: await listKeys(db, accountId), nextCursor: null });
  });

  router.post('/api/v1/api-keys', async (request, response) => {
    const { accountId, keyId, scopes } = await deps.auth.authenticate(request, 'manage');
    const draft = validate(keyBody, readJson(request));
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
    const made = await audited(
      db,
      { accountId: owner, keyId },
      (tx) => insertKey(tx, wanted),
      ({ id }) => ({ action: 'api-key.created', subject: id, detail: { name: wanted.name, scopes: wanted.scopes } }),
    );
    response.status(201).json(toMadeKey({ ...wanted, ...made }));
  });

  router.post('/api/v1/api-keys/:id/rotate', async (request, response) => {
    const { accountId, keyId, scopes } = await deps.auth.authenticate(request, 'manage');
    const { id } = request.params;
    const wanted = validate(rotationBody, readOptionalJson(request));
    const old = await findKey(db, id);
    // The new key can do what the old one can, so whoever gets it must be allowed that already.
    if (old?.accountId === accountId) checkGiven(old.scopes, scopes);
    const rotated = await audited(
      db,
      { accountId, keyId },
      (tx) => rotateKey(tx, accountId, id, wanted),
      (result) => result && { action: 'api-key.rotated', subject: id, detail: { replacedBy: result.made.id } },
    );
    if (rotated === null) throw new AppError('not-found', NO_SUCH_KEY);
    deps.keys.forget(id);
    const replaces = { id, expiresAt: rotated.oldExpiresAt.toISOString() };
    response.status(201).json({ ...toMadeKey(rotated.made), replaces });
  });

  router.delete('/api/v1/api-keys/:id', async (request, response) => {
    const { accountId, keyId } = await deps.auth.authenticate(request, 'manage');
    const { id } = request.params;
    const revoked = await audited(
      db,
      { accountId, keyId },
      (tx) => revokeKey(tx, accountId, id),
      (done) => (done ? { action: 'api-key.revoked', subject: id } : null),
    );
    if (!revoked) throw new AppError('not-found', NO_SUCH_KEY);
    deps.keys.forget(id);
    response.status(204).end();
  });
}

/** Nobody gives what they have not got. @throws AppError forbidden */
function checkGiven(given: readonly Scope[], own: readonly Scope[]): void {
  const beyond = own.includes('admin') ? undefined : given.find((scope) => !own.includes(scope));
  if (beyond !== undefined)
    throw new AppError('forbidden', `Your key can’t give the scope "${beyond}": it has not got it`);
}
