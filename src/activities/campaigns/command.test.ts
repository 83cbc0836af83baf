import { campaignSlice, storeBlock, storeCampaign, storeCampaignIn } from '../../../test/support/campaign-rows';
import { loadPseudonyms, startStore, storeGateway, type TestStore } from '../../../test/support/rows';
import { CAMPAIGN_STATES } from '../../core/campaigns/campaign';
import { readCampaign, type CampaignRow } from '../../store/campaigns/campaigns';
import { insertCampaign, type CampaignDraft } from '../../store/campaigns/drafts';
import { readClockMs } from '../../store/database';
import type { CampaignCommand } from '../../workflows/contract';
import { commandCampaign, type CommandResult } from './command';
import { prepareCampaign } from './prepare';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
  await storeGateway(store);
});
afterAll(() => store.stop());

const command = (id: string, asked: object): Promise<CommandResult> =>
  commandCampaign(store, id, { keyId: null, ...asked } as unknown as CampaignCommand);
const read = async (id: string): Promise<CampaignRow> => (await readCampaign(store.db, id))!;
const auditOf = async (id: string): Promise<string[]> => {
  const { rows } = await store.pool.query<{ action: string }>(
    'select action from audit where subject = $1 order by id',
    [id],
  );
  return rows.map(({ action }) => action);
};
const TOMORROW = Date.now() + 86_400_000;

describe('asked twice: answered as the first time, and done once', () => {
  test.each([
    ['pause', 'running', { action: 'pause' }],
    ['cancel', 'running', { action: 'cancel' }],
    ['resume', 'paused', { action: 'resume' }],
    ['reschedule', 'scheduled', { action: 'reschedule', dueAtMs: TOMORROW }],
    ['rate', 'running', { action: 'setRate', ratePerSecond: 7 }],
  ] as const)('%s', async (_, state, asked) => {
    const id = await storeCampaignIn(store, state);
    const first = await command(id, asked);
    expect(first.problem).toBeNull();
    expect(await command(id, asked)).toEqual(first);
    expect(await auditOf(id)).toHaveLength(1);
  });
});

test('one that nobody waits for any more is not carried out, in whatever state', async () => {
  const untilMs = (await readClockMs(store.pool)) - 1;
  for (const state of CAMPAIGN_STATES) {
    const id = await storeCampaignIn(store, state);
    for (const asked of [{ action: 'pause' }, { action: 'cancel' }, { action: 'setRate', ratePerSecond: 3 }]) {
      await command(id, { ...asked, untilMs });
    }
    expect(await read(id)).toMatchObject({ state, rate_per_second: null });
    expect(await auditOf(id)).toEqual([]);
  }
  const id = await storeCampaignIn(store, 'running');
  expect(await command(id, { action: 'pause', untilMs: untilMs + 3_600_000 })).toEqual({
    state: 'paused',
    problem: null,
  });
});

