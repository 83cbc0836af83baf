/** The demo's progress: one line that is redrawn on a terminal; elsewhere a line for each change, every two seconds at most. */
import type { Ledger } from './ledger';

const WIDTH = 30;
const LINE_EVERY_MS = 2_000;

/** For example `[█████░░░░░]  50 %  500 of 1003 · delivered 480 · failed 20 · open 503`. */
export function progressLine(ledger: Ledger, total: number): string {
  const settled = Math.min(total, Math.max(0, ledger.accepted - ledger.open));
  const share = total === 0 ? 1 : settled / total;
  // Rounded down: full means that nothing is missing.
  const filled = Math.floor(share * WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
  const others = ledger.accepted - ledger.open - ledger.delivered - ledger.failed;
  const parts = [
    `${settled} of ${total}`,
    `delivered ${ledger.delivered}`,
    `failed ${ledger.failed}`,
    ...(others > 0 ? [`other ${others}`] : []),
    `open ${total - settled}`,
  ];
  return `[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${parts.join(' · ')}`;
}

/** What is still to come; each is said until it has. */
export interface Awaited {
  open: number;
  /** Outcomes that CleverTap has not heard of, of messages that have one. */
  untold: number;
  campaignState: string;
}

/** For example `waits for 12 messages to end and for CleverTap to hear of 3 outcomes`; empty when nothing is awaited. */
export function waitsFor({ open, untold, campaignState }: Awaited): string {
  const awaited = [
    ...(open > 0 ? [`${open} ${open === 1 ? 'message' : 'messages'} to end`] : []),
    ...(untold > 0 ? [`CleverTap to hear of ${untold} ${untold === 1 ? 'outcome' : 'outcomes'}`] : []),
    ...(open <= 0 && campaignState !== 'finished' ? [`the campaign, which is ${campaignState}, to finish`] : []),
  ];
  return awaited.length === 0 ? '' : `waits for ${awaited.join(' and for ')}`;
}

/** Where progress is written; `process.stdout` fits. */
export interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

export class Progress {
  private lastLineAtMs = -Infinity;
  private shown = '';

  constructor(private readonly screen: Screen) {}

  /** @param nowMs of any clock that never goes back. */
  show(line: string, nowMs: number): void {
    if (this.screen.isTTY === true) {
      this.screen.write(`\r\x1b[2K  ${line}`);
    } else if (line !== this.shown && nowMs - this.lastLineAtMs >= LINE_EVERY_MS) {
      this.lastLineAtMs = nowMs;
      this.screen.write(`  ${line}\n`);
    } else {
      return;
    }
    this.shown = line;
  }

  /** The last state stays on the screen. */
  end(line: string): void {
    if (this.screen.isTTY === true) this.screen.write(`\r\x1b[2K  ${line}\n`);
    else if (line !== this.shown) this.screen.write(`  ${line}\n`);
  }
}
