/** What the duties do, on rows of a database; Temporal is played by a list of what it was asked for. */
import { randomUUID } from 'node:crypto';
import { firstUuidv7At, uuidv7 } from '../../core/messages/ids';
import {
  ACCOUNT,
  claim,
  CLAIM,
  hashNumber,
  messageOf,
  loadPseudonyms,
  receiptOf,
  resultOf,
  SEALER,
  startStore,
  storeGateway,
  storeSlice,
  WEBHOOK,
  type TestStore,
} from '../../../test/support/rows';
import { storeCampaign } from '../../../test/support/campaign-rows';
import { readCampaign } from '../../store/campaigns/campaigns';
import { readClockMs } from '../../store/database';
import { writeResults } from '../../store/dispatch/results';
import { applyReceipts } from '../../store/receipts/receipts';
import type { Workflows } from '../../workflows/client';
import type { DutyName, DutyReport } from '../../workflows/contract';
import { runDuty } from './duties';

let store: TestStore;
/** Ids that Temporal was asked to start, or to wake, in order. */
let asked: string[];
/** Ids that Temporal refuses, and how. */
let refused: Map<string, Error>;
let failed: string[];
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  asked = [];
  refused = new Map();
  failed = [];
  await store.pool.query(
    'truncate slices, messages, attempts, receipts, parked_receipts, callbacks, slice_stats, campaigns cascade',
  );
});

const INVALID = Object.assign(new Error('bad'), {
  cause: Object.assign(new Error('bad'), { code: 3, details: 'bad', metadata: {} }),
});
const ask = (id: string): Promise<void> => {
  asked.push(id);
  const error = refused.get(id);
  return error === undefined ? Promise.resolve() : Promise.reject(error);
};
const workflows = {
  startSend: ({ sliceId }: { sliceId: string }) => ask(sliceId),
  startImport: ({ uploadId }: { uploadId: string }) => ask(uploadId),
  startCampaign: ({ campaignId }: { campaignId: string }) => ask(campaignId),
  followSeries: ({ campaignId }: { campaignId: string }) => ask(campaignId),
  wake: (news: readonly { sliceId: string }[]) => void asked.push(...news.map(({ sliceId }) => sliceId)),
  wakeRelays: (ids: readonly string[]) => void asked.push(...ids),
} as unknown as Workflows;

/** HELIOGRAPH_KEEP_MONTHS */
let keepMonths: number | undefined;
const turn = (duty: DutyName, cursor: string | null = null): Promise<DutyReport> =>
  runDuty(
    {
      database: store,
      sealer: SEALER,
      loadPseudonyms,
      numberHash: hashNumber,
      workflows,
      keepMonths,
      log: { warn: (fields) => void failed.push((fields as { item: string }).item) },
    },
    { duty, cursor },
    new AbortController().signal,
  );

/** Turns until there is nothing more to do now; the reports. */
async function turns(duty: DutyName): Promise<DutyReport[]> {
  const reports: DutyReport[] = [];
  do reports.push(await turn(duty, reports.at(-1)?.cursor ?? null));
  while (reports.at(-1)!.more);
  return reports;
}

