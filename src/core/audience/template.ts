/**
 * Texts with variables. `{name}` is a variable, `{name|text}` one with a default, `{{` a literal `{`, `}}` a literal `}`.
 *
 * A name has 1 to 64 letters, digits, `_`, `-`, `.` and blanks; blanks around it don't count. A default is everything
 * from the first `|` to the closing brace, taken as it is written; it may be empty and can't hold braces. A `}` that
 * closes nothing is refused like a `{` that nothing closes: far more often it is half of a variable than meant as text,
 * and such text would reach a phone.
 */

/** A text that was read, ready to be rendered any number of times. */
export interface Template {
  /** Names in the order in which they first appear, each once. */
  readonly variables: readonly string[];
  /** Those of them that have no default in at least one place: without a value nothing can be rendered. */
  readonly required: readonly string[];
  /** Literal text (escapes resolved) and variables, in order. */
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart = string | TemplateVariable;

export interface TemplateVariable {
  readonly name: string;
  /** Takes the place of an absent or empty value; null = there is none. */
  readonly fallback: string | null;
}

export type ParsedTemplate =
  | { ok: true; template: Template }
  | {
      ok: false;
      /** What is wrong and what would be right. */
      problem: string;
      /** Index of the UTF-16 code unit where it is wrong, from 0. */
      position: number;
    };

export type RenderedTemplate = { ok: true; text: string } | { ok: false; missing: string[] };

/** Letters of any script: columns of a list are named in the language of its author. */
const NAME = /^[\p{L}\p{M}\p{N}_. -]{1,64}$/u;
const BRACE = /[{}]/g;

/** Reads a template, in one pass. Any text without braces is a template of itself. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: TemplatePart[] = [];
  let literal = '';
  let at = 0;
  for (;;) {
    const brace = indexOfBrace(text, at);
    literal += text.slice(at, brace);
    if (brace === text.length) break;
    if (text[brace + 1] === text[brace]) {
      literal += text[brace];
      at = brace + 2;
      continue;
    }
    if (text[brace] === '}') {
      return { ok: false, position: brace, problem: 'the closing brace has no opening one: write }} for a brace' };
    }
    const end = indexOfBrace(text, brace + 1);
    if (text[end] !== '}') {
      return { ok: false, position: brace, problem: 'the brace is not closed: write {name}, or {{ for a brace' };
    }
    const variable = readVariable(text.slice(brace + 1, end));
    if (typeof variable === 'string') return { ok: false, position: brace, problem: variable };
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(variable);
    at = end + 1;
  }
  if (literal !== '') parts.push(literal);
  const variables = parts.filter((part) => typeof part !== 'string');
  return {
    ok: true,
    template: {
      variables: namesOf(variables),
      required: namesOf(variables.filter(({ fallback }) => fallback === null)),
      parts,
    },
  };
}

/**
 * Puts the values in. They are text, whatever they look like: braces in a value are never read as a variable.
 * @param variables an absent value and an empty one are the same: the default takes its place, or it is missing. A name finds
 * its value in any case, the one in its own case first.
 * @returns the text, or the names that have neither value nor default, in order of appearance.
 */
export function renderTemplate(template: Template, variables: Record<string, string>): RenderedTemplate {
  const valueOf = (name: string): string =>
    (Object.hasOwn(variables, name) ? variables[name] : inAnyCase(variables, name)) ?? '';
  const missing = template.required.filter((name) => valueOf(name) === '');
  if (missing.length > 0) return { ok: false, missing };
  let text = '';
  for (const part of template.parts) {
    text += typeof part === 'string' ? part : valueOf(part.name) || (part.fallback ?? '');
  }
  return { ok: true, text };
}

/** The value of a name that is written in another case; undefined = there is none. */
function inAnyCase(variables: Record<string, string>, name: string): string | undefined {
  const lower = name.toLowerCase();
  for (const [other, value] of Object.entries(variables)) if (other.toLowerCase() === lower) return value;
  return undefined;
}

/**
 * Values of all recipients, and those of one: the latter count, in whatever case their names are written.
 * @param shared what has no value of its own takes these.
 */
export function mergeVariables(shared: Record<string, string>, own: Record<string, string>): Record<string, string> {
  const defaults = Object.entries(shared);
  if (defaults.length === 0) return own;
  const named = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = defaults.filter(([name]) => !named.has(name.toLowerCase()));
  return Object.fromEntries([...kept, ...Object.entries(own)]);
}

/** The end of the text when there is none. */
function indexOfBrace(text: string, from: number): number {
  BRACE.lastIndex = from;
  return BRACE.exec(text)?.index ?? text.length;
}

/** @returns what is wrong with it when it is no variable. */
function readVariable(inside: string): TemplateVariable | string {
  const bar = inside.indexOf('|');
  const name = (bar < 0 ? inside : inside.slice(0, bar)).trim();
  if (name === '') return 'the braces hold no name: write {name}, or {{ and }} for braces';
  if (!NAME.test(name)) {
    return `${JSON.stringify(name)} can’t be the name of a variable: use 1 to 64 letters, digits, _, -, . and blanks`;
  }
  return { name, fallback: bar < 0 ? null : inside.slice(bar + 1) };
}

const namesOf = (variables: readonly TemplateVariable[]): string[] => [...new Set(variables.map(({ name }) => name))];
