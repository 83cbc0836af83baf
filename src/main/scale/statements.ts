/** The statements that must not grow with the history, each as the product asks it. */
import { randomUUID } from 'node:crypto';
import { NIL_UUID } from '../../core/messages/ids';
import { MESSAGE_STATES } from '../../core/messages/status';
import { createKeyring } from '../../core/accounts/keyring';
import { createPseudonyms } from '../../core/accounts/pseudonyms';
import { blankMeant, cancelMeant, countMeant } from '../../store/accounts/erase-messages';
import { requestErasure, type ErasureSubject } from '../../store/accounts/erasures';
import { forgetIdempotencyKeys } from '../../store/accounts/idempotency';
import { listRipeSlices } from '../../store/accounts/retention';
import {
  blankCampaigns,
  blankSuppressionReasons,
  forgetDrafts,
  forgetTestPhones,
  forgetUploads,
} from '../../store/accounts/retention-lists';
import { listCountedAccounts, listStats, refreshStats } from '../../store/accounts/stats';
import { countCampaigns, listLiveCampaigns } from '../../store/campaigns/live';
import { takeStrandedCampaigns } from '../../store/campaigns/looks';
import { readCampaignOutlook } from '../../store/campaigns/slices';
import { releaseHeld } from '../../store/dispatch/failover';
import { countOpenOfGateway } from '../../store/gateways/gateways';
import { searchMessages, type MessageFilter } from '../../store/messages/search';
import { listUnsettled, listWakeDue, readLedger, takeStrandedSlices, takeUnstarted } from '../../store/messages/slices';
import { listParkedKnown } from '../../store/receipts/parked';
import { applyReceipts, type ReceiptDraft } from '../../store/receipts/receipts';
import { readCallbackCounts } from '../../store/webhooks/callback-counts';
import { listCallbacks } from '../../store/webhooks/callbacks';
import { createSealer } from '../../store/seal';
import { listDisabledOverdue, listOverdueWebhooks } from '../../store/webhooks/outbox';
import { claimCallbacks, writeCallbackResults } from '../../store/webhooks/relays';
import { accept, begin, submit, type ScaleBed } from './bed';
import { HISTORY_DAYS, historyCampaign, SCALE_ACCOUNT } from './history';

