/** What a run of slices finds out while somebody commands their campaign: nothing of it may keep the campaign waiting. */
import { campaignSlice, storeBlock, storeCampaign } from '../../../test/support/campaign-rows';
import { hashNumber, SEALER, startStore, storeGateway, type TestStore } from '../../../test/support/rows';
import type { Followed } from '../../core/concurrency/follow';
import { createHttpClient, type HttpClient } from '../../outbound/client';
import { startVendor, type Vendor } from '../../providers/testing/vendor';
import { moveCampaign } from '../../store/campaigns/campaigns';
import { readLiveCampaigns, type LiveCampaign } from '../../store/campaigns/live';
import { lookAtOnce, readCampaignOutlook, writeLookAtAfter } from '../../store/campaigns/slices';
import { readClockMs } from '../../store/database';
import { releaseHeld } from '../../store/dispatch/failover';
import { createGateways } from '../dispatch/gateways';
import { GatewayHealthMonitor } from '../dispatch/gateway-health';
import { createAnswerLog } from '../dispatch/answers';
import type { DispatchDeps } from '../dispatch/advance';
import type { CampaignCommand } from '../../workflows/contract';
import { advanceCampaignSlices } from './advance';
import { commandCampaign } from './command';
import { surveyCampaign } from './survey';

let store: TestStore;
let vendor: Vendor;
let http: HttpClient & { close(): Promise<void> };
let deps: DispatchDeps;

beforeAll(async () => {
  store = await startStore();
  vendor = await startVendor({ status: 500 });
  http = createHttpClient({ allow: [vendor.host], maxConnectionsPerOrigin: 4 });
  const log = { warn: () => undefined };
  const health = new GatewayHealthMonitor({ pool: store.pool, log, onClosed: () => Promise.resolve() });
  const gateways = createGateways(store, SEALER, 'https://sms.example.com', health, 10);
  deps = {
    database: store,
    http,
    gateways,
    answers: createAnswerLog(store.pool, log),
    numberHash: hashNumber,
    wakeRelays: () => undefined,
    log,
  };
  await storeGateway(store, { baseUrl: vendor.origin });
});
afterAll(async () => {
  await http.close();
  await vendor.close();
  await store.stop();
});
beforeEach(() => {
  vendor.seen.length = 0;
});

async function running(): Promise<string> {
  const { id, ...campaign } = await storeCampaign(store, { ratePerSecond: 50 });
  await storeBlock(store, { id, ...campaign }, [campaignSlice(0, 20), campaignSlice(1, 20)]);
  await moveCampaign(store.db, id, 'scheduled');
  await moveCampaign(store.db, id, 'running');
  return id;
}

const live = async (id: string): Promise<LiveCampaign> => (await readLiveCampaigns(store.pool, [id])).get(id)!;
const command = (id: string, asked: object) =>
  commandCampaign(store, id, { keyId: null, ...asked } as unknown as CampaignCommand);
const due = async (id: string) => (await surveyCampaign({ database: store, wakeRelays: () => undefined }, id, [])).due;

/** A run that has read its campaign before somebody commands it, and hears nothing of it: the row refuses its claims. */
async function runBehind(id: string, asked: object): Promise<void> {
  const known = await live(id);
  const blind: Followed<LiveCampaign> = { value: known, onRead: () => () => undefined, release: () => undefined };
  expect(await command(id, asked)).toMatchObject({ problem: null });
  const campaigns = { follow: () => Promise.resolve(blind) };
  await advanceCampaignSlices(
    { ...deps, campaigns },
    { campaignId: id, nos: [0, 1], untilMs: null },
    new AbortController().signal,
  );
  expect(vendor.seen).toEqual([]);
}

test('its claims were refused by a pause: what is resumed is looked at at once', async () => {
  const [id, other] = [await running(), await running()];
  await runBehind(id, { action: 'pause' });
  expect(await due(id)).toEqual([]);
  await command(id, { action: 'resume' });
  expect(await due(id)).toEqual([0, 1]);
  expect(await due(other)).toEqual([0, 1]);
});

test('resumed before the run notes what it found', async () => {
  const id = await running();
  const { commands } = await live(id);
  await command(id, { action: 'pause' });
  await command(id, { action: 'resume' });
  const { rows } = await store.pool.query<{ id: string }>('select id from slices where campaign_id = $1', [id]);
  const lookAtMs = (await readClockMs(store.pool)) + 60_000;
  for (const slice of rows) await writeLookAtAfter(store.pool, id, commands, { id: slice.id, lookAtMs });
  expect(await due(id)).toEqual([0, 1]);
});

test('cancelled: everything that has not left is dropped by the next look', async () => {
  const id = await running();
  await runBehind(id, { action: 'cancel' });
  expect(await due(id)).toEqual([0, 1]);
});

describe('slices that are to be looked at in a minute', () => {
  async function lookedAtLater(): Promise<string> {
    const id = await running();
    const { commands } = await live(id);
    const lookAtMs = (await readClockMs(store.pool)) + 60_000;
    const { rows } = await store.pool.query<{ id: string }>('select id from slices where campaign_id = $1', [id]);
    for (const slice of rows) await writeLookAtAfter(store.pool, id, commands, { id: slice.id, lookAtMs });
    expect(await due(id)).toEqual([]);
    return id;
  }

  test.each<[string, object[]]>([
    ['another rate', [{ action: 'setRate', ratePerSecond: 900 }]],
    ['no rate', [{ action: 'setRate', ratePerSecond: null }]],
    ['pause and resume', [{ action: 'pause' }, { action: 'resume' }]],
    ['cancel', [{ action: 'cancel' }]],
  ])('are looked at at once after %s, those of others are not', async (_, asked) => {
    const [id, other] = [await lookedAtLater(), await lookedAtLater()];
    for (const one of asked) await command(id, one);
    expect(await due(id)).toEqual([0, 1]);
    expect(await due(other)).toEqual([]);
  });

  test('are looked at at once when a gateway takes messages again', async () => {
    const id = await lookedAtLater();
    const gateway = await storeGateway(store, { name: 'spare', baseUrl: vendor.origin });
    const held = await releaseHeld(store.pool, gateway.account_id, gateway.id);
    const campaignIds = held.flatMap(({ campaignId }) => campaignId ?? []);
    expect(campaignIds).toContain(id);
    await lookAtOnce(store.pool, campaignIds);
    expect(await due(id)).toEqual([0, 1]);
  });

  test('of which some wait for receipts alone: those are left alone', async () => {
    const id = await lookedAtLater();
    await store.pool.query('update slices set submitted = total where campaign_id = $1 and no = 0', [id]);
    await lookAtOnce(store.pool, [id]);
    const { due: found } = await readCampaignOutlook(store.pool, id, { ended: false, closed: [], busy: [], limit: 9 });
    expect(found).toEqual([1]);
  });
});

test('places that were reserved at a slow rate don’t hold back a faster one', async () => {
  const id = await running();
  await store.pool.query(
    `insert into rate_leases (key, reserved_to) values ($1, now() + interval '2 minutes'), ('other', now() + interval '2 minutes')`,
    [id],
  );
  await command(id, { action: 'setRate', ratePerSecond: 900 });
  const { rows } = await store.pool.query<{ key: string; near: boolean }>(
    `select key, reserved_to <= now() + interval '1 second' as near from rate_leases where key in ($1, 'other') order by near`,
    [id],
  );
  expect(rows).toEqual([
    { key: 'other', near: false },
    { key: id, near: true },
  ]);
});