describe('starts', () => {
  const anHourAgo = (table: string, id: string) =>
    store.pool.query(`update ${table} set created_at = now() - interval '1 hour' where id = $1`, [id]);

  test('a slice that can’t be started keeps none of the others from it', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await storeSlice(store.pool, 1)).sliceId);
    for (const id of ids) await anHourAgo('slices', id);
    refused.set(ids[0]!, INVALID);
    expect(await turn('starts')).toMatchObject({ done: 2, failed: 1 });
    expect(failed).toEqual([`group ${ids[0]}`]);
    asked = [];
    await turn('starts');
    expect(asked).toEqual([ids[0]]);
  });

  test('behind 600 that can’t be started the next one is', async () => {
    await store.pool.query(
      `insert into slices (id, account_id, priority, total, created_at)
       select ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, $1, 1, 1, now() - interval '1 hour'
       from generate_series(1, 600) i`,
      [ACCOUNT],
    );
    const { rows } = await store.pool.query<{ id: string }>('select id from slices');
    for (const { id } of rows) refused.set(id, INVALID);
    const { sliceId } = await storeSlice(store.pool, 1);
    await anHourAgo('slices', sliceId);
    await turn('starts');
    expect(asked).toContain(sliceId);
  });

  async function launched(over: Parameters<typeof storeCampaign>[1] = {}): Promise<string> {
    const { id } = await storeCampaign(store, over);
    await store.pool.query(`update campaigns set launched_at = now() - interval '1 hour' where id = $1`, [id]);
    return id;
  }
  /** The time of its next try comes. */
  const again = (id: string) => store.pool.query('update campaigns set start_after = now() where id = $1', [id]);

  test('a series that Temporal refuses is tried less and less often, and says why from the fifth time on', async () => {
    const recurrence = { cron: '0 10 * * *', overlap: 'skip' as const };
    const bad = await launched({ state: 'scheduled', recurrence });
    const good = await launched({ state: 'scheduled', recurrence });
    refused.set(bad, INVALID);
    for (let tried = 1; tried <= 6; tried++) {
      asked = [];
      const beforeMs = await readClockMs(store.pool);
      await turn('starts');
      const afterMs = await readClockMs(store.pool);
      expect(asked.filter((id) => id === bad)).toHaveLength(1);
      const row = (await readCampaign(store.db, bad))!;
      expect(row.reason).toBe(tried < 5 ? null : 'it could not be started: Temporal answers INVALID_ARGUMENT');
      const waitMs = 15_000 * [1, 2, 4, 8, 16, 32][tried - 1]!;
      expect(row.start_after!.getTime()).toBeGreaterThanOrEqual(beforeMs + waitMs - 1);
      expect(row.start_after!.getTime()).toBeLessThanOrEqual(afterMs + waitMs + 1);
      // Not yet again, and for longer than the test may take.
      await store.pool.query(`update campaigns set start_after = start_after + interval '1 hour' where id = $1`, [bad]);
      await turn('starts');
      expect(asked.filter((id) => id === bad)).toHaveLength(1);
      await again(bad);
    }
    expect((await readCampaign(store.db, good))!.workflow_at).not.toBeNull();

    refused.clear();
    await turn('starts');
    expect(await readCampaign(store.db, bad)).toMatchObject({ reason: null, start_failures: 0, start_after: null });
    expect((await readCampaign(store.db, bad))!.workflow_at).not.toBeNull();
  });

  test('while Temporal is away nothing is counted against anybody', async () => {
    const id = await launched();
    const away = Object.assign(new Error('away'), { code: 14, details: '', metadata: {} });
    refused.set(id, away);
    await expect(turn('starts')).rejects.toBe(away);
    expect(await readCampaign(store.db, id)).toMatchObject({ start_failures: 0, start_after: null });
  });
});

describe('restarts', () => {
  test('offers everything that is open, however much it is, and nothing that is settled', async () => {
    await store.pool.query(
      `insert into slices (id, account_id, priority, total, delivered, state, started_at, created_at)
       select gen_random_uuid(), $1, 1, 1, i % 5 / 4, 'sealed', now(), now() - i * interval '1 second'
       from generate_series(1, 12500) i`,
      [ACCOUNT],
    );
    const reports = await turns('restarts');
    expect(reports.at(-1)!.cursor).toBeNull();
    const { rows } = await store.pool.query<{ id: string }>('select id from slices where delivered = 0');
    expect(rows).toHaveLength(10_000);
    expect(asked.sort()).toEqual(rows.map(({ id }) => id).sort());
  });

  test('one that is refused keeps none of the others from it; campaigns come after slices', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await storeSlice(store.pool, 1)).sliceId);
    await store.pool.query('update slices set started_at = now()');
    const { id: campaign } = await storeCampaign(store);
    await store.pool.query('update campaigns set workflow_at = now()');
    refused.set(ids[1]!, INVALID);
    await turns('restarts');
    expect([...asked].sort()).toEqual([...ids, campaign].sort());
    expect(failed).toEqual([`group ${ids[1]}`]);
  });

  test('goes on where a turn was cut off', async () => {
    for (let i = 0; i < 3; i++) await storeSlice(store.pool, 1);
    await store.pool.query('update slices set started_at = now()');
    const { rows } = await store.pool.query<{ id: string; place: string }>(
      `select id, concat_ws('|', account_id, id) as place from slices order by account_id, id`,
    );
    await turn('restarts', `slices ${rows[1]!.place}`);
    expect(asked).toEqual([rows[2]!.id]);
  });
});

