/** The demo's progress, as the command line shows any. */
import { bar } from '../../cli/output/progress';
import type { Ledger } from './ledger';

export { Progress, type Screen } from '../../cli/output/progress';

/** For example `[█████░░░░░]  50 %  500 of 1003 · delivered 480 · failed 20 · open 503`. */
export function progressLine(ledger: Ledger, total: number): string {
  const settled = Math.min(total, Math.max(0, ledger.accepted - ledger.open));
  const share = total === 0 ? 1 : settled / total;
  const others = ledger.accepted - ledger.open - ledger.delivered - ledger.failed;
  const parts = [
    `${settled} of ${total}`,
    `delivered ${ledger.delivered}`,
    `failed ${ledger.failed}`,
    ...(others > 0 ? [`other ${others}`] : []),
    `open ${total - settled}`,
  ];
  return `${bar(share)}  ${parts.join(' · ')}`;
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
