/** `/api/v1/accounts`: tenants and what each decides for itself. */
import type { Request, Router } from 'express';
import type { Scope } from '../../../core/accounts/api-key';
import { AppError } from '../../../errors';
import { openEncryption } from '../../../store/accounts/account-encryption';
import {
  findAccount,
  insertAccount,
  listAccounts,
  updateAccount,
  type Account,
} from '../../../store/accounts/accounts';
import { audited, insertAudit } from '../../../store/accounts/audit';
import type { Principal } from '../../http/auth';
import { fieldsOf, queryOf, readJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { isStorable } from '../../http/text';
import { validate } from '../../http/validate';
import { accountsQuery, readAccount, readAccountPatch, toAccount } from './schema';

export function accountRoutes(router: Router, deps: ApiDeps): void {
  const { sealer } = deps;
  const { db } = deps.database;

  /** The account of the path, if the key may see it: its own, or any to an admin. */
  async function existing(
    request: Request<{ id: string }>,
    scope: Scope,
  ): Promise<{ principal: Principal; account: Account }> {
    const principal = await deps.auth.authenticate(request, scope);
    const { id } = request.params;
    const visible = isStorable(id) && (id === principal.accountId || principal.scopes.includes('admin'));
    const account = visible ? await findAccount(db, id) : null;
    if (account === null) throw new AppError('not-found', 'There is no account with this id, or it is not yours');
    return { principal, account };
  }

  router.get('/api/v1/accounts', async (request, response) => {
    await deps.auth.authenticate(request, 'admin');
    const { cursor, limit } = validate(accountsQuery, fieldsOf(queryOf(request)));
    const rows = await listAccounts(db, { after: cursor, limit });
    response.json({
      items: rows.map((row) => toAccount(row, sealer)),
      nextCursor: rows.length === limit ? rows.at(-1)!.id : null,
    });
  });

  router.post('/api/v1/accounts', async (request, response) => {
    const { keyId } = await deps.auth.authenticate(request, 'admin');
    const draft = readAccount(readJson(request));
    const row = await db.transaction().execute(async (tx) => {
      const made = await insertAccount(tx, sealer, draft);
      const detail = { fields: Object.keys(draft) };
      // It opens the new account's own audit.
      await insertAudit(tx, { accountId: made.id, keyId }, { action: 'account.created', subject: made.id, detail });
      return made;
    });
    response.status(201).json(toAccount(row, sealer));
  });

  router.get('/api/v1/accounts/:id', async (request, response) => {
    const { account } = await existing(request, 'read');
    response.json(toAccount(account, sealer));
  });

  router.patch('/api/v1/accounts/:id', async (request, response) => {
    const { principal, account } = await existing(request, 'manage');
    const { id } = account;
    const draft = readAccountPatch(readJson(request), openEncryption(sealer, account));
    const fields = Object.keys(draft);
    const changed = await audited(
      db,
      { accountId: id, keyId: principal.keyId },
      (tx) => updateAccount(tx, sealer, id, draft),
      (row) => (row && fields.length > 0 ? { action: 'account.updated', subject: id, detail: { fields } } : null),
    );
    deps.accounts.forget(id);
    response.json(toAccount(changed ?? account, sealer));
  });
}