describe('receipts', () => {
  /** A message whose report came before the answer that tells its id, so long ago. */
  async function overtaken(providerId: string, minutesAgo: number) {
    const gateway = await storeGateway(store);
    const { sliceId } = await storeSlice(store.pool, 1);
    const [message] = await claim(store.pool, sliceId, gateway.id);
    const receipt = { ...receiptOf(gateway.id, message!), attempt: null, providerId };
    await applyReceipts(store.pool, [receipt]);
    await store.pool.query(
      `update parked_receipts set received_at = now() - $2 * interval '1 minute' where provider_id = $1`,
      [providerId, minutesAgo],
    );
    const answered = () => writeResults(store.pool, CLAIM, [resultOf(message!, { providerId })]);
    return { id: message!.id, sliceId, answered };
  }
  const stateOf = async (id: string) => (await messageOf(store.pool, id)).state;

  test.each([0, 60])('one of %d minutes ago is applied once its message is known', async (minutesAgo) => {
    const { id, sliceId, answered } = await overtaken(`known-${minutesAgo}`, minutesAgo);
    await turn('receipts');
    expect(await stateOf(id)).toBe('submitting');
    await answered();
    await turn('receipts');
    expect(await stateOf(id)).toBe('delivered');
    expect(asked).toEqual([sliceId, WEBHOOK]);
  });

  test('behind 10,000 of another system an old one is found in the next turns', async () => {
    const { id, answered } = await overtaken('behind', 15);
    await store.pool.query(
      `insert into parked_receipts (dedupe, gateway_id, provider_id, status, disposition, received_at)
       select lpad(to_hex(i), 32, '0')::uuid, 'gw_other', 'other-' || i, 'delivered', 'parked',
              now() - interval '1 day' from generate_series(1, 10000) i`,
    );
    await answered();
    let report = await turn('receipts');
    expect(report.cursor).not.toBeNull();
    for (let i = 0; i < 3 && (await stateOf(id)) !== 'delivered'; i++) report = await turn('receipts', report.cursor);
    expect(await stateOf(id)).toBe('delivered');
  });

  test('one that can’t be applied is put aside, with its reason; those beside it are applied', async () => {
    const all = [await overtaken('a', 0), await overtaken('b', 0), await overtaken('c', 0)];
    for (const { answered } of all) await answered();
    await store.pool.query(`alter table callbacks add constraint refuses_one check (message_id <> '${all[1]!.id}')`);
    await turn('receipts');
    await store.pool.query('alter table callbacks drop constraint refuses_one');
    expect(await Promise.all(all.map(({ id }) => stateOf(id)))).toEqual(['delivered', 'submitted', 'delivered']);
    const { rows } = await store.pool.query(
      `select provider_id, reason from parked_receipts where disposition = 'refused'`,
    );
    expect(rows).toEqual([{ provider_id: 'b', reason: 'refused: SQLSTATE 23514' }]);
    failed = [];
    await turn('receipts');
    expect(failed).toEqual([]);
  });

  test('those that never matched, or were refused, end after a week', async () => {
    for (const [disposition, days] of [
      ['parked', 8],
      ['refused', 8],
      ['parked', 6],
    ] as const) {
      await store.pool.query(
        `insert into parked_receipts (dedupe, gateway_id, provider_id, status, disposition, received_at)
         values ($1, 'gw', 'x', 'delivered', $2, now() - $3 * interval '1 day')`,
        [randomUUID(), disposition, days],
      );
    }
    await store.pool.query(
      `insert into receipts (message_id, dedupe, attempt_no, status, disposition, received_at)
       values ($1, $1, 1, 'delivered', 'applied', now() - interval '8 days')`,
      [uuidv7()],
    );
    await turn('receipts');
    const { rows } = await store.pool.query(
      'select disposition from receipts union all select disposition from parked_receipts order by disposition',
    );
    expect(rows).toEqual([{ disposition: 'applied' }, { disposition: 'parked' }]);
  });
});

test('wakes: goes on where its last turn ended', async () => {
  await store.pool.query(
    `insert into slices (id, account_id, priority, total, wake_due)
     select gen_random_uuid(), $1, 1, 1, true from generate_series(1, 6500)`,
    [ACCOUNT],
  );
  const first = await turn('wakes');
  expect(first).toMatchObject({ done: 5_000, cursor: expect.any(String) });
  const second = await turn('wakes', first.cursor);
  expect(second).toMatchObject({ done: 1_500, cursor: null });
  expect(new Set(asked).size).toBe(6_500);
});

