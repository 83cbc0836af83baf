/** The database that statements are tried in: a gateway, a webhook, a history, and what is under way now. */
import { hash, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { uuidv7 } from '../../core/messages/ids';
import { promotionalWords } from '../../core/messages/service';
import type { Database } from '../../store/database';
import { claimMessages, type ClaimedMessage } from '../../store/dispatch/claim';
import { holdLeg } from '../../store/dispatch/failover';
import { writeResults } from '../../store/dispatch/results';
import { insertGateway } from '../../store/gateways/gateways';
import { acceptMessages, type MessageDraft } from '../../store/messages/accept';
import { RECORD_HASH_BYTES } from '../../store/messages/records';
import { markStarted, sealSlice } from '../../store/messages/slices';
import { makePartitions } from '../../store/schema/partitions';
import { createKeyring } from '../../core/accounts/keyring';
import { createSealer } from '../../store/seal';
import { ensureWebhook } from '../../store/webhooks/webhooks';
import { historyBegin, listTables, SCALE_ACCOUNT, storeHistory, type History } from './history';

/** As many partitions as two years of quarters. */
const AHEAD_MS = 730 * 86_400_000;
/** Sends under way, of each kind. */
const OPEN_SLICES = 20;

export interface ScaleBed {
  database: Database;
  gatewayId: string;
  webhookId: string;
  /** When the history begins. */
  begin: Date;
}

/** @param history as {@link storeHistory} makes it. */
export async function makeScaleBed(
  database: Database,
  history: Pick<History, 'messages' | 'loneShare' | 'sliceSize'>,
  say: (line: string) => void,
): Promise<ScaleBed> {
  const sealer = createSealer(createKeyring([{ key: Buffer.alloc(32, 1) }]));
  await makePartitions(database.pool, Date.now() + AHEAD_MS);
  await keepStatistics(database.pool);
  const { id: gatewayId } = await insertGateway(database.db, sealer, SCALE_ACCOUNT, {
    provider: 'infobip',
    name: 'Scale',
    credentials: { apiKey: 'none' },
    callbackAuth: null,
    baseUrl: null,
    sendingPattern: 'batch',
    status: 'active',
    priority: 100,
    weight: 1,
    defaultSender: 'BRANDA',
    fallbackSender: null,
    ratePerSecond: null,
    maxInFlight: 64,
    batchSize: null,
    receiptDeadlineSeconds: 3_600,
    validitySeconds: null,
    description: null,
    signupLink: null,
    logo: null,
  });
  const draft = { accountId: SCALE_ACCOUNT, kind: 'clevertap', isDefault: true } as const;
  const { webhook } = await ensureWebhook(database.db, sealer, { ...draft, url: 'https://in1.cb.wzrkt.com/scale' });
  await storeHistory(database.pool, { ...history, gatewayId, webhookId: webhook.id }, say);
  const bed = { database, gatewayId, webhookId: webhook.id, begin: new Date(historyBegin(Date.now())) };
  for (let i = 0; i < OPEN_SLICES; i++) {
    await accept(bed, 2);
    await holdLeg(database.pool, await begin(bed, 2), 0, gatewayId, 'waits', 3_600_000);
    await submit(bed, await begin(bed, 2), 2);
  }
  return bed;
}

/** Leaves vacuum and analyze to the bed: what those of Postgres' own read of the tables would count as the statement's. */
async function keepStatistics(pool: Pool): Promise<void> {
  for (const name of await listTables(pool)) await pool.query(`alter table ${name} set (autovacuum_enabled = off)`);
}

/** Accepts a slice of so many messages; returns its id. */
export async function accept({ database, webhookId }: ScaleBed, messages: number): Promise<string> {
  const sliceId = uuidv7();
  const send = { sliceId, accountId: SCALE_ACCOUNT, sendId: sliceId, webhookId };
  const drafts = Array.from({ length: messages }, (_, i): MessageDraft => {
    const id = uuidv7();
    return {
      ...send,
      id,
      msisdn: `+9198${String(i).padStart(8, '0')}`,
      meta: id,
      body: 'The sale is on until Sunday, in all of our shops.',
      sender: null,
      service: 'T',
      options: null,
      encoding: 'gsm7',
      segments: 1,
      validUntil: null,
      recordHash: hash('sha256', id, 'buffer').subarray(0, RECORD_HASH_BYTES),
    };
  });
  const slice = { id: sliceId, isNew: true, accountId: SCALE_ACCOUNT, dueAt: null, priority: 5 };
  await acceptMessages(database.pool, [slice], drafts);
  return sliceId;
}

/** The same, sealed, as dispatch finds it. */
export async function begin(bed: ScaleBed, messages: number): Promise<string> {
  const sliceId = await accept(bed, messages);
  await markStarted(bed.database.pool, [sliceId]);
  await sealSlice(bed.database.pool, sliceId, randomUUID());
  return sliceId;
}

/** Claims so many messages of a slice, and has the gateway take them. */
export async function submit(bed: ScaleBed, sliceId: string, messages: number): Promise<ClaimedMessage[]> {
  const { pool } = bed.database;
  const claim = randomUUID();
  const owner = randomUUID();
  await sealSlice(pool, sliceId, owner);
  const leg = { sliceId, owner, leg: 0, gatewayId: bed.gatewayId, overrideSender: false, sender: 'BRANDA' };
  const optOuts = { shared: false, promotional: promotionalWords() };
  const claimed = await claimMessages(pool, { ...leg, limit: messages, claim, after: null, optOuts });
  const taken = {
    attempt: 'submitted',
    message: 'submitted',
    counts: true,
    leg: 0,
    delayMs: null,
    transients: 0,
  } as const;
  const nothing = { providerId: null, class: null, code: null, clevertap: null, reason: null };
  await writeResults(
    pool,
    claim,
    claimed.map(({ id, no }) => ({ messageId: id, no, ...taken, ...nothing })),
  );
  return claimed;
}
