/** `/api/v1/senders`: sender IDs, from the request to the approval. */
import type { Request, Router } from 'express';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import { isUniqueViolation } from '../../../store/database';
import { listGateways } from '../../../store/gateways/gateways';
import {
  decideSender,
  deleteSender,
  findSender,
  insertSender,
  listSenders,
  updateSender,
  type SenderRow,
} from '../../../store/gateways/senders';
import type { Principal } from '../../http/auth';
import { fieldsOf, queryOf, readJson, readOptionalJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { readCursor, toCursor } from '../../http/page';
import { checkName, readDecision, readSender, readSenderPatch, readSenderQuery, toSender } from './schema';

export function senderRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  async function countryOf(accountId: string): Promise<string> {
    return (await deps.accounts.context(accountId)).account.default_country;
  }

  /** @throws AppError invalid-request naming the gateways that the account has not got. */
  async function checkGateways(accountId: string, ids: readonly string[] | undefined): Promise<void> {
    if (ids === undefined || ids.length === 0) return;
    const known = new Set((await listGateways(db, accountId)).map(({ id }) => id));
    const unknown = ids.filter((id) => !known.has(id));
    if (unknown.length === 0) return;
    const message = `the account has no gateway ${unknown.join(', ')}`;
    throw new AppError('invalid-request', `gatewayIds: ${message}`, { problems: [{ field: 'gatewayIds', message }] });
  }

  async function unlessTaken<T>(change: Promise<T>): Promise<T> {
    try {
      return await change;
    } catch (error) {
      if (!isUniqueViolation(error, 'senders_account_id_sender_class_key')) throw error;
      throw new AppError('name-taken', 'The account has this sender ID in this class: change that one');
    }
  }

  const found = (row: SenderRow | null): SenderRow => {
    if (row === null) throw new AppError('not-found', 'The account has no sender ID with this id');
    return row;
  };

  router.get('/api/v1/senders', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const { cursor, ...filter } = readSenderQuery(fieldsOf(queryOf(request)));
    const [after] = readCursor<[string]>(cursor, 1) ?? [];
    const rows = await listSenders(db, { accountId, after, ...filter });
    const nextCursor = rows.length === filter.limit ? toCursor([rows.at(-1)!.id]) : null;
    response.json({ items: rows.map(toSender), nextCursor });
  });

  router.post('/api/v1/senders', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { accountId } = actor;
    const draft = readSender(readJson(request), await countryOf(accountId));
    await checkGateways(accountId, draft.gatewayIds);
    const row = await unlessTaken(
      audited(
        db,
        actor,
        (tx) => insertSender(tx, accountId, draft),
        ({ id, sender, class: of }) => ({ action: 'sender.requested', subject: id, detail: { sender, class: of } }),
      ),
    );
    deps.accounts.forget(accountId);
    response.status(201).json(toSender(row));
  });

  router.get('/api/v1/senders/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    response.json(toSender(found(await findSender(db, accountId, request.params.id))));
  });

  router.patch('/api/v1/senders/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { accountId } = actor;
    const draft = readSenderPatch(readJson(request));
    const country = await countryOf(accountId);
    await checkGateways(accountId, draft.gatewayIds);
    const row = await unlessTaken(
      audited(
        db,
        actor,
        async (tx) => {
          const before = found(await findSender(tx, accountId, request.params.id, { lock: true }));
          checkName(before.sender, draft.class ?? before.class, country);
          return updateSender(tx, before, draft);
        },
        ({ id }) => ({ action: 'sender.updated', subject: id, detail: { fields: Object.keys(draft) } }),
      ),
    );
    deps.accounts.forget(accountId);
    response.json(toSender(row));
  });

  router.delete('/api/v1/senders/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { id } = request.params;
    const removed = await audited(
      db,
      actor,
      (tx) => deleteSender(tx, actor.accountId, id),
      (done) => (done ? { action: 'sender.deleted', subject: id } : null),
    );
    if (!removed) found(null);
    deps.accounts.forget(actor.accountId);
    response.status(204).end();
  });

  const decide = async (actor: Principal, request: Request<{ id: string }>, status: 'approved' | 'rejected') => {
    const { reason } = readDecision(readOptionalJson(request));
    const row = await audited(
      db,
      actor,
      (tx) => decideSender(tx, actor.accountId, request.params.id, { status, reason }),
      (done) => (done === null ? null : { action: `sender.${status}`, subject: done.id, detail: { reason } }),
    );
    deps.accounts.forget(actor.accountId);
    return toSender(found(row));
  };

  router.post('/api/v1/senders/:id/approve', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    response.json(await decide(actor, request, 'approved'));
  });

  router.post('/api/v1/senders/:id/reject', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    response.json(await decide(actor, request, 'rejected'));
  });
}
