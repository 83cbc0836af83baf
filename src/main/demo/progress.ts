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
