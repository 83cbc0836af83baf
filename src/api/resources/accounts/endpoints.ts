/** `/api/v1/accounts`: tenants and what each decides for itself. */
import { AppError } from '../../../errors';
import { openEncryption } from '../../../store/accounts/account-encryption';
import {
  findAccount,
  insertAccount,
  listAccounts,
  updateAccount,
  type Account,
} from '../../../store/accounts/accounts';
import { insertAudit } from '../../../store/accounts/audit';
import type { ApiDeps } from '../../deps';
import { endpoint, type Endpoint } from '../../endpoint';
import type { Principal } from '../../http/auth';
import { pageOf } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import { account, accountAnswer, accountPatch, accountsQuery, readEncryption, toAccount } from './schema';

const ACCOUNTS = '/api/v1/accounts';
const tag = 'Accounts';

const { found, change } = resource<Account>({
  noun: 'account',
  missing: 'There is no account with this id, or it is not yours',
  inAccountContext: true,
});

/** The account of the path, if the key may see it: its own, or any to an admin. */
async function visible(deps: ApiDeps, actor: Principal, id: string): Promise<Account> {
  const maySee = id === actor.accountId || actor.scopes.includes('admin');
  return found(maySee ? await findAccount(deps.database.db, id) : null);
}

/**
 * Whoever shares opt-outs stops messages of others, and learns of theirs: that is for the operator to say.
 * @throws AppError forbidden
 */
function refuseOtherScope({ scopes }: Principal, { opt_out_scope: now }: Account, wanted = now): void {
  if (wanted === now || scopes.includes('admin')) return;
  throw new AppError(
    'forbidden',
    `optOut.scope is ${now}: only a key with the scope admin changes it, since it rules over other accounts too`,
  );
}

export const accounts: Endpoint[] = [
  endpoint(
    {
      id: 'listAccounts',
      method: 'get',
      path: ACCOUNTS,
      tag,
      summary: 'All accounts, by id.',
      scope: 'admin',
      query: accountsQuery,
      answers: { 200: { description: 'A page of accounts.', schema: pageOf(accountAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, query: { cursor, limit } }) => {
      const rows = await listAccounts(deps.database.db, { after: cursor, limit });
      return pageFrom(
        rows,
        limit,
        (row) => toAccount(row, deps.sealer),
        ({ id }) => id,
      );
    },
  ),
  endpoint(
    {
      id: 'createAccount',
      method: 'post',
      path: ACCOUNTS,
      tag,
      summary: 'Makes an account: a tenant with gateways, keys, webhooks and settings of its own.',
      scope: 'admin',
      body: { schema: account },
      answers: { 201: { description: 'The account.', schema: accountAnswer } },
      errors: ['malformed-body', 'invalid-request'],
    },
    async ({ deps, actor: { keyId }, body }) => {
      const draft = { ...body, encryption: readEncryption(body.encryption, null) };
      const made = await deps.database.db.transaction().execute(async (tx) => {
        const row = await insertAccount(tx, deps.sealer, draft);
        const detail = { fields: Object.keys(body) };
        // It opens the new account's own audit.
        await insertAudit(tx, { accountId: row.id, keyId }, { action: 'account.created', subject: row.id, detail });
        return row;
      });
      return toAccount(made, deps.sealer);
    },
  ),
  endpoint(
    {
      id: 'getAccount',
      method: 'get',
      path: `${ACCOUNTS}/:id`,
      tag,
      summary: 'One account: the key’s own; for an admin key any.',
      scope: 'read',
      answers: { 200: { description: 'The account.', schema: accountAnswer } },
      errors: ['not-found'],
    },
    async ({ deps, actor, params }) => toAccount(await visible(deps, actor, params.id), deps.sealer),
  ),
  endpoint(
    {
      id: 'updateAccount',
      method: 'patch',
      path: `${ACCOUNTS}/:id`,
      tag,
      summary: 'Changes what the body names: of the key’s own account; for an admin key of any.',
      scope: 'manage',
      body: { schema: accountPatch },
      answers: { 200: { description: 'The account as it is now.', schema: accountAnswer } },
      errors: ['malformed-body', 'invalid-request', 'not-found'],
    },
    async ({ deps, actor, params, body }) => {
      const { sealer } = deps;
      const before = await visible(deps, actor, params.id);
      const { id } = before;
      refuseOtherScope(actor, before, body.optOut?.scope);
      const draft = { ...body, encryption: readEncryption(body.encryption, openEncryption(sealer, before)) };
      const fields = Object.keys(body);
      const row = await change(
        { deps, actor: { accountId: id, keyId: actor.keyId } },
        async (tx) => found(await updateAccount(tx, sealer, id, draft)),
        () => (fields.length === 0 ? null : { action: 'account.updated', subject: id, detail: { fields } }),
      );
      return toAccount(row, sealer);
    },
  ),
];
