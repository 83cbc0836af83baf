/**
 * Whether a text is an instance of a content template as it is registered on India's DLT. The operators compare every
 * message with its template and drop what differs, after it was paid for; so this is asked before anything is sent.
 *
 * The fixed text must be the same, character by character: case and blanks count. Only the two spellings of a line end
 * are one, because forms and files change them. Each `{#var#}` takes 0 to 30 characters (40 where the operators let it),
 * line ends and blanks included. The tagged variables of 2025 (`{#alphanumeric#}`, `{#numeric#}`, `{#url#}` …) take 0 to
 * 40; what kind of text they hold is left to the operators.
 *
 * Facts: TRAI's direction of 18 November 2025 on tagging variables; code 783 of Mobtexting's API, "template mismatch".
 */
import type { Template } from './template';

export type DltMatch =
  | { ok: true }
  | {
      ok: false;
      /** Where the two part, in words and figures. Quotes nothing: a text made for somebody holds what is his. */
      reason: string;
      /** The same with a little of both, for whoever wrote them. */
      quoted: string;
      /** Index of the UTF-16 code unit of the text (line ends counted as one) where they part, from 0. */
      position: number;
    };

export interface DltMatchOptions {
  /** Most characters (UTF-16 code units) of a `{#var#}`; 30 unless given. */
  maxVariableLength?: number;
}

const MAX_VARIABLE = 30;
const MAX_TAGGED = 40;
const VARIABLE = /\{#\s*(var|alphanumeric|numeric|number|url|urlott|cbn|email)\s*#\}/gi;
/** Stands for the value of a template's variable: of the private use area, so that no registered text has it. */
const VALUE = '\ue000';
const QUOTED = 20;

/** A registered template as `fixed[0] variable[0] fixed[1] … fixed[n]`. */
interface Registered {
  fixed: string[];
  /** Most characters of each variable; one fewer than `fixed`. */
  limits: number[];
}

/**
 * Compares a text with a registered template. Time is at most the product of the two lengths, however many variables
 * there are and whatever they could hold.
 */
export function matchDltTemplate(registered: string, text: string, options: DltMatchOptions = {}): DltMatch {
  return match(readRegistered(registered, options.maxVariableLength ?? MAX_VARIABLE), unifyLines(text));
}

/**
 * Compares a template of ours with a registered one before its values are known: each of its variables must fall into a
 * variable of the registered text, and all literal text must fit. Values are taken to have one character, so a match
 * says that short values fit; what leaves must be compared again.
 */
export function matchDltPattern(registered: string, template: Template, options: DltMatchOptions = {}): DltMatch {
  const text = template.parts.map((part) => (typeof part === 'string' ? part : VALUE)).join('');
  return matchDltTemplate(registered, text, options);
}

const unifyLines = (text: string): string => text.replace(/\r\n/g, '\n');

function readRegistered(registered: string, maxVariableLength: number): Registered {
  // split() gives the tag between two fixed texts.
  const pieces = unifyLines(registered).split(VARIABLE);
  const tags = pieces.filter((_, i) => i % 2 === 1);
  return {
    fixed: pieces.filter((_, i) => i % 2 === 0),
    limits: tags.map((tag) =>
      tag.toLowerCase() === 'var' ? maxVariableLength : Math.max(MAX_TAGGED, maxVariableLength),
    ),
  };
}

/**
 * Goes through the fixed texts and keeps every place where the text before may have ended: places, not ways to get
 * there, of which there can be exponentially many.
 */
function match({ fixed, limits }: Registered, text: string): DltMatch {
  if (!text.startsWith(fixed[0]!)) return differs(text, [0], fixed[0]!);
  let ends = [fixed[0]!.length];
  for (let no = 1; no < fixed.length; no++) {
    const next = fixed[no]!;
    const isLast = no === fixed.length - 1;
    const starts = reachable(ends, limits[no - 1]!, text.length);
    const fitting = starts.filter((at) => text.startsWith(next, at) && (!isLast || at + next.length === text.length));
    if (fitting.length === 0) return explain(text, ends, starts, next, { no, limit: limits[no - 1]!, isLast });
    ends = fitting.map((at) => at + next.length);
  }
  return ends.includes(text.length) ? { ok: true } : tooMuch(text, ends.at(-1)!);
}

/** Where a variable that begins at one of `ends` (ascending) can end, ascending. */
function reachable(ends: readonly number[], limit: number, length: number): number[] {
  const starts: number[] = [];
  let from = 0;
  for (const end of ends) {
    const last = Math.min(end + limit, length);
    for (from = Math.max(from, end); from <= last; from++) starts.push(from);
  }
  return starts;
}

/** No place for the fixed text behind variable `no`: because the variable is too long, or because the text differs. */
function explain(
  text: string,
  ends: readonly number[],
  starts: readonly number[],
  next: string,
  { no, limit, isLast }: { no: number; limit: number; isLast: boolean },
): DltMatch {
  const end = ends.at(-1)!;
  const found = isLast && text.endsWith(next) ? text.length - next.length : next === '' ? -1 : text.indexOf(next, end);
  if (found > end + limit) {
    const length = found - end;
    return {
      ok: false,
      position: end,
      reason: `variable ${no} has ${length} characters, at most ${limit}`,
      quoted: `variable ${no} would hold ${length} characters, ${quote(text, end)}: it takes at most ${limit}`,
    };
  }
  const inside = isLast ? starts.find((at) => text.startsWith(next, at)) : undefined;
  if (inside !== undefined) return tooMuch(text, inside + next.length);
  return differs(text, starts, next);
}

const tooMuch = (text: string, position: number): DltMatch => ({
  ok: false,
  position,
  reason: `after character ${position} the text goes on for ${text.length - position}, where the registered template ends`,
  quoted: `the text goes on with ${quote(text, position)} where the registered template ends`,
});

/** The difference at that place, of all where `fixed` could stand, where most of it does. */
function differs(text: string, starts: readonly number[], fixed: string): DltMatch {
  let best = { at: starts[0] ?? 0, length: 0 };
  for (const at of starts) {
    let length = 0;
    while (length < fixed.length && fixed[length] === text[at + length]) length++;
    if (length > best.length) best = { at, length };
  }
  const position = best.at + best.length;
  const where = `at character ${position + 1} the text`;
  const ends = position >= text.length;
  const has = ends ? 'ends' : `has ${quote(text, position)}`;
  return {
    ok: false,
    position,
    reason: ends
      ? `${where} ends, before the registered template does`
      : `${where} differs from the registered template`,
    quoted: `${where} ${has} where the registered template has ${quote(fixed, best.length)}`,
  };
}

function quote(text: string, from: number): string {
  const shown = text.slice(from, from + QUOTED).replaceAll(VALUE, '{…}');
  return JSON.stringify(from + QUOTED < text.length ? `${shown}…` : shown);
}