export interface ScaleStatement {
  name: string;
  /** What has to be there before each run, and is not measured. */
  prepare?: (bed: ScaleBed) => Promise<unknown>;
  run: (bed: ScaleBed, prepared: unknown) => Promise<unknown>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Messages of a block. */
const BLOCK = 100;
/** A page that the smallest history fills. */
const PAGE = 10;

const search = (name: string, filter: (bed: ScaleBed) => Partial<MessageFilter>): ScaleStatement => ({
  name: `search: ${name}`,
  run: (bed) => searchMessages(bed.database.db, { accountId: SCALE_ACCOUNT, limit: PAGE, ...filter(bed) }),
});

/** A day of the history, by its number. */
const day = ({ begin: first }: ScaleBed, number: number): { from: Date; until: Date } => ({
  from: new Date(first.getTime() + number * DAY_MS),
  until: new Date(first.getTime() + (number + 1) * DAY_MS),
});

const searches: ScaleStatement[] = [
  search('newest', () => ({})),
  ...MESSAGE_STATES.map((state) => search(`state ${state}`, () => ({ state }))),
  search('an old campaign', () => ({ campaignId: historyCampaign(0) })),
  search('an old campaign, unknown', () => ({ campaignId: historyCampaign(0), state: 'unknown' })),
  search('an old campaign, none', () => ({ campaignId: historyCampaign(0), state: 'suppressed' })),
  search('an old day', (bed) => day(bed, 10)),
  search('before all', ({ begin: until }) => ({ until: new Date(until.getTime() - DAY_MS) })),
  search('before all, failed', ({ begin: until }) => ({ until: new Date(until.getTime() - DAY_MS), state: 'failed' })),
  search('after all, failed', (bed) => ({ ...day(bed, HISTORY_DAYS + 1), state: 'failed' })),
  search('an old day, none', (bed) => ({ ...day(bed, 10), state: 'suppressed' })),
  search('a number', () => ({ msisdn: '+919800000001' })),
  search('a meta', () => ({ meta: 'meta-1' })),
  search('a number, of one state', () => ({ msisdn: '+919800000001', state: 'delivered' })),
  search('a vendor’s id', () => ({ provider: { id: 'history-1', messageId: null } })),
  search('a vendor’s id, unknown', () => ({ provider: { id: 'unknown', messageId: NIL_UUID } })),
  search('part of the newest number', () => ({ msisdnPart: '0000' })),
  search('a gateway', ({ gatewayId }) => ({ gatewayId })),
  search('a sender ID', () => ({ sender: 'BRANDA' })),
  search('a code, by state', () => ({ code: '910', state: 'failed' })),
  search('a code of an old campaign', () => ({ campaignId: historyCampaign(0), code: '910' })),
];

const people: ScaleStatement[] = [
  { name: 'ledger of the account', run: ({ database }) => readLedger(database.pool, SCALE_ACCOUNT) },
  { name: 'callbacks by state', run: ({ database }) => readCallbackCounts(database.pool, SCALE_ACCOUNT) },
  {
    name: 'figures by day',
    run: ({ database }) =>
      listStats(database.pool, {
        accountId: SCALE_ACCOUNT,
        from: new Date(Date.now() - DAY_MS),
        until: new Date(),
        by: 'day',
        timezone: 'Asia/Kolkata',
      }),
  },
  {
    name: 'newest callbacks',
    run: ({ database }) => listCallbacks(database.db, { accountId: SCALE_ACCOUNT, limit: PAGE }),
  },
  {
    name: 'may a gateway go',
    run: ({ database, gatewayId }) => countOpenOfGateway(database.db, SCALE_ACCOUNT, gatewayId),
  },
  {
    name: 'release what is held',
    run: ({ database, gatewayId }) => releaseHeld(database.pool, SCALE_ACCOUNT, gatewayId),
  },
  {
    name: 'live campaigns',
    run: async ({ database }) => {
      await listLiveCampaigns(database.db, SCALE_ACCOUNT, 20);
      await countCampaigns(database.pool, [historyCampaign(0)]);
    },
  },
];

const MASTER_KEY = Buffer.alloc(32, 1);
const KEYS = {
  sealer: createSealer(createKeyring([{ key: MASTER_KEY }])),
  pseudonyms: createPseudonyms({ number: MASTER_KEY, record: MASTER_KEY }),
};
/** Of whom the history has nothing, or one message of its own each time. */
const ERASED: readonly ErasureSubject[] = [
  { kind: 'number', value: '+912250000001' },
  { kind: 'meta', value: 'erased' },
];

/** A message to the person, and the erasure that is asked for then. */
async function askErasure(bed: ScaleBed, subject: ErasureSubject): Promise<string> {
  const sliceId = await accept(bed, 1);
  const column = subject.kind === 'number' ? 'msisdn' : 'meta';
  const { pool, db } = bed.database;
  await pool.query(`update messages set ${column} = $2, webhook_id = null where slice_id = $1`, [
    sliceId,
    subject.value,
  ]);
  const { row } = await db.transaction().execute((tx) => requestErasure(tx, KEYS, subject, [SCALE_ACCOUNT]));
  return row.id;
}

const maintenance: ScaleStatement[] = [
  { name: 'statistics, nothing changed', run: ({ database }) => refreshStats(database.pool, SCALE_ACCOUNT) },
  {
    name: 'statistics, a slice changed',
    prepare: async (bed) => submit(bed, await begin(bed, BLOCK), BLOCK),
    run: ({ database }) => refreshStats(database.pool, SCALE_ACCOUNT),
  },
  { name: 'accounts to count', run: ({ database }) => listCountedAccounts(database.pool) },
  { name: 'unsettled sends, all pages', run: listAllUnsettled },
  { name: 'unstarted sends', run: ({ database }) => takeUnstarted(database.pool, 15_000, null, 1_000) },
  {
    name: 'terminated workflows',
    run: async ({ database }) => {
      await takeStrandedSlices(database.pool, 600_000, 1_000);
      await takeStrandedCampaigns(database.pool, 600_000, 1_000);
    },
  },
  { name: 'repeated wakes', run: ({ database }) => listWakeDue(database.pool, NIL_UUID, 1_000) },
  { name: 'parked receipts', run: ({ database }) => listParkedKnown(database.pool, 1_000) },
  { name: 'overdue webhooks', run: ({ database }) => listOverdueWebhooks(database.pool, 90_000) },
  { name: 'slices to blank', run: ({ database }) => listRipeSlices(database.pool, 10) },
  {
    name: 'lists that are kept no longer',
    run: async ({ database: { pool } }) => {
      await blankCampaigns(pool, PAGE);
      await forgetDrafts(pool, PAGE);
      await forgetUploads(pool, PAGE);
      await blankSuppressionReasons(pool, PAGE);
      await forgetTestPhones(pool, PAGE);
    },
  },
  { name: 'disabled webhooks', run: ({ database }) => listDisabledOverdue(database.pool, 90_000) },
  ...ERASED.map((subject): ScaleStatement => ({
    name: `the messages of an erasure by ${subject.kind}`,
    prepare: (bed) => askErasure(bed, subject),
    run: async ({ database: { pool } }, id) => {
      const scope = { id: id as string, accountId: SCALE_ACCOUNT, subject };
      await cancelMeant(pool, scope);
      await blankMeant(pool, scope, KEYS.pseudonyms, () => Promise.resolve());
      await countMeant(pool, scope);
    },
  })),
  { name: 'old idempotency keys', run: ({ database }) => forgetIdempotencyKeys(database.pool) },
  {
    name: 'survey of a campaign',
    run: ({ database }) =>
      readCampaignOutlook(database.pool, historyCampaign(0), { ended: false, closed: [], busy: [], limit: 100 }),
  },
];

const traffic: ScaleStatement[] = [
  { name: `accept ${BLOCK}`, run: (bed) => accept(bed, BLOCK) },
  {
    name: `claim and result of ${BLOCK}`,
    prepare: (bed) => begin(bed, BLOCK),
    run: (bed, sliceId) => submit(bed, sliceId as string, BLOCK),
  },
  {
    name: `${BLOCK} receipts`,
    prepare: async (bed) => (await submit(bed, await begin(bed, BLOCK), BLOCK)).map((message) => receipt(bed, message)),
    run: ({ database }, receipts) => applyReceipts(database.pool, receipts as ReceiptDraft[]),
  },
  {
    name: `relay of ${BLOCK}`,
    prepare: async (bed) =>
      applyReceipts(
        bed.database.pool,
        (await submit(bed, await begin(bed, BLOCK), BLOCK)).map((message) => receipt(bed, message)),
      ),
    run: relay,
  },
];

async function listAllUnsettled({ database }: ScaleBed): Promise<void> {
  let after: string | null = null;
  do after = (await listUnsettled(database.pool, after, 1_000)).last;
  while (after !== null);
}

function receipt({ gatewayId }: ScaleBed, { id, no }: { id: string; no: number }): ReceiptDraft {
  return {
    dedupe: id,
    gatewayId,
    attempt: { messageId: id, no },
    providerId: null,
    status: 'delivered',
    part: null,
    class: null,
    clevertap: null,
    code: null,
    reason: null,
    occurredAt: null,
    raw: '',
  };
}

async function relay({ database: { pool }, webhookId }: ScaleBed): Promise<void> {
  const [run, claim] = [randomUUID(), randomUUID()];
  const fresh = { freshFirst: true, freshAfter: new Date(), oldFrom: null };
  const claimed = await claimCallbacks(pool, { webhookId, run, claim, limit: BLOCK, ...fresh });
  const taken = { state: 'delivered', delayMs: null, status: 200, error: null } as const;
  await writeCallbackResults(
    pool,
    claimed.map((callback) => ({ callback, ...taken })),
  );
}

export const SCALE_STATEMENTS: readonly ScaleStatement[] = [...searches, ...people, ...maintenance, ...traffic];
