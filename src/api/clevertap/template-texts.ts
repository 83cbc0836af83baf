/** Records that name a DLT template and bring its variables, and no text: CleverTap's own template form. */
import { readVariables, renderInOrder, type VariableValues } from '../../core/audience/positional';
import { parseTemplate } from '../../core/audience/template';
import { isBlank, withoutBlanks } from '../../core/messages/blank';
import type { DltTemplate } from '../../store/audience/templates';
import type { Accounts } from '../http/account-context';
import type { RecordProblem } from '../ingress/record-problem';
import type { NamedValues } from './fields';
import { unreplacedToken } from './tokens';

/** A record with its text, or why it has none. */
export type FilledRecord = { ok: true; values: NamedValues } | { ok: false; problem: RecordProblem };

/**
 * Gives such records the text of the account's template with that DLT id, and its entity where they name none. Others
 * stay as they are, and nothing is asked for them.
 */
export async function withTemplateTexts(
  accounts: Pick<Accounts, 'dltTemplates'>,
  accountId: string,
  records: readonly NamedValues[],
): Promise<FilledRecord[]> {
  const ids = new Set<string>();
  for (const record of records) {
    const id = templateOf(record);
    if (id !== null) ids.add(id);
  }
  if (ids.size === 0) return records.map((values) => ({ ok: true, values }));
  const known = await accounts.dltTemplates(accountId, [...ids].sort());
  return records.map((record) => {
    const id = templateOf(record);
    if (id === null) return { ok: true, values: record };
    return fill(
      record,
      id,
      known.filter((one) => one.dltTemplateId === id),
    );
  });
}

/** The DLT id that stands for a record's text; null when it has a text, or names no template. */
function templateOf({ values: { text, templateId } }: NamedValues): string | null {
  if (text !== undefined && (typeof text !== 'string' || !isBlank(text))) return null;
  if (typeof templateId !== 'string' || isBlank(templateId) || templateId.startsWith('$$')) return null;
  return withoutBlanks(templateId);
}

function fill(record: NamedValues, id: string, templates: readonly DltTemplate[]): FilledRecord {
  const { values, names } = record;
  const refuse = (code: RecordProblem['code'], field: string, message: string): FilledRecord => ({
    ok: false,
    problem: { code, field, message: `${field} ${message}` },
  });
  const called = names.templateId ?? 'templateId';
  if (templates.length === 0) {
    return values.variables === undefined
      ? refuse('missing', names.text ?? 'text', `is missing, and ${unknown(id)}`)
      : refuse('dlt-template', called, `stands for the text, which is missing, and ${unknown(id)}`);
  }
  const given = names.variables ?? 'variables';
  const read = readVariables(values.variables);
  if (!read.ok) return refuse('invalid-type', given, read.problem);
  for (const value of Object.values(read.variables.values)) {
    const unreplaced = unreplacedToken(value);
    if (unreplaced !== null) return refuse('unreplaced-token', given, unreplaced);
  }
  const texts = templates.map((template) => ({ template, made: renderOne(template, read.variables) }));
  const made = texts.flatMap(({ template, made: one }) => (one.ok ? [{ template, text: one.text }] : []));
  const [first] = made;
  if (first === undefined) {
    const [{ made: problem } = { made: undefined }] = texts;
    return problem?.ok === false
      ? refuse(problem.code, given, problem.problem)
      : refuse('missing', 'text', 'is missing');
  }
  if (made.some(({ text }) => text !== first.text)) {
    const owners = made.map(({ template }) => template.name).join(', ');
    return refuse('ambiguous', called, `is that of several templates whose texts differ: ${owners}; give the text`);
  }
  const { entityId } = first.template;
  const entity = values.entityId === undefined && entityId !== null ? { entityId } : {};
  return { ok: true, values: { ...record, values: { ...values, text: first.text, variables: undefined, ...entity } } };
}

function renderOne({ text }: DltTemplate, variables: VariableValues) {
  const parsed = parseTemplate(text);
  // It was parsed when it was stored.
  if (!parsed.ok) throw new Error(`a stored template can’t be read: ${parsed.problem}`);
  return renderInOrder(parsed.template, variables);
}

const unknown = (id: string): string =>
  `no template of the account has the DLT id ${id}: give the text, or store it with POST /api/v1/templates, ` +
  `{"name":"…","text":"Dear {name}, …","dltTemplateId":"${id}"}`;
