/** The duty `alerts`: what somebody should see to is found, opened once it lasts, and closed once it is over. */
import { maskDigits } from '../../core/messages/msisdn';
import {
  findTroubles,
  forgetAlerts,
  keepAlerts,
  listAlertedAccounts,
  type AlertDraft,
  type Trouble,
} from '../../store/accounts/alerts';
import type { Database } from '../../store/database';
import type { AlertKind, AlertRow } from '../../store/webhooks/alerts';
import type { Workflows } from '../../workflows/client';
import { findStalls } from './stalls';
import type { MaintenanceLog, Turn } from './turn';

export interface AlertDeps {
  database: Database;
  workflows: Pick<Workflows, 'wakeRelays'>;
  log: MaintenanceLog;
}

/** What must last so long before it is told: a breaker opens for seconds, and most pauses are short. */
const OPEN_AFTER_MS: Record<AlertKind, number> = {
  'gateway-down': 30_000,
  'gateway-held': 30_000,
  'callbacks-waiting': 30_000,
  'unknown-outcomes': 0,
  'campaign-stuck': 60_000,
};
/** What was over for less than this and comes again is the same alert. */
const CLEAR_MS = 60_000;
const ACCOUNTS_AT_ONCE = 4;

/** Keeps the alerts of all accounts in step with what is wrong; each account by itself. */
export async function reviewAlerts({ database, workflows, log }: AlertDeps, turn: Turn): Promise<void> {
  const { pool } = database;
  const troubles = await turn.step('troubles', async () => [
    ...(await findTroubles(pool)),
    ...(await findStalls(database)),
  ]);
  if (troubles === undefined) return;
  const byAccount = new Map<string, Trouble[]>((await listAlertedAccounts(pool)).map((id) => [id, []]));
  for (const trouble of troubles) {
    const known = byAccount.get(trouble.accountId);
    if (known === undefined) byAccount.set(trouble.accountId, [trouble]);
    else known.push(trouble);
  }
  await turn.each(
    [...byAccount],
    ([accountId]) => `alerts of account ${accountId}`,
    async ([accountId, found]) => {
      const { opened, closed, webhookIds } = await keepAlerts(pool, accountId, found.map(toDraft), CLEAR_MS);
      workflows.wakeRelays(webhookIds);
      for (const alert of opened) log.warn(said(alert), `alert opened: ${alert.sentence}`);
      for (const alert of closed) log.warn(said(alert), `alert closed: ${alert.sentence}`);
    },
    ACCOUNTS_AT_ONCE,
  );
  await turn.step('alerts of long ago', async () => {
    while (!turn.over && (await forgetAlerts(pool)));
  });
}

const said = ({ id, account_id: accountId, kind, subject_kind, subject_id }: AlertRow) => ({
  alertId: id, accountId, kind, subject: `${subject_kind} ${subject_id}`,
}); // prettier-ignore

/** Runs of digits that may be somebody's number. */
const LONG_NUMBER = /\+?\d[\d\s().-]{5,}\d/g;
const MAX_LENGTH = 500;

const masked = (text: string): string => text.replace(LONG_NUMBER, maskDigits).slice(0, MAX_LENGTH);

/** What is told of a trouble: names are settings, or ids of ours; what others say may quote a number. */
export function toDraft({ kind, subject, detail }: Trouble): AlertDraft {
  const { sentence, remedy } = WORDS[kind](subject.name, masked(detail));
  return { kind, subject, sentence, remedy, openAfterMs: OPEN_AFTER_MS[kind] };
}

interface Words {
  sentence: string;
  remedy: string;
}

const because = (detail: string): string => (detail === '' ? '' : ` (${detail})`);

const WORDS: Record<AlertKind, (name: string, detail: string) => Words> = {
  'gateway-down': (name, detail) => ({
    sentence: `Gateway ${name} takes nothing${because(detail)}.`,
    remedy:
      'See to it at the provider (credit, credentials, an outage), then set the gateway active: what waits leaves at once. Another gateway takes over meanwhile where the account has one.',
  }),
  'gateway-held': (name, detail) => ({
    sentence: `Gateway ${name} is held${because(detail)}.`,
    remedy: 'It goes on by itself when the pause is over; set the gateway active to try at once, or lower its rate.',
  }),
  'callbacks-waiting': (name, detail) => ({
    sentence: `Callbacks wait for webhook ${name}${because(detail)}.`,
    remedy: 'Mend its endpoint, then set the webhook active: what waits is told at once. It is kept for 7 days.',
  }),
  'unknown-outcomes': (_, detail) => ({
    sentence: `${detail} messages ended with an unknown outcome within the last hour.`,
    remedy:
      'Look at GET /api/v1/messages?state=unknown: a provider does not report, or its reports do not reach the callback URL of its gateway.',
  }),
  'campaign-stuck': (name, detail) => ({
    sentence: `Campaign ${name} does not go on${because(detail)}.`,
    remedy:
      'See to the reason, then resume it, or cancel it. Without one: see that a worker runs (GET /api/v1/doctor), and ask why (GET /api/v1/why?id= with its id).',
  }),
};
