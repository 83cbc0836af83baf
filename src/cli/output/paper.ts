/** What commands are written with: aligned tables, facts, colours where the terminal has them. */
import type { Screen } from './progress';
import { shownTime } from './times';

const COLOURS = { red: 31, green: 32, yellow: 33, blue: 34, grey: 90, bold: 1 } as const;
type Colour = keyof typeof COLOURS;

/** Words that have a colour wherever they stand alone. */
const STATES: Record<string, Colour> = {
  ok: 'green', up: 'green', active: 'green', delivered: 'green', finished: 'green', ready: 'green', done: 'green',
  warn: 'yellow', degraded: 'yellow', paused: 'yellow', submitted: 'yellow', queued: 'yellow', partly: 'yellow',
  pending: 'yellow', FAIL: 'red', down: 'red', failed: 'red', expired: 'red', dead: 'red', refused: 'red',
  disabled: 'red', revoked: 'red', suppressed: 'red', cancelled: 'grey', inactive: 'grey', draft: 'grey',
}; // prettier-ignore

export interface PaperOptions {
  isColoured: boolean;
  /** IANA; undefined = this machine's. */
  zone: string | undefined;
}

/** Colour only for a person: on a terminal, and not where NO_COLOR asks for none (https://no-color.org). */
export const isColoured = (screen: Screen, env: NodeJS.ProcessEnv): boolean =>
  screen.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';

/** A table's cell; what is missing is a dash. */
export type Cell = string | number | null | undefined;

export class Paper {
  constructor(private readonly options: PaperOptions) {}

  paint(colour: Colour, text: string): string {
    return this.options.isColoured ? `\x1b[${COLOURS[colour]}m${text}\x1b[0m` : text;
  }

  /** A word in the colour of its state. */
  state(word: string): string {
    const colour = STATES[word];
    return colour === undefined ? word : this.paint(colour, word);
  }

  time(iso: string | null | undefined): string {
    return shownTime(iso, this.options.zone);
  }

  /** Columns as wide as their widest cell, numbers to the right. One line says so when there is no row. */
  table(heads: readonly string[], rows: readonly (readonly Cell[])[], none = 'There is none.'): string[] {
    if (rows.length === 0) return [none];
    const cells = rows.map((row) => row.map((cell) => oneLine(cell)));
    const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((row) => row[i]!.length)));
    const isNumber = heads.map((_, i) => rows.every((row) => typeof row[i] === 'number' || row[i] == null));
    const line = (row: readonly string[], shown: (text: string) => string) =>
      row
        .map((cell, i) => {
          const gap = ' '.repeat(widths[i]! - cell.length);
          if (isNumber[i]!) return gap + shown(cell);
          return i === row.length - 1 ? shown(cell) : shown(cell) + gap;
        })
        .join('  ')
        .trimEnd();
    return [
      line(heads, (head) => this.paint('bold', head)),
      ...cells.map((row) => line(row, (cell) => this.state(cell))),
    ];
  }

  /** Names and values, one a line; what is null or undefined is left out. */
  facts(entries: readonly (readonly [string, Cell])[]): string[] {
    const shown = entries.filter(([, value]) => value != null && value !== '');
    const width = Math.max(0, ...shown.map(([name]) => name.length));
    return shown.map(([name, value]) => `${name.padEnd(width)}  ${this.state(oneLine(value))}`);
  }

  heading(text: string): string {
    return this.paint('bold', text);
  }
}

const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;
/** All but line feeds, tabs, and the colours that are ours. */
const UNPRINTABLE = /\u001b(?!\[\d{1,2}m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;

/** A text as it may be written to a terminal: what somebody else wrote must not move its cursor, or worse. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, ' ');

const oneLine = (cell: Cell): string => (cell == null ? '–' : String(cell).replace(CONTROLS, ' '));
