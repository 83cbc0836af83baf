/**
 * Values for the variables of a template that are not called by name, as CleverTap's `$$TemplateVariables` brings them.
 * Its form is not documented (CleverTap docs, "Generic SMS", read 2026-11-29: "in the order of occurrence"), so all that
 * can be told apart are taken: a list, an object, either of them as JSON text, and a text parted by commas.
 */
import { renderTemplate, type Template } from './template';

/** Values in order, or by name. */
export type VariableValues = { kind: 'list'; values: string[] } | { kind: 'named'; values: Record<string, string> };

export type ReadVariables =
  | { ok: true; variables: VariableValues }
  | {
      ok: false;
      /** To be read behind the field's name; quotes no value. */
      problem: string;
    };

export type RenderedInOrder =
  { ok: true; text: string } | { ok: false; code: 'missing-variable' | 'too-many'; problem: string };

const FORMS = 'send a JSON array of texts, such as ["Asha","Rs 500"]';

/** Reads what a record says under `variables`; nothing, and a blank text, are no values. */
export function readVariables(raw: unknown): ReadVariables {
  if (raw === undefined || raw === null) return list([]);
  if (typeof raw === 'string') return readText(raw.trim());
  if (Array.isArray(raw)) return readList(raw);
  if (typeof raw === 'object') return readObject(raw as Record<string, unknown>);
  const value = spelled(raw);
  return value === null ? { ok: false, problem: `can’t be read: ${FORMS}` } : list([value]);
}

const list = (values: string[]): ReadVariables => ({ ok: true, variables: { kind: 'list', values } });

function readText(text: string): ReadVariables {
  if (text === '') return list([]);
  if (text.startsWith('"')) {
    const quoted = quotedList(text);
    if (quoted !== null) return quoted.length === 1 ? readText(quoted[0]!.trim()) : list(quoted);
  }
  if (!/^[[{]/.test(text)) return list(text.split(',').map((value) => value.trim()));
  try {
    return readVariables(JSON.parse(text));
  } catch {
    return { ok: false, problem: `begins as JSON does and is none: ${FORMS}` };
  }
}

/** `"Asha","Rs 1,500"`: texts in quotes, the inside of an array; null where it is something else. */
function quotedList(text: string): string[] | null {
  try {
    const items = JSON.parse(`[${text}]`) as unknown[];
    return items.every((item) => typeof item === 'string') ? items : null;
  } catch {
    return null;
  }
}

function readList(items: readonly unknown[]): ReadVariables {
  const values: string[] = [];
  for (const [index, item] of items.entries()) {
    const value = spelled(onlyMember(item));
    if (value === null) return { ok: false, problem: `has no text at place ${index + 1}: ${FORMS}` };
    values.push(value);
  }
  return list(values);
}

/** `{"name":"Asha"}` in a list stands for its value. */
function onlyMember(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  const members: unknown[] = Object.values(item);
  return members.length === 1 ? members[0] : item;
}

function readObject(object: Record<string, unknown>): ReadVariables {
  const values: [string, string][] = [];
  for (const [index, [name, item]] of Object.entries(object).entries()) {
    const value = spelled(item);
    if (value === null) return { ok: false, problem: `has no text under its name ${index + 1}: give texts` };
    values.push([name, value]);
  }
  return { ok: true, variables: { kind: 'named', values: Object.fromEntries(values) } };
}

/** The text of a value; null when it is none, or a number that JSON did not carry whole. */
function spelled(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return null;
  return Number.isSafeInteger(value) || !Number.isInteger(value) ? String(value) : null;
}

/**
 * Puts values in. Names count where all of them are the template's; else the values are taken in the order in which they
 * stand: one for each place, or one for each name where a name stands in several.
 */
export function renderInOrder(template: Template, variables: VariableValues): RenderedInOrder {
  if (variables.kind === 'named') {
    const names = Object.keys(variables.values);
    const known = names.filter((name) => template.variables.includes(name));
    if (known.length === names.length && names.length > 0) return byName(template, variables.values);
    if (known.length > 0) {
      const problem = `has names that are none of the template’s, which are ${shown(template)}`;
      return { ok: false, code: 'too-many', problem };
    }
    return renderInOrder(template, { kind: 'list', values: Object.values(variables.values) });
  }
  const { values } = variables;
  const places = template.parts.filter((part) => typeof part !== 'string');
  if (values.length === places.length) return byPlace(template, values);
  if (values.length === template.variables.length || values.length === 0) {
    return byName(template, Object.fromEntries(values.map((value, i) => [template.variables[i]!, value])));
  }
  const code = values.length > places.length ? 'too-many' : 'missing-variable';
  const problem = `has ${values.length} values, and the template takes ${places.length}: ${shown(template)}; ${FORMS}`;
  return { ok: false, code, problem };
}

const shown = ({ variables }: Template): string => variables.map((name) => `{${name}}`).join(', ') || 'none';

function byName(template: Template, values: Record<string, string>): RenderedInOrder {
  const rendered = renderTemplate(template, values);
  return rendered.ok ? rendered : without(rendered.missing);
}

function byPlace(template: Template, values: readonly string[]): RenderedInOrder {
  let text = '';
  let place = 0;
  const missing: string[] = [];
  for (const part of template.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = values[place++]! || part.fallback;
    if (value === null) missing.push(part.name);
    else text += value;
  }
  return missing.length === 0 ? { ok: true, text } : without(missing);
}

const without = (missing: readonly string[]): RenderedInOrder => ({
  ok: false,
  code: 'missing-variable',
  problem: `has no value for ${missing.map((name) => `{${name}}`).join(', ')}, which has no default`,
});
