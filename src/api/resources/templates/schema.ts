/** What a template may be given, and how it is shown. */
import { z } from 'zod';
import { matchDltPattern } from '../../../core/audience/dlt-template';
import { segment } from '../../../core/messages/segments';
import { parseTemplate, type Template } from '../../../core/audience/template';
import type { TemplateDraft, TemplateRow } from '../../../store/audience/templates';
import { invalidField } from '../../http/invalid';
import { dltId, storable, storableName } from '../../http/text';

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
  sensitive: z
    .boolean()
    .describe(
      'Nobody is shown the texts of messages that are made of it, and each is deleted at the end of its message.',
    ),
};

export const template = z.strictObject({
  ...fields,
  dltTemplateId: fields.dltTemplateId.default(null),
  dltText: fields.dltText.default(null),
  entityId: fields.entityId.default(null),
  language: fields.language.default(null),
  sensitive: fields.sensitive.default(false),
});

/** Defaults are for creation only: what a patch does not name stays as it is. */
export const templatePatch = z.strictObject(fields).partial();

/** @throws AppError invalid-request when the text can't be an instance of what is registered. */
export function checkDlt({ text, dltText }: Pick<TemplateDraft, 'text' | 'dltText'>): void {
  if (dltText === null) return;
  const match = matchDltPattern(dltText, templateOf(text));
  if (match.ok) return;
  throw invalidField('text', `does not fit dltText: ${match.quoted}`);
}

/** Of a text that was checked before it was stored. */
function templateOf(text: string): Template {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(`a stored template can’t be read: ${parsed.problem}`);
  return parsed.template;
}

export const templateAnswer = z
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
    sensitive: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Template' });

export function toTemplate(row: TemplateRow): z.input<typeof templateAnswer> {
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
    sensitive: row.sensitive,
    createdAt: row.created_at.toISOString(),
  };
}