describe('while the audience is prepared', () => {
  const PEOPLE = 9_000;
  const prepare = (id: string) =>
    prepareCampaign(
      { database: store, publicUrl: 'https://sms.example.com', loadPseudonyms },
      id,
      new AbortController().signal,
    );

  /** A campaign of so many recipients, of whom the first block are messages already. */
  async function halfPrepared(over: Partial<CampaignDraft> = {}): Promise<string> {
    const like = await storeCampaign(store);
    const recipients = Array.from({ length: PEOPLE }, (_, i) => ({
      position: i + 1,
      msisdn: `+9198${String(i).padStart(8, '0')}`,
      meta: `m-${i}`,
      variables: {},
    }));
    const draft: CampaignDraft = {
      accountId: like.account_id, name: 'Sale', state: 'preparing', body: 'Hello', templateId: null, dltText: null,
      variables: {}, sender: null, routeId: null, service: 'T', options: null, webhookId: null,
      audience: { kind: 'recipients' }, dueAt: null, timezone: 'UTC', window: null, lateness: 'send',
      maxAgeSeconds: null, validUntil: null, ratePerSecond: null, finishWithinSeconds: null, recurrence: null,
      seriesId: null, duplicates: 0, ...over,
    }; // prettier-ignore
    const campaign = await insertCampaign(store.db, draft, recipients);
    expect(await storeBlock(store, campaign, [campaignSlice(0, 1_000)])).toBe(true);
    return campaign.id;
  }
  const stateOf = async (id: string) => {
    const { state, unprepared, recipients } = await read(id);
    return { state, unprepared, recipients };
  };

  test('paused: it is prepared to its end and stays paused; resumed, it is ready', async () => {
    const id = await halfPrepared();
    expect(await command(id, { action: 'pause' })).toEqual({ state: 'paused', problem: null });
    expect(await stateOf(id)).toEqual({ state: 'paused', unprepared: true, recipients: 1_000 });
    expect(await prepare(id)).toBe('paused');
    expect(await stateOf(id)).toEqual({ state: 'paused', unprepared: false, recipients: PEOPLE });
    expect(await command(id, { action: 'resume' })).toEqual({ state: 'scheduled', problem: null });
  });

  test('paused and resumed before it is prepared: it goes on as if nothing had been', async () => {
    const id = await halfPrepared();
    await command(id, { action: 'pause' });
    expect(await command(id, { action: 'resume' })).toEqual({ state: 'preparing', problem: null });
    expect(await prepare(id)).toBe('scheduled');
    expect(await stateOf(id)).toEqual({ state: 'scheduled', unprepared: false, recipients: PEOPLE });
  });

  test('another time: messages that are there and those to come have it', async () => {
    const id = await halfPrepared({ dueAt: new Date(TOMORROW) });
    const dueAtMs = TOMORROW + 3_600_000;
    expect(await command(id, { action: 'reschedule', dueAtMs })).toEqual({ state: 'preparing', problem: null });
    expect(await prepare(id)).toBe('scheduled');
    const { rows } = await store.pool.query('select distinct due_at from slices where campaign_id = $1', [id]);
    expect(rows).toEqual([{ due_at: new Date(dueAtMs) }]);
  });

  test('given another time between a block was made and stored: it is stored under the new one', async () => {
    const campaign = await storeCampaign(store, { dueAt: new Date(TOMORROW) });
    await command(campaign.id, { action: 'reschedule', dueAtMs: TOMORROW + 60_000 });
    const slice = campaignSlice(0, 3);
    await storeBlock(store, campaign, [slice]);
    const { rows } = await store.pool.query('select due_at from slices where id = $1', [slice.id]);
    expect(rows).toEqual([{ due_at: new Date(TOMORROW + 60_000) }]);
  });

  test('another rate', async () => {
    const id = await halfPrepared();
    expect(await command(id, { action: 'setRate', ratePerSecond: 5 })).toEqual({ state: 'preparing', problem: null });
    expect(await read(id)).toMatchObject({ rate_per_second: 5 });
  });

  test.each([
    ['cancelled', [{ action: 'cancel' }]],
    ['paused, and then cancelled', [{ action: 'pause' }, { action: 'cancel' }]],
  ])('%s: everybody becomes a message all the same, to be dropped with its outcome', async (_, asked) => {
    const id = await halfPrepared({ options: { sensitive: true } });
    for (const one of asked) await command(id, one);
    expect(await stateOf(id)).toEqual({ state: 'cancelled', unprepared: true, recipients: 1_000 });
    expect(await prepare(id)).toBe('cancelled');
    expect(await stateOf(id)).toEqual({ state: 'cancelled', unprepared: false, recipients: PEOPLE });
    // It is sensitive: nothing is left of its text and its people, now that they are accounted for.
    expect(await read(id)).toMatchObject({ body: '', variables: {} });
    const { rows } = await store.pool.query('select 1 from campaign_recipients where campaign_id = $1', [id]);
    expect(rows).toEqual([]);
  });

  test('paused, and nobody can be sent to: it has failed', async () => {
    const { id } = await storeCampaign(store);
    await command(id, { action: 'pause' });
    expect(await prepare(id)).toBe('failed');
    expect(await read(id)).toMatchObject({ state: 'failed', reason: 'the audience is empty', unprepared: false });
  });
});