test('retention: a slice that can’t be blanked keeps none of the others from it', async () => {
  await store.pool.query('update accounts set retention_days = 1');
  const ids: string[] = [];
  for (let i = 0; i < 25; i++) ids.push((await storeSlice(store.pool, 1, { body: 'secret' })).sliceId);
  await store.pool.query(`update messages set state = 'delivered', settled_at = now() - interval '3 days'`);
  await store.pool.query(`update slices set delivered = 1, created_at = now() - interval '3 days'`);
  const bad = ids[3]!;
  await store.pool.query(`alter table messages add constraint keeps_one check (slice_id <> '${bad}' or body <> '')`);
  expect(await turn('retention')).toMatchObject({ done: 24, failed: 1 });
  await store.pool.query('alter table messages drop constraint keeps_one');
  expect(failed).toEqual([`slice ${bad}`]);
  const { rows } = await store.pool.query<{ slice_id: string }>(`select slice_id from messages where body <> ''`);
  expect(rows).toEqual([{ slice_id: bad }]);
  await store.pool.query('update accounts set retention_days = null');
});

test('statistics: an account that can’t be counted keeps no other from it', async () => {
  await store.pool.query(`insert into accounts (id, name) values ('acc_bad', 'Bad') on conflict do nothing`);
  for (const accountId of [ACCOUNT, 'acc_bad']) {
    const { sliceId } = await storeSlice(store.pool, 1, { accountId }, { accountId });
    await store.pool.query(`update slices set state = 'sealed', started_at = now() - interval '1 hour' where id = $1`, [
      sliceId,
    ]);
  }
  await store.pool.query(`alter table slice_stats add constraint refuses_one check (account_id <> 'acc_bad')`);
  expect(await turn('statistics')).toMatchObject({ done: 1, failed: 1 });
  await store.pool.query('alter table slice_stats drop constraint refuses_one');
  expect(failed).toEqual(['account acc_bad']);
  const { rows } = await store.pool.query('select distinct account_id from slice_stats');
  expect(rows).toEqual([{ account_id: ACCOUNT }]);
});

test('keys: those that are too old are forgotten', async () => {
  await store.pool.query(
    `insert into idempotency_keys (account_id, key, request_hash, created_at)
     values ($1, 'old', '\\x00', now() - interval '2 days'), ($1, 'new', '\\x00', now())`,
    [ACCOUNT],
  );
  expect(await turn('keys')).toMatchObject({ failed: 0 });
  expect((await store.pool.query('select key from idempotency_keys')).rows).toEqual([{ key: 'new' }]);
  await store.pool.query('delete from idempotency_keys');
});

describe('partitions', () => {
  const DAY_MS = 86_400_000;
  const longAgoMs = Date.now() - 300 * DAY_MS;

  /** As of a database that has run for longer: the first partition ended half a year ago. */
  beforeAll(async () => {
    for (const table of ['messages', 'attempts', 'receipts', 'callbacks']) {
      await store.pool.query(`truncate ${table}`);
      await store.pool.query(`alter table ${table} detach partition ${table}_first`);
      await store.pool.query(
        `alter table ${table} attach partition ${table}_first for values from (minvalue) to ('${firstUuidv7At(Date.now() - 200 * DAY_MS)}')`,
      );
    }
  });
  afterAll(() => {
    keepMonths = undefined;
  });

  const slices = async (): Promise<string[]> =>
    (await store.pool.query<{ id: string }>('select id from slices')).rows.map(({ id }) => id);

  test('those that are missing are made; what is older than is kept goes, with its slices', async () => {
    await turn('partitions');
    const [old, recent] = [firstUuidv7At(longAgoMs), uuidv7()];
    for (const id of [old, recent]) {
      await store.pool.query(
        `insert into slices (id, account_id, priority, total, delivered, outcomes) values ($1, $2, 1, 1, 1, 1)`,
        [id, ACCOUNT],
      );
      await store.pool.query(
        `insert into messages (id, slice_id, account_id, send_id, msisdn, body, service, encoding, segments, state)
         values ($1, $1, $2, $1, '+919800000001', 'x', 'T', 'gsm7', 1, 'delivered')`,
        [id, ACCOUNT],
      );
    }
    await turn('partitions');
    expect(await slices()).toHaveLength(2);

    keepMonths = 12;
    await turn('partitions');
    expect(await slices()).toHaveLength(2);

    keepMonths = 1;
    expect(await turn('partitions')).toMatchObject({ failed: 0, more: false });
    expect(await slices()).toEqual([recent]);
    const { rows } = await store.pool.query('select id from messages');
    expect(rows).toEqual([{ id: recent }]);
    expect(failed).toEqual([]);
  });
});
