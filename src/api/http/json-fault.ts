/**
 * Where a text stops being JSON (RFC 8259), and what is wrong there. Read only once JSON.parse has refused the text: its
 * own messages name no place, or another one with each version of Node.
 */

export interface JsonFault {
  /** Index of the UTF-16 code unit. */
  at: number;
  /** Quotes nothing of the text but one word, whose digits are left out. */
  problem: string;
}

/** Raised and caught inside this file only. */
class Fault extends Error {
  constructor(
    readonly at: number,
    readonly problem: string,
  ) {
    super(problem);
  }
}

const BLANKS = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
/** What stands where a value should, up to what could follow it. */
const TOKEN = /[^\s,:"[\]{}]+/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SHOWN_WORD = 24;
const CURLY = '“”„«»';

/** The first fault of a text; null when it is JSON. It must not be nested deeper than the stack is. */
export function findJsonFault(text: string): JsonFault | null {
  try {
    const reader = new Reader(text);
    reader.value();
    reader.end();
    return null;
  } catch (error) {
    if (error instanceof Fault) return { at: error.at, problem: error.problem };
    throw error;
  }
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  end(): void {
    this.blanks();
    if (this.at < this.text.length) throw new Fault(this.at, 'something follows the end of the JSON');
  }

  value(): void {
    this.blanks();
    switch (this.text[this.at]) {
      case '{':
        return this.list('}', 'object', () => this.member());
      case '[':
        return this.list(']', 'array', () => this.value());
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }

  private member(): void {
    this.blanks();
    if (this.text[this.at] !== '"') throw this.missing('a name in double quotes');
    this.string();
    this.blanks();
    if (this.text[this.at] !== ':') throw this.missing('a colon');
    this.at++;
    this.value();
  }

  private list(close: string, what: string, item: () => void): void {
    const start = this.at++;
    this.blanks();
    if (this.text[this.at] === close) {
      this.at++;
      return;
    }
    for (;;) {
      item();
      const before = this.at;
      this.blanks();
      const next = this.text[this.at];
      if (next === undefined) throw new Fault(this.at, `the text ends within the ${what} ${placeOf(this.text, start)}`);
      this.at++;
      if (next === close) return;
      if (next !== ',') throw this.unseparated(before, this.at - 1, what);
      this.blanks();
      if (this.text[this.at] === close) throw new Fault(this.at, 'the comma before it is one too many');
    }
  }

  private unseparated(before: number, at: number, what: string): Fault {
    const inText = this.text[before - 1] === '"' && before === at;
    const hint = inText ? '; a quote within a text is written \\"' : '';
    return new Fault(at, `a comma or the end of the ${what} is missing${hint}`);
  }

  /** At its opening quote. */
  private string(): void {
    const start = this.at++;
    for (;;) {
      this.skip(PLAIN);
      const next = this.text[this.at];
      if (next === '"') {
        this.at++;
        return;
      }
      if (next === undefined) {
        throw new Fault(this.at, `the text ends within the quotes that open ${placeOf(this.text, start)}`);
      }
      if (next !== '\\') throw new Fault(this.at, controlIn(next));
      if (this.skip(ESCAPE) === '') throw new Fault(this.at, 'a backslash is written \\\\ unless it begins an escape');
    }
  }

  /** A number, true, false or null. */
  private word(): void {
    const start = this.at;
    const known = this.skip(LITERAL) || this.skip(NUMBER);
    TOKEN.lastIndex = start;
    const token = TOKEN.exec(this.text)?.[0] ?? '';
    if (token === '') throw this.missing('a value');
    if (known === token) return;
    if (CURLY.includes(token[0]!)) throw new Fault(start, 'quotes must be straight: "');
    if (token.startsWith("'")) throw new Fault(start, 'quotes must be double ones: "');
    const word = /^[^\p{Nd}+.-]+$/u.test(token) ? ` ${token.slice(0, SHOWN_WORD)}` : '';
    throw new Fault(start, `the value${word} is neither a number, true, false nor null: put a text in double quotes`);
  }

  private missing(what: string): Fault {
    const ends = this.at >= this.text.length;
    return new Fault(this.at, ends ? `the text ends where ${what} should stand` : `${what} is missing`);
  }

  private blanks(): void {
    this.skip(BLANKS);
  }

  /** @returns what was passed over. */
  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}

function controlIn(character: string): string {
  if (character === '\n' || character === '\r') return 'a line end within a text is written \\n';
  if (character === '\t') return 'a tab within a text is written \\t';
  return 'a control character within a text is written \\u00..';
}

/** `at line 3, column 7`; both from 1. */
export function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `at line ${line}, column ${at - before.lastIndexOf('\n')}`;
}
