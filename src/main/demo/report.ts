/** The demo's closing words. Pure. */
import { PARTS, type Ledger, type RunResult, type CallbackTotals } from './ledger';
import type { LegSummary } from './traces';

/** CleverTap's own words for the codes that the demo provokes (CleverTap docs, "Generic SMS", error codes). */
const CODES: Record<string, string> = {
  '900': 'other',
  '906': 'sender ID blocked',
  '910': 'invalid number',
  '916': 'expired',
};

/** Submissions and receipts as the simulated provider counted them in this run. */
export interface ProviderCounts {
  submissions: number;
  /** Message ids that came again after they had been accepted. */
  duplicateIds: number;
  receipts: { sent: number };
}

export interface ReportInput extends RunResult {
  legs: readonly LegSummary[];
  provider: ProviderCounts;
  broken: readonly string[];
}

export function report({ ledger, legs, provider, callbacks, scheduledLateMs, campaign, broken }: ReportInput): string {
  return [
    '',
    'Ledger of this run',
    ...ledgerLines(ledger),
    '',
    'Attempts by leg and sender ID',
    ...legs.map(legLine),
    `  The provider saw ${provider.submissions} submissions (${provider.duplicateIds} repeated ones among them) and posted ${provider.receipts.sent} receipts:`,
    '  some late, some twice, some early, some out of order.',
    '',
    'CleverTap was told',
    ...callbackLines(callbacks),
    '',
    'Scheduled send',
    `  ${lateness(scheduledLateMs)}`,
    '',
    'Scheduled campaign',
    `  ${campaign.state}; its first message ${lateness(campaign.lateMs)}`,
    `  ${sumLine(campaign.ledger)}`,
    '',
    ...(broken.length === 0
      ? ['Everything adds up: every message has one outcome, and CleverTap heard each one once.']
      : ['This does not hold:', ...broken.map((problem) => `  - ${problem}`)]),
    '',
  ].join('\n');
}

function lateness(lateMs: number | undefined): string {
  return lateMs === undefined ? 'did not reach the provider' : `reached the provider ${lateMs} ms after its time`;
}

function sumLine(ledger: Ledger): string {
  return `${ledger.accepted} = ${PARTS.map((part) => ledger[part]).join(' + ')}`;
}

function row(name: string, count: number, note = ''): string {
  return `  ${name.padEnd(12)}${String(count).padStart(6)}${note === '' ? '' : `   ${note}`}`;
}

function ledgerLines(ledger: Ledger): string[] {
  return [row('accepted', ledger.accepted), ...PARTS.map((part) => row(part, ledger[part])), `  ${sumLine(ledger)}`];
}

function legLine({ leg, sender, attempts, outcomes }: LegSummary): string {
  const parts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const role = leg === 0 ? '' : ', the fallback';
  return row(sender, attempts, `leg ${leg + 1}${role} · ${parts.join(' · ')}`);
}

function callbackLines(callbacks: CallbackTotals): string[] {
  const codes = Object.entries(callbacks.byCode)
    .filter(([, count]) => count !== 0)
    .map(([code, count]) => `${count} × ${code}${CODES[code] === undefined ? '' : ` ${CODES[code]}`}`);
  return [
    row('delivered', callbacks.byEvent.delivered ?? 0),
    row('failed', callbacks.byEvent.failed ?? 0, codes.join(' · ')),
    row('twice', callbacks.duplicates),
    row('both ways', callbacks.conflicts),
  ];
}
