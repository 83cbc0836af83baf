/** Progress: one line that is redrawn on a terminal, a line every two seconds elsewhere. */

const WIDTH = 30;
const LINE_EVERY_MS = 2_000;

/** For example `[█████░░░░░]  50 %`; rounded down, so that full means that nothing is missing. @param share 0 to 1. */
export function bar(share: number): string {
  const filled = Math.floor(share * WIDTH);
  return `[${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}

/** Where progress is written; `process.stdout` fits. */
export interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

export class Progress {
  private lastLineAtMs = -Infinity;
  private shown = '';

  constructor(
    private readonly screen: Screen,
    /** Set before each line. */
    private readonly indent = '  ',
  ) {}

  /** @param nowMs of any clock that never goes back. */
  show(line: string, nowMs: number): void {
    if (this.screen.isTTY === true) {
      this.screen.write(`\r\x1b[2K${this.indent}${line}`);
    } else if (nowMs - this.lastLineAtMs >= LINE_EVERY_MS && line !== this.shown) {
      this.lastLineAtMs = nowMs;
      this.screen.write(`${this.indent}${line}\n`);
    } else {
      return;
    }
    this.shown = line;
  }

  /** The last state stays on the screen. */
  end(line: string): void {
    if (this.screen.isTTY === true) this.screen.write(`\r\x1b[2K${this.indent}${line}\n`);
    else if (line !== this.shown) this.screen.write(`${this.indent}${line}\n`);
  }
}
