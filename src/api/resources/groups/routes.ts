/** `/api/v1/groups`: people who are sent to together. */
import type { Router } from 'express';
import type { Kysely } from 'kysely';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import { findGateway } from '../../../store/gateways/gateways';
import {
  deleteGroup,
  findGroup,
  insertGroup,
  listGroups,
  lockGroup,
  updateGroup,
  type GroupDraft,
} from '../../../store/audience/groups';
import type { Schema } from '../../../store/tables';
import { lockTemplate } from '../../../store/audience/templates';
import { fieldsOf, queryOf, readJson } from '../../http/body';
import { refuseWhileRead } from '../campaigns/audience';
import type { ApiDeps } from '../../deps';
import { pageQuery, readCursor, toCursor } from '../../http/page';
import { isStorable } from '../../http/text';
import { validate } from '../../http/validate';
import { foundGroup, memberRoutes } from './members';
import { readGroup, readGroupPatch, toGroup } from './schema';

export function groupRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;
  memberRoutes(router, deps);

  router.get('/api/v1/groups', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const { cursor, limit } = validate(pageQuery, fieldsOf(queryOf(request)));
    const key = readCursor<[string, string]>(cursor, 2);
    const after = key === undefined ? undefined : { name: key[0], id: key[1] };
    const rows = await listGroups(db, { accountId, after, limit });
    const last = rows.length === limit ? rows.at(-1) : undefined;
    response.json({ items: rows.map(toGroup), nextCursor: last === undefined ? null : toCursor([last.name, last.id]) });
  });

  router.post('/api/v1/groups', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const draft = readGroup(readJson(request));
    await deps.accounts.context(actor.accountId);
    const row = await audited(
      db,
      actor,
      async (tx) => {
        await checkParts(tx, actor.accountId, draft);
        return insertGroup(tx, actor.accountId, draft);
      },
      ({ id, name }) => ({ action: 'group.created', subject: id, detail: { name } }),
    );
    response.status(201).json(toGroup(row));
  });

  router.get('/api/v1/groups/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const { id } = request.params;
    response.json(toGroup(foundGroup(isStorable(id) ? await findGroup(db, accountId, id) : null)));
  });

  router.patch('/api/v1/groups/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const draft = readGroupPatch(readJson(request));
    const changed = Object.keys(draft);
    const { id } = request.params;
    const row = await audited(
      db,
      actor,
      async (tx) => {
        const before = foundGroup(isStorable(id) ? await lockGroup(tx, actor.accountId, id) : null);
        if (changed.length === 0) return before;
        await checkParts(tx, actor.accountId, draft);
        return updateGroup(tx, actor.accountId, id, draft);
      },
      () => (changed.length === 0 ? null : { action: 'group.updated', subject: id, detail: { changed } }),
    );
    response.json(toGroup(row));
  });

  router.delete('/api/v1/groups/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { id } = request.params;
    await audited(
      db,
      actor,
      async (tx) => {
        const group = foundGroup(isStorable(id) ? await lockGroup(tx, actor.accountId, id) : null);
        await refuseWhileRead(tx, actor.accountId, { kind: 'group', id });
        await deleteGroup(tx, actor.accountId, id);
        return group;
      },
      ({ name, members }) => ({ action: 'group.deleted', subject: id, detail: { name, members } }),
    );
    response.status(204).end();
  });
}

/** What a group names must be the account's own. @throws AppError invalid-request */
async function checkParts(
  tx: Kysely<Schema>,
  accountId: string,
  { templateId, gatewayId }: Partial<GroupDraft>,
): Promise<void> {
  if (templateId != null && (await lockTemplate(tx, accountId, templateId)) === null) {
    refuse('templateId', 'names no template of this account: see GET /api/v1/templates');
  }
  if (gatewayId != null && (await findGateway(tx, accountId, gatewayId)) === null) {
    refuse('gatewayId', 'names no gateway of this account: see GET /api/v1/gateways');
  }
}

function refuse(field: string, message: string): never {
  throw new AppError('invalid-request', `${field}: ${message}`, { problems: [{ field, message }] });
}
