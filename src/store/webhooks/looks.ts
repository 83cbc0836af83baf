/** What the doctor looks at of webhooks: where they lead, whether they are told, and what waits for them. */
import type { Pool } from 'pg';
import { execute } from '../database';
import { SEALED, SealError, type Sealer } from '../seal';

export interface WebhookLook {
  id: string;
  /** Null = no key of the ring opens it. */
  url: string | null;
  state: 'active' | 'paused' | 'disabled';
  reason: string | null;
  /** Callbacks that wait, up to a thousand bundles of them. */
  waiting: number;
  /** Since when the oldest is overdue; null = none is. */
  overdueMs: number | null;
}

const MOST = 500;
const BUNDLES = 1_000;

/** @param accountId null = of all accounts, up to five hundred. */
export async function listWebhookLooks(pool: Pool, sealer: Sealer, accountId: string | null): Promise<WebhookLook[]> {
  const rows = await execute<Omit<WebhookLook, 'url'> & { sealed: string }>(
    pool,
    'list-webhook-looks',
    `select w.id, w.url as sealed, case when w.state = 'active' and w.paused_at is not null then 'paused' else w.state end as state,
            coalesce(w.paused_reason, w.disabled_reason) as reason,
            (select coalesce(sum(cardinality(message_ids)), 0)::int
             from (select message_ids from due_callbacks d where d.webhook_id = w.id limit ${BUNDLES}) b) as waiting,
            (select (extract(epoch from now() - due_at) * 1000)::float8 from due_callbacks d
             where d.webhook_id = w.id and due_at < now() order by due_at limit 1) as "overdueMs"
     from webhooks w where ($1::text is null or w.account_id = $1) order by w.id limit ${MOST}`,
    [accountId],
  );
  return rows.map(({ sealed, ...row }) => ({ ...row, url: open(sealer, row.id, sealed) }));
}

function open(sealer: Sealer, id: string, sealed: string): string | null {
  try {
    return sealer.open(sealed, SEALED.webhookUrl.context(id));
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
