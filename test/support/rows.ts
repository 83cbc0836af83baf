/** A database and its first rows, for the tests of single statements: each builder takes only what its test is about. */
import { createHash, createHmac, hash, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { createPseudonyms, type Pseudonyms } from '../../src/core/accounts/pseudonyms';
import { DURATION_BUCKETS } from '../../src/core/gateways/health';
import { formatUuid, uuidv7 } from '../../src/core/messages/ids';
import { promotionalWords } from '../../src/core/messages/service';
import { FINAL_STATES } from '../../src/core/messages/status';
import { acceptMessages, type MessageDraft, type SliceDraft } from '../../src/store/messages/accept';
import { openAttemptsOfSlice } from '../../src/store/messages/blocks';
import { claimMessages, type ClaimRequest, type ClaimedMessage } from '../../src/store/dispatch/claim';
import type { NumberHash } from '../../src/core/accounts/pseudonyms';
import type { OptOutRules } from '../../src/store/messages/suppressions';
import { RECORD_HASH_BYTES } from '../../src/store/messages/records';
import { sealSlice } from '../../src/store/messages/slices';
import { connectDatabase, transact, type Database } from '../../src/store/database';
import type { RequestCounts } from '../../src/store/gateways/breaker';
import { insertGateway, type GatewayDraft, type GatewayRow } from '../../src/store/gateways/gateways';
import type { ReceiptDraft } from '../../src/store/receipts/receipts';
import { writeResults, type AttemptResult } from '../../src/store/dispatch/results';
import { claimCallbacks, writeCallbackResults, type ClaimedCallback } from '../../src/store/webhooks/relays';
import { createDatabase } from './database';
import { SHOWN_STATE } from './outbox';
import { sealerOf } from './seal';
import { until } from './until';

export const ACCOUNT = 'default';
/** Callbacks name their webhook without a foreign key, so it needs no row. */
export const WEBHOOK = 'wh_test';
export const SEALER = sealerOf({ key: Buffer.alloc(32, 1) });
const NUMBER_KEY = Buffer.from('test');
/** Keyed hash of a number, as statements are given it. */
export const numberHash = (e164: string): Buffer => createHmac('sha256', NUMBER_KEY).update(e164).digest();
/** The same as the product's parts are given it. */
export const hashNumber: NumberHash = (e164) => Promise.resolve(numberHash(e164));
export const PSEUDONYMS = createPseudonyms({ number: NUMBER_KEY, record: Buffer.alloc(32, 1) });
export const loadPseudonyms = (): Promise<Pseudonyms> => Promise.resolve(PSEUDONYMS);

export interface TestStore extends Database {
  url: string;
  /** Another pool on the same database: another process, as far as Postgres can tell. */
  connect(connections: number): Database;
  /** Closes every pool and removes the database. */
  stop(): Promise<void>;
}

export async function startStore(connections = 4): Promise<TestStore> {
  const { url, drop } = await createDatabase();
  const pools: Database[] = [];
  const connect = (count: number): Database => {
    const database = connectDatabase({ url, connections: count, onError: () => undefined });
    pools.push(database);
    return database;
  };
  return {
    ...connect(connections),
    url,
    connect,
    async stop() {
      for (const database of pools) await database.close();
      // Postgres ends a connection a moment after its client did.
      await until('all connections are closed', () => drop().then(() => true));
    },
  };
}

export function storeGateway({ db }: Database, over: Partial<GatewayDraft> = {}): Promise<GatewayRow> {
  return insertGateway(db, SEALER, ACCOUNT, {
    provider: 'infobip',
    name: `gateway ${randomUUID()}`,
    credentials: { apiKey: 'test-key' },
    callbackAuth: null,
    baseUrl: null,
    sendingPattern: 'batch',
    status: 'active',
    priority: 100,
    weight: 1,
    defaultSender: 'BRANDA',
    fallbackSender: 'BRANDB',
    ratePerSecond: null,
    maxInFlight: 64,
    batchSize: null,
    receiptDeadlineSeconds: 3_600,
    validitySeconds: null,
    description: null,
    signupLink: null,
    logo: null,
    ...over,
  });
}

export function sliceDraft(over: Partial<SliceDraft> = {}): SliceDraft {
  return { id: uuidv7(), isNew: true, accountId: ACCOUNT, dueAt: null, priority: 1, ...over };
}

export function messageDraft(sliceId: string, over: Partial<MessageDraft> = {}): MessageDraft {
  const id = uuidv7();
  return {
    id,
    sliceId,
    accountId: ACCOUNT,
    sendId: uuidv7(),
    msisdn: '+919800000001',
    meta: `meta ${id}`,
    body: 'Hello',
    sender: null,
    service: 'T',
    options: null,
    webhookId: WEBHOOK,
    encoding: 'gsm7',
    segments: 1,
    validUntil: null,
    recordHash: null,
    ...over,
  };
}

/** What makes records the same, spelled as a word. */
export const recordHash = (word: string): Buffer => hash('sha256', word, 'buffer').subarray(0, RECORD_HASH_BYTES);

/**
 * Runs statements in one transaction, for all of which `now()` is the same moment: what is a second short of some time
 * stays so, however long the test takes.
 */
export function atOneMoment<T>({ pool }: Pick<Database, 'pool'>, work: (pool: Pool) => Promise<T>): Promise<T> {
  return transact(pool, (client) => work(client as unknown as Pool));
}

/** Commits a slice of `count` messages; returns its id and theirs, in order. */
export async function storeSlice(
  pool: Pool,
  count: number,
  message: Partial<MessageDraft> = {},
  slice: Partial<SliceDraft> = {},
): Promise<{ sliceId: string; ids: string[] }> {
  const draft = sliceDraft(slice);
  const drafts = Array.from({ length: count }, () => messageDraft(draft.id, message));
  await acceptMessages(pool, [draft], drafts);
  return { sliceId: draft.id, ids: drafts.map(({ id }) => id) };
}

/** The dispatch run of tests that need only one. */
export const CLAIM = randomUUID();

/** Of an account that shares its opt-outs with no other. */
export const OPT_OUTS: OptOutRules = { shared: false, promotional: promotionalWords() };

/** Claims a block, as a run that has just begun: whoever had the slice before claims no more of it. */
export async function claimBlock(pool: Pool, sliceId: string, gatewayId: string, over: Partial<ClaimRequest> = {}) {
  const owner = randomUUID();
  await sealSlice(pool, sliceId, owner);
  const leg = {
    leg: 0,
    limit: 1_000,
    overrideSender: false,
    sender: 'BRANDA',
    claim: CLAIM,
    after: null,
    optOuts: OPT_OUTS,
  };
  return claimMessages(pool, { owner, sliceId, gatewayId, ...leg, ...over });
}

/** Claims, and has the attempts opened, for tests that are about their rows. */
export async function claim(...args: Parameters<typeof claimBlock>): Promise<ClaimedMessage[]> {
  const claimed = await claimBlock(...args);
  await openAttemptsOfSlice(args[0], args[1]);
  return claimed;
}

/** Claims messages of a slice, and has the gateway take them; `result` says otherwise. */
export async function submit(
  pool: Pool,
  sliceId: string,
  gatewayId: string,
  over: Partial<ClaimRequest> = {},
  result: Partial<AttemptResult> = {},
): Promise<ClaimedMessage[]> {
  const own = over.claim ?? randomUUID();
  const claimed = await claimBlock(pool, sliceId, gatewayId, { ...over, claim: own });
  await writeResults(
    pool,
    own,
    claimed.map((message) => resultOf(message, result)),
  );
  return claimed;
}

/** The relay run of tests that need only one. */
export const RELAY = randomUUID();

/** Takes due callbacks for that run. */
export function claimDue(pool: Pool, webhookId: string, limit: number): Promise<ClaimedCallback[]> {
  const fresh = { freshFirst: true, freshAfter: new Date(), oldFrom: null };
  return claimCallbacks(pool, { webhookId, run: RELAY, claim: randomUUID(), limit, ...fresh });
}

/** Takes due callbacks, and has the webhook take them. */
export async function sendDue(pool: Pool, webhookId: string, limit: number): Promise<ClaimedCallback[]> {
  const claimed = await claimDue(pool, webhookId, limit);
  const taken = { state: 'delivered' as const, delayMs: null, status: 200, error: null };
  await writeCallbackResults(
    pool,
    claimed.map((callback) => ({ callback, ...taken })),
  );
  return claimed;
}

/** A slice of one message with an open attempt: it is `submitting`. */
export async function withAttempt(
  pool: Pool,
  gatewayId: string,
  over: Partial<MessageDraft> = {},
): Promise<{ sliceId: string; message: ClaimedMessage }> {
  const { sliceId } = await storeSlice(pool, 1, over);
  const [message] = await claim(pool, sliceId, gatewayId);
  return { sliceId, message: message! };
}

/** The same with the provider's answer: it is `submitted`, unless `result` says otherwise. */
export async function withResult(
  pool: Pool,
  gatewayId: string,
  result: Partial<AttemptResult> = {},
  over: Partial<MessageDraft> = {},
): Promise<{ sliceId: string; message: ClaimedMessage }> {
  const attempt = await withAttempt(pool, gatewayId, over);
  await writeResults(pool, CLAIM, [resultOf(attempt.message, result)]);
  return attempt;
}

/** What the provider's answer made of an attempt; submitted unless `over` says otherwise. */
export function resultOf(
  { id, no }: Pick<ClaimedMessage, 'id' | 'no'>,
  over: Partial<AttemptResult> = {},
): AttemptResult {
  return {
    messageId: id,
    no,
    attempt: 'submitted',
    message: 'submitted',
    counts: true,
    leg: 0,
    delayMs: null,
    transients: 0,
    providerId: null,
    class: null,
    code: null,
    clevertap: null,
    reason: null,
    ...over,
  };
}

/** A receipt for an attempt. Two with the same fields are the same receipt. */
export function receiptOf(
  gatewayId: string,
  { id, no }: Pick<ClaimedMessage, 'id' | 'no'>,
  over: Partial<ReceiptDraft> = {},
): ReceiptDraft {
  const receipt = {
    gatewayId,
    attempt: { messageId: id, no },
    providerId: null,
    status: 'delivered' as const,
    part: null,
    class: null,
    clevertap: null,
    code: null,
    reason: null,
    occurredAt: null,
    raw: '',
    ...over,
  };
  return { dedupe: formatUuid(createHash('sha256').update(JSON.stringify(receipt)).digest()), ...receipt };
}

/** Every receipt that is kept, of a message or parked, with the gateway that it came by: to be selected from. */
export const KEPT_RECEIPTS = `(
  select r.dedupe, r.message_id, r.attempt_no, a.gateway_id, a.provider_id, r.status, r.disposition, r.reason, r.raw,
         r.occurred_at, r.received_at
  from receipts r join attempts a on a.message_id = r.message_id and a.no = r.attempt_no
  union all
  select dedupe, null, null, gateway_id, provider_id, status, disposition, reason, raw, occurred_at, received_at
  from parked_receipts
)`;

export const FAILED = { status: 'failed', class: 'recipient', clevertap: '910', code: '5', reason: 'absent' } as const;
export const SENDER_REFUSED = {
  status: 'failed',
  class: 'sender',
  clevertap: '906',
  code: '11',
  reason: 'sender',
} as const;
export const EXPIRED = {
  status: 'expired',
  class: 'recipient',
  clevertap: '916',
  code: '4',
  reason: 'expired',
} as const;

export interface StoredMessage {
  id: string;
  state: string;
  leg: number;
  attempts: number;
  code: string | null;
  reason: string | null;
  settled: boolean;
}

export async function messageOf(pool: Pool, id: string): Promise<StoredMessage> {
  const { rows } = await pool.query<StoredMessage>(
    `select id, state, leg, attempts, code, reason, settled_at is not null as settled from messages where id = $1`,
    [id],
  );
  return rows[0]!;
}

/** The outcomes of a message on their way to its webhook: `event code state`. */
export async function callbacksOf(pool: Pool, messageId: string): Promise<string[]> {
  const { rows } = await pool.query<{ text: string }>(
    `select concat_ws(' ', event, code, ${SHOWN_STATE}) as text from callbacks c where message_id = $1 order by id`,
    [messageId],
  );
  return rows.map(({ text }) => text);
}

const COUNTED_STATES = [...FINAL_STATES, 'submitted'];

/** A slice's counters, and the same counted anew from its messages. They must never differ. */
export async function countersOf(pool: Pool, sliceId: string): Promise<{ kept: object; counted: object }> {
  const states = COUNTED_STATES.join(', ');
  const counts = COUNTED_STATES.map((state) => `count(*) filter (where state = '${state}')::int as ${state}`).join(
    ', ',
  );
  const kept = await pool.query(`select total, ${states} from slices where id = $1`, [sliceId]);
  const counted = await pool.query(`select count(*)::int as total, ${counts} from messages where slice_id = $1`, [
    sliceId,
  ]);
  return { kept: kept.rows[0] as object, counted: counted.rows[0] as object };
}

/** Requests by how long they took: none. */
export const NO_LATENCY = Array.from({ length: DURATION_BUCKETS }, () => 0);

/** What a process counted of a gateway's requests; nothing unless `over` says otherwise. */
export function requestCounts(gatewayId: string, over: Partial<RequestCounts> = {}): RequestCounts {
  const none = { requests: 0, failures: 0, streak: 0, accepted: 0, refused: 0, latency: NO_LATENCY, reason: null };
  return { gatewayId, ...none, ...over };
}
