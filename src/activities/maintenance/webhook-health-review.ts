/** The duty `health`: which webhooks don't take what they are told. */
import { webhookHealth } from '../../webhooks/health';
import type { Database } from '../../store/database';
import {
  forgetTries,
  listStirring,
  noteWebhookHealth,
  readWebhookHealth,
  type WebhookHealthReading,
} from '../../store/webhooks/health';
import type { MaintenanceLog, Turn } from './turn';

export interface WebhookReviewDeps {
  database: Database;
  log: MaintenanceLog;
}

const PER_PAGE = 500;

/** Notes the state of each webhook about which there is anything to say, and says so when it changes. */
export async function reviewWebhookHealth(deps: WebhookReviewDeps, turn: Turn): Promise<void> {
  const { pool } = deps.database;
  await turn.step('health of webhooks', async () => {
    for (let after = ''; !turn.over;) {
      const ids = await listStirring(pool, after, PER_PAGE);
      await turn.each(
        await readWebhookHealth(pool, ids),
        ({ webhookId }) => `webhook ${webhookId}`,
        (reading) => review(deps, reading),
      );
      if (ids.length < PER_PAGE) break;
      after = ids.at(-1)!;
    }
  });
  await turn.step('minutes of webhooks', () => forgetTries(pool));
}

async function review({ database: { pool }, log }: WebhookReviewDeps, reading: WebhookHealthReading): Promise<void> {
  const { webhookId, accountId, rests, health: before, recent, hour, waiting, lastError } = reading;
  const health = webhookHealth({ rests, before, recent, hour, waits: waiting > 0 });
  if (health === before || !(await noteWebhookHealth(pool, webhookId, health))) return;
  const said = { webhookId, accountId, waiting };
  if (health === 'failing')
    log.warn({ ...said, reason: lastError?.message }, 'webhook failing: most of what it is told is not taken');
  else if (health === 'paused')
    log.warn({ ...said, reason: lastError?.message }, 'webhook paused: what waits for it is kept');
  else if (before === 'failing' || before === 'paused') log.warn(said, 'webhook up: it takes what it is told again');
}
