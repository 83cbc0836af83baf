/** `/api/v1/templates`: texts with variables. */
import type { Router } from 'express';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import { isUniqueViolation } from '../../../store/database';
import {
  countGroupsOfTemplate,
  deleteTemplate,
  findTemplate,
  insertTemplate,
  listTemplates,
  lockTemplate,
  updateTemplate,
  type TemplateRow,
} from '../../../store/audience/templates';
import { fieldsOf, queryOf, readJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { pageQuery, readCursor, toCursor } from '../../http/page';
import { isStorable } from '../../http/text';
import { validate } from '../../http/validate';
import { checkDlt, readTemplate, readTemplatePatch, toTemplate } from './schema';

export function templateRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  async function unlessTaken<T>(name: string | undefined, change: Promise<T>): Promise<T> {
    try {
      return await change;
    } catch (error) {
      if (!isUniqueViolation(error, 'templates_account_id_name_key')) throw error;
      throw new AppError('name-taken', `The account has a template named ${JSON.stringify(name)}: choose another name`);
    }
  }

  router.get('/api/v1/templates', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const { cursor, limit } = validate(pageQuery, fieldsOf(queryOf(request)));
    const [after] = readCursor<[string]>(cursor, 1) ?? [];
    const rows = await listTemplates(db, { accountId, after, limit });
    const nextCursor = rows.length === limit ? toCursor([rows.at(-1)!.name]) : null;
    response.json({ items: rows.map(toTemplate), nextCursor });
  });

  router.post('/api/v1/templates', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const draft = readTemplate(readJson(request));
    await deps.accounts.context(actor.accountId);
    const row = await unlessTaken(
      draft.name,
      audited(
        db,
        actor,
        (tx) => insertTemplate(tx, actor.accountId, draft),
        ({ id, name }) => ({ action: 'template.created', subject: id, detail: { name } }),
      ),
    );
    response.status(201).json(toTemplate(row));
  });

  router.get('/api/v1/templates/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const { id } = request.params;
    response.json(toTemplate(found(isStorable(id) ? await findTemplate(db, accountId, id) : null)));
  });

  router.patch('/api/v1/templates/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const draft = readTemplatePatch(readJson(request));
    const changed = Object.keys(draft);
    const { id } = request.params;
    const row = await unlessTaken(
      draft.name,
      audited(
        db,
        actor,
        async (tx) => {
          const before = found(isStorable(id) ? await lockTemplate(tx, actor.accountId, id) : null);
          if (changed.length === 0) return before;
          const { text = before.text, dltText = before.dlt_text } = draft;
          checkDlt({ text, dltText });
          return updateTemplate(tx, actor.accountId, id, draft);
        },
        () => (changed.length === 0 ? null : { action: 'template.updated', subject: id, detail: { changed } }),
      ),
    );
    response.json(toTemplate(row));
  });

  router.delete('/api/v1/templates/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { id } = request.params;
    await audited(
      db,
      actor,
      async (tx) => {
        const template = found(isStorable(id) ? await lockTemplate(tx, actor.accountId, id) : null);
        const groups = await countGroupsOfTemplate(tx, actor.accountId, id);
        if (groups > 0) {
          throw new AppError('template-in-use', `${groups} groups send with this template: change them first`, {
            extra: { groups },
          });
        }
        await deleteTemplate(tx, actor.accountId, id);
        return template;
      },
      ({ name }) => ({ action: 'template.deleted', subject: id, detail: { name } }),
    );
    response.status(204).end();
  });
}

/** @throws AppError not-found */
function found(row: TemplateRow | null): TemplateRow {
  if (row === null) throw new AppError('not-found', 'The account has no template with this id');
  return row;
}
