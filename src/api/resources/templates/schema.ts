/** What a template may be given, how it is shown, and what its routes do. */
import { z } from 'zod';
import { matchDltPattern } from '../../../core/audience/dlt-template';
import { segment } from '../../../core/messages/segments';
import { parseTemplate, type Template } from '../../../core/audience/template';
import { AppError, type Problem } from '../../../errors';
import type { TemplateDraft, TemplateRow } from '../../../store/audience/templates';
import type { Operation } from '../../operation';
import { pageOf, pageQuery } from '../../http/page';
import { dltId, storable, storableName } from '../../http/text';
import { validate } from '../../http/validate';

/** As many characters as a message may have. */
const MAX_TEXT_LENGTH = 4_000;
/** Bounds the work of a comparison, which grows with both lengths. */
const MAX_DLT_TEXT_LENGTH = 2_000;

const text = storable(1, MAX_TEXT_LENGTH).superRefine((value, context) => {
  const parsed = parseTemplate(value);
  if (parsed.ok) return;
  context.addIssue({ code: 'custom', message: `at character ${parsed.position + 1} ${parsed.problem}` });
});
const language = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a language tag such as en or hi-IN');

const fields = {
  name: storableName(100),
  text,
  dltTemplateId: dltId.nullable(),
  dltText: storable(1, MAX_DLT_TEXT_LENGTH).nullable(),
  entityId: dltId.nullable(),
  language: language.nullable(),
};

const template = z.strictObject({
  ...fields,
  dltTemplateId: fields.dltTemplateId.default(null),
  dltText: fields.dltText.default(null),
  entityId: fields.entityId.default(null),
  language: fields.language.default(null),
});

/** Defaults are for creation only: what a patch does not name stays as it is. */
const patch = z.strictObject(fields).partial();

/** @throws AppError invalid-request, also for a text that does not fit its `dltText`. */
export function readTemplate(body: unknown): TemplateDraft {
  const draft = validate(template, body);
  checkDlt(draft);
  return draft;
}

/** The patched template must still fit its DLT text: see {@link checkDlt}. @throws AppError invalid-request */
export function readTemplatePatch(body: unknown): Partial<TemplateDraft> {
  return validate(patch, body);
}

/** @throws AppError invalid-request when the text can't be an instance of what is registered. */
export function checkDlt({ text, dltText }: Pick<TemplateDraft, 'text' | 'dltText'>): void {
  if (dltText === null) return;
  const match = matchDltPattern(dltText, templateOf(text));
  if (match.ok) return;
  const problem: Problem = { field: 'text', message: `does not fit dltText: ${match.reason}` };
  throw new AppError('invalid-request', `${problem.field}: ${problem.message}`, { problems: [problem] });
}

/** Of a text that was checked before it was stored. */
function templateOf(text: string): Template {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(`a stored template can’t be read: ${parsed.problem}`);
  return parsed.template;
}

const answer = z
  .object({
    id: z.string(),
    name: z.string(),
    text: z.string(),
    /** Names in the order in which they appear. */
    variables: z.array(z.string()),
    /** Of the text as it is written; with values in their places it may be more. */
    segments: z.object({ encoding: z.enum(['gsm7', 'ucs2']), parts: z.int().min(1) }),
    dltTemplateId: z.string().nullable(),
    dltText: z.string().nullable(),
    entityId: z.string().nullable(),
    language: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Template' });

export function toTemplate(row: TemplateRow): z.input<typeof answer> {
  const { encoding, parts } = segment(row.text);
  return {
    id: row.id,
    name: row.name,
    text: row.text,
    variables: [...templateOf(row.text).variables],
    segments: { encoding, parts },
    dltTemplateId: row.dlt_template_id,
    dltText: row.dlt_text,
    entityId: row.entity_id,
    language: row.language,
    createdAt: row.created_at.toISOString(),
  };
}

export const operations: Operation[] = [
  {
    id: 'listTemplates',
    method: 'get',
    path: '/api/v1/templates',
    tag: 'Templates',
    summary: 'The account’s templates, by name.',
    scope: 'read',
    query: pageQuery,
    answers: { 200: { description: 'A page of templates.', schema: pageOf(answer) } },
    errors: ['invalid-request'],
  },
  {
    id: 'createTemplate',
    method: 'post',
    path: '/api/v1/templates',
    tag: 'Templates',
    summary: 'Makes a template.',
    description:
      'A variable is `{name}`, or `{name|text}` with a default; `{{` and `}}` are braces. With `dltText` (the text as ' +
      'registered on India’s DLT, with `{#var#}`) the fixed text must be the same.',
    scope: 'manage',
    body: { schema: template },
    answers: { 201: { description: 'The template.', schema: answer } },
    errors: ['malformed-body', 'invalid-request', 'name-taken'],
  },
  {
    id: 'getTemplate',
    method: 'get',
    path: '/api/v1/templates/:id',
    tag: 'Templates',
    summary: 'One template.',
    scope: 'read',
    answers: { 200: { description: 'The template.', schema: answer } },
    errors: ['not-found'],
  },
  {
    id: 'updateTemplate',
    method: 'patch',
    path: '/api/v1/templates/:id',
    tag: 'Templates',
    summary: 'Changes what the body names.',
    scope: 'manage',
    body: { schema: patch },
    answers: { 200: { description: 'The template as it is now.', schema: answer } },
    errors: ['malformed-body', 'invalid-request', 'not-found', 'name-taken'],
  },
  {
    id: 'deleteTemplate',
    method: 'delete',
    path: '/api/v1/templates/:id',
    tag: 'Templates',
    summary: 'Deletes a template that no group uses.',
    scope: 'manage',
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not-found', 'template-in-use'],
  },
];
