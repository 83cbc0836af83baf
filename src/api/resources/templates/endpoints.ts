/** `/api/v1/templates`: texts with variables. */
import { AppError } from '../../../errors';
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
import { endpoint, type Endpoint } from '../../endpoint';
import { pageOf, pageQuery, readCursor } from '../../http/page';
import { checkQuota } from '../../http/quotas';
import { pageFrom, resource } from '../../http/resource';
import { checkDlt, template, templateAnswer, templatePatch, toTemplate } from './schema';

const TEMPLATES = '/api/v1/templates';
const tag = 'Templates';

const { found, change, remove } = resource<TemplateRow>({
  noun: 'template',
  uniqueName: 'templates_account_id_name_key',
});

export const templates: Endpoint[] = [
  endpoint(
    {
      id: 'listTemplates',
      method: 'get',
      path: TEMPLATES,
      tag,
      summary: 'The account’s templates, by name.',
      scope: 'read',
      query: pageQuery,
      answers: { 200: { description: 'A page of templates.', schema: pageOf(templateAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId }, query: { cursor, limit } }) => {
      const [after] = readCursor<[string]>(cursor, 1) ?? [];
      const rows = await listTemplates(deps.database.db, { accountId, after, limit });
      return pageFrom(rows, limit, toTemplate, ({ name }) => [name]);
    },
  ),
  endpoint(
    {
      id: 'createTemplate',
      method: 'post',
      path: TEMPLATES,
      tag,
      summary: 'Makes a template.',
      description:
        'A variable is `{name}`, or `{name|text}` with a default; `{{` and `}}` are braces. With `dltText` (the text as ' +
        'registered on India’s DLT, with `{#var#}`) the fixed text must be the same.',
      scope: 'manage',
      body: { schema: template },
      answers: { 201: { description: 'The template.', schema: templateAnswer } },
      errors: ['malformed-body', 'invalid-request', 'name-taken', 'quota-reached'],
    },
    async (call) => {
      const { deps, actor, body: draft } = call;
      checkDlt(draft);
      await deps.accounts.context(actor.accountId);
      const row = await change(
        call,
        async (tx) => {
          await checkQuota(tx, actor.accountId, 'templates', deps.limits);
          return insertTemplate(tx, actor.accountId, draft);
        },
        ({ id, name }) => ({ action: 'template.created', subject: id, detail: { name } }),
        draft.name,
      );
      return toTemplate(row);
    },
  ),
  endpoint(
    {
      id: 'getTemplate',
      method: 'get',
      path: `${TEMPLATES}/:id`,
      tag,
      summary: 'One template.',
      scope: 'read',
      answers: { 200: { description: 'The template.', schema: templateAnswer } },
      errors: ['not-found'],
    },
    async ({ deps, actor, params }) =>
      toTemplate(found(await findTemplate(deps.database.db, actor.accountId, params.id))),
  ),
  endpoint(
    {
      id: 'updateTemplate',
      method: 'patch',
      path: `${TEMPLATES}/:id`,
      tag,
      summary: 'Changes what the body names.',
      scope: 'manage',
      body: { schema: templatePatch },
      answers: { 200: { description: 'The template as it is now.', schema: templateAnswer } },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'name-taken'],
    },
    async (call) => {
      const { actor, params, body: draft } = call;
      const changed = Object.keys(draft);
      const row = await change(
        call,
        async (tx) => {
          const before = found(await lockTemplate(tx, actor.accountId, params.id));
          if (changed.length === 0) return before;
          // What is not patched must fit what is.
          const { text = before.text, dltText = before.dlt_text } = draft;
          checkDlt({ text, dltText });
          return updateTemplate(tx, actor.accountId, before.id, draft);
        },
        ({ id }) => (changed.length === 0 ? null : { action: 'template.updated', subject: id, detail: { changed } }),
        draft.name,
      );
      return toTemplate(row);
    },
  ),
  endpoint(
    {
      id: 'deleteTemplate',
      method: 'delete',
      path: `${TEMPLATES}/:id`,
      tag,
      summary: 'Deletes a template that no group uses.',
      scope: 'manage',
      answers: { 204: { description: 'It is gone.' } },
      errors: ['not-found', 'template-in-use'],
    },
    async (call) => {
      const { accountId } = call.actor;
      await remove(
        call,
        async (tx) => {
          const template = found(await lockTemplate(tx, accountId, call.params.id));
          const groups = await countGroupsOfTemplate(tx, accountId, template.id);
          if (groups > 0) {
            throw new AppError('template-in-use', `${groups} groups send with this template: change them first`, {
              extra: { groups },
            });
          }
          await deleteTemplate(tx, accountId, template.id);
          return template;
        },
        ({ id, name }) => ({ action: 'template.deleted', subject: id, detail: { name } }),
      );
    },
  ),
];
