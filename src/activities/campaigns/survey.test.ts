import { randomUUID } from 'node:crypto';
import { campaignSlice, storeBlock, storeCampaign } from '../../../test/support/campaign-rows';
import { pinClock, type PinnedClock } from '../../../test/support/clock';
import {
  OPT_OUTS,
  ACCOUNT,
  claim,
  FAILED,
  receiptOf,
  startStore,
  storeGateway,
  submit,
  WEBHOOK,
  type TestStore,
} from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import type { CampaignState } from '../../core/campaigns/campaign';
import type { SendWindow } from '../../core/time/window';
import { noteRun } from '../../store/campaigns/hold';
import { cancelWaiting, writeLookAt } from '../../store/campaigns/slices';
import { moveCampaign, readCampaign, type CampaignRow } from '../../store/campaigns/campaigns';
import type { CampaignDraft } from '../../store/campaigns/drafts';
import type { Database } from '../../store/database';
import { callOrphansUnknown } from '../../store/dispatch/claim';
import { applyReceipts } from '../../store/receipts/receipts';
import { surveyCampaign } from './survey';

const NOON = '2026-06-01T12:00:00Z';
const at = (time: string): number => Date.parse(`2026-06-01T${time}:00Z`);
const window = (start: string, end: string): SendWindow => ({ start, end, timezone: 'UTC' });

let store: TestStore;
let database: Database;
let clock: PinnedClock;
let gatewayId: string;
beforeAll(async () => {
  store = await startStore();
  gatewayId = (await storeGateway(store)).id;
  clock = await pinClock(store);
  database = store.connect(4);
});
afterAll(() => store.stop());
beforeEach(() => {
  woken = [];
  return clock.set(NOON);
});

interface Stored {
  id: string;
  slices: ReturnType<typeof campaignSlice>[];
}

/** A campaign in a state, with slices of so many messages under these windows. */
async function campaignIn(
  state: CampaignState,
  slices: ReturnType<typeof campaignSlice>[],
  over: Partial<CampaignDraft> = {},
): Promise<Stored> {
  const campaign = await storeCampaign(store, over);
  await storeBlock(store, campaign, slices);
  await store.pool.query('update campaigns set state = $2 where id = $1', [campaign.id, state]);
  return { id: campaign.id, slices };
}

let woken: string[];
const survey = (id: string, busy: number[] = []) =>
  surveyCampaign({ database, wakeRelays: (ids) => void woken.push(...ids) }, id, busy);
const read = async (id: string): Promise<CampaignRow> => (await readCampaign(store.db, id))!;

/** Has the gateway take `count` messages of a slice. */
const submitOf = ({ slices }: Stored, no: number, count: number) =>
  submit(store.pool, slices[no]!.id, gatewayId, { limit: count });

it('one that is gone is done', async () => {
  expect(await survey('cmp_gone')).toMatchObject({ state: 'failed', done: true, due: [] });
});

describe('what a person does just as its time comes', () => {
  /** Surveys while somebody's change has not been committed, and is. */
  async function surveyBeside(id: string, change: string) {
    const person = await store.pool.connect();
    try {
      await person.query('begin');
      await person.query(`update campaigns set ${change} where id = $1`, [id]);
      const answer = survey(id);
      await until('the survey waits for them', async () => {
        const { rows } = await store.pool.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows.length > 0 ? true : null;
      });
      await person.query('commit');
      return await answer;
    } finally {
      person.release();
    }
  }

  it('a pause holds', async () => {
    const { id } = await campaignIn('scheduled', [campaignSlice(0, 2)], { dueAt: new Date(at('11:00')) });
    expect(await surveyBeside(id, `state = 'paused'`)).toMatchObject({ state: 'paused', due: [] });
    expect(await read(id)).toMatchObject({ state: 'paused' });
  });

  it('another time holds', async () => {
    const { id } = await campaignIn('scheduled', [campaignSlice(0, 2)], { dueAt: new Date(at('12:00')) });
    const answer = await surveyBeside(id, `due_at = '2026-06-01T15:00:00Z'`);
    expect(answer).toMatchObject({ state: 'scheduled', due: [], dueAtMs: at('15:00') });
    expect(await read(id)).toMatchObject({ state: 'scheduled' });
  });

  it('one that is late and would be skipped stays paused', async () => {
    const late = { dueAt: new Date(at('11:00')), lateness: 'skip' } as const;
    const { id } = await campaignIn('scheduled', [campaignSlice(0, 2)], late);
    expect(await surveyBeside(id, `state = 'paused'`)).toMatchObject({ state: 'paused' });
    expect(await read(id)).toMatchObject({ state: 'paused' });
  });
});

it('scheduled: it waits for its time, to the millisecond, and runs from then on', async () => {
  const { id } = await campaignIn('scheduled', [campaignSlice(0, 2)], { dueAt: new Date(at('13:30')) });
  expect(await survey(id)).toMatchObject({ state: 'scheduled', due: [], dueAtMs: at('13:30') });
  await clock.set('2026-06-01T13:29:59.999Z');
  expect(await survey(id)).toMatchObject({ state: 'scheduled', dueAtMs: at('13:30') });
  await clock.set('2026-06-01T13:30:00Z');
  expect(await survey(id)).toMatchObject({ state: 'running', due: [0], untilMs: null });
});

it('scheduled without a time: at once', async () => {
  const { id } = await campaignIn('scheduled', [campaignSlice(0, 2)]);
  expect(await survey(id)).toMatchObject({ state: 'running', due: [0] });
});

it.each<[string, CampaignDraft['lateness'], string, object]>([
  ['a quarter of an hour is not late', 'skip', '11:45', { state: 'running', reason: null }],
  ['send', 'send', '11:44', { state: 'running', reason: null }],
  ['skip', 'skip', '11:44', { state: 'cancelled', reason: 'skipped: it was 16 minutes late' }],
])('late: %s', async (_, lateness, due, expected) => {
  const { id } = await campaignIn('scheduled', [campaignSlice(0, 2)], { lateness, dueAt: new Date(at(due)) });
  await survey(id);
  expect(await read(id)).toMatchObject(expected);
});

it('late, for the next window: the next one to open, also while one is open', async () => {
  const late = { lateness: 'next-window', dueAt: new Date(at('10:30')) } as const;
  const open = await campaignIn('scheduled', [], { ...late, window: window('10:00', '18:00') });
  expect(await survey(open.id)).toMatchObject({ state: 'scheduled', dueAtMs: at('18:00') });
  expect((await read(open.id)).due_at!.toISOString()).toBe('2026-06-02T10:00:00.000Z');
  const closed = await campaignIn('scheduled', [], { ...late, window: window('14:00', '18:00') });
  expect(await survey(closed.id)).toMatchObject({ state: 'scheduled', dueAtMs: at('14:00') });
});

it('running: slices under open windows are due, until the first of them closes', async () => {
  const slices = [
    campaignSlice(0, 1, [window('10:00', '15:00')]),
    campaignSlice(1, 1, [window('11:00', '14:00')]),
    campaignSlice(2, 1, [window('13:00', '16:00')]),
    campaignSlice(3, 1),
  ];
  const { id } = await campaignIn('running', slices);
  expect(await survey(id)).toMatchObject({
    state: 'running',
    due: [0, 1, 3],
    openSlices: 4,
    untilMs: at('14:00'),
    dueAtMs: at('13:00'),
  });
  expect((await survey(id, [0, 3])).due).toEqual([1]);
  await clock.set('2026-06-01T15:30:00Z');
  expect(await survey(id)).toMatchObject({ due: [2, 3], untilMs: at('16:00') });
  await clock.set('2026-06-01T09:00:00Z');
  expect(await survey(id, [3])).toMatchObject({ due: [], untilMs: null, dueAtMs: at('10:00') });
});

it('a slow campaign keeps few slices in hand', async () => {
  const widths = [];
  for (const ratePerSecond of [null, 10, 1_200, 100_000]) {
    const { id } = await campaignIn('running', [campaignSlice(0, 1)], { ratePerSecond });
    widths.push((await survey(id)).width);
  }
  expect(widths).toEqual([6, 1, 3, 6]);
});

it('settling once everything has left, running again when a receipt wants another leg is for dispatch to see', async () => {
  const stored = await campaignIn('running', [campaignSlice(0, 2)]);
  const [message] = await submitOf(stored, 0, 2);
  expect(await survey(stored.id)).toMatchObject({ state: 'settling' });
  const refused = { status: 'failed', class: 'sender', clevertap: '906', code: '11', reason: 'sender' } as const;
  await applyReceipts(store.pool, [receiptOf(gatewayId, message!, refused)]);
  expect(await survey(stored.id)).toMatchObject({ state: 'settling', due: [0] });
});

it.each<CampaignState>(['running', 'settling', 'paused'])('%s: finished when nothing is open', async (state) => {
  const stored = await campaignIn('running', [campaignSlice(0, 1)]);
  const [message] = await submitOf(stored, 0, 1);
  await applyReceipts(store.pool, [receiptOf(gatewayId, message!)]);
  await store.pool.query('update campaigns set state = $2 where id = $1', [stored.id, state]);
  expect(await survey(stored.id)).toMatchObject({ state: 'finished', done: true, openSlices: 0 });
  expect((await read(stored.id)).finished_at).not.toBeNull();
});

it('paused: nothing is due', async () => {
  const { id } = await campaignIn('paused', [campaignSlice(0, 2)]);
  expect(await survey(id)).toMatchObject({ state: 'paused', done: false, due: [], openSlices: 1 });
});

it('cancelled: all that has not left is due, whatever its windows; done when nothing is open', async () => {
  const slices = [campaignSlice(0, 1), campaignSlice(1, 1, [window('20:00', '21:00')])];
  const { id } = await campaignIn('cancelled', slices);
  expect(await survey(id)).toMatchObject({ state: 'cancelled', done: false, due: [0, 1], width: 6 });
  // Also what a run, of before the cancellation or under way during it, wanted to look at later.
  for (const slice of slices) await writeLookAt(store.pool, slice.id, at('12:01'));
  expect(await survey(id)).toMatchObject({ state: 'cancelled', done: false, due: [0, 1] });
  for (const slice of slices) await cancelWaiting(store.pool, slice.id, 'the campaign was cancelled');
  expect(await survey(id)).toMatchObject({ state: 'cancelled', done: true });
});

describe('an account that pauses its campaigns when too many fail', () => {
  beforeAll(async () => {
    await store.pool.query(`update accounts set safety = '{"autoPauseFailureShare": 0.2}' where id = $1`, [ACCOUNT]);
  });
  afterAll(async () => {
    await store.pool.query(`update accounts set safety = '{}' where id = $1`, [ACCOUNT]);
  });

  async function failing(failed: number, delivered: number): Promise<string> {
    const stored = await campaignIn('running', [campaignSlice(0, failed + delivered + 1)]);
    const claimed = await submitOf(stored, 0, failed + delivered);
    await applyReceipts(
      store.pool,
      claimed.map((message, i) => receiptOf(gatewayId, message, i < failed ? FAILED : {})),
    );
    return stored.id;
  }

  it('pauses, says why, and notes it; once a person resumed it, never again', async () => {
    const id = await failing(30, 90);
    expect(await survey(id)).toMatchObject({ state: 'paused', due: [] });
    const reason = 'paused by itself: 25 % of the messages with an outcome failed';
    expect(await read(id)).toMatchObject({ state: 'paused', reason });
    const { rows } = await store.pool.query('select action, key_id from audit where subject = $1', [id]);
    expect(rows).toEqual([{ action: 'campaign.paused-itself', key_id: null }]);
    await moveCampaign(store.db, id, 'running', { self_pausing: false });
    expect(await survey(id)).toMatchObject({ state: 'running', due: [0] });
  });

  it('not at the share itself, not before a hundred outcomes', async () => {
    expect(await survey(await failing(24, 96))).toMatchObject({ state: 'running' });
    expect(await survey(await failing(60, 30))).toMatchObject({ state: 'running' });
  });
});

describe('held by its gateways', () => {
  const HELD = { held: 'the gateway is inactive', taken: false, waits: true };
  const left = async (id: string) => {
    const { hold_until: until, hold_left_seconds: seconds } = await read(id);
    return until?.toISOString() ?? (seconds === null ? null : `${seconds / 3_600} h left`);
  };
  /** Surveyed at a time, and then a run that sent nothing, where slices are due. */
  async function lookAt(id: string, iso: string): Promise<void> {
    await clock.set(iso);
    const { due } = await survey(id);
    if (due.length > 0) await noteRun(database.pool, id, HELD);
  }

  it('its time goes by while a window is open, and never begins anew', async () => {
    const daily = [window('10:00', '21:00')];
    const { id } = await campaignIn('running', [campaignSlice(0, 1, daily), campaignSlice(1, 1, daily)]);
    await lookAt(id, '2026-06-01T18:00:00Z');
    expect(await left(id)).toBe('2026-06-02T18:00:00.000Z');
    await lookAt(id, '2026-06-01T21:00:00Z');
    expect(await left(id)).toBe('21 h left');
    await lookAt(id, '2026-06-02T10:00:00Z');
    expect(await left(id)).toBe('2026-06-03T07:00:00.000Z');
    await lookAt(id, '2026-06-02T21:00:00Z');
    expect(await left(id)).toBe('10 h left');
    await lookAt(id, '2026-06-03T10:00:00Z');
    expect(await left(id)).toBe('2026-06-03T20:00:00.000Z');

    await clock.set('2026-06-03T20:00:00Z');
    expect(await survey(id)).toMatchObject({ state: 'finished', done: true });
  });

  it('it goes by while some of its windows are open', async () => {
    const slices = [campaignSlice(0, 1, [window('10:00', '21:00')]), campaignSlice(1, 1, [window('12:00', '23:00')])];
    const { id } = await campaignIn('running', slices);
    await lookAt(id, '2026-06-01T18:00:00Z');
    await lookAt(id, '2026-06-01T22:00:00Z');
    expect(await left(id)).toBe('2026-06-02T18:00:00.000Z');
  });

  it('it stands while a person has paused the campaign', async () => {
    const { id } = await campaignIn('running', [campaignSlice(0, 1)]);
    await lookAt(id, NOON);
    await moveCampaign(store.db, id, 'paused');
    await lookAt(id, '2026-06-01T16:00:00Z');
    expect(await left(id)).toBe('20 h left');
    await moveCampaign(store.db, id, 'running');
    await lookAt(id, '2026-06-09T16:00:00Z');
    expect(await left(id)).toBe('2026-06-10T12:00:00.000Z');
  });

  it('at its end every slice is settled, some with each survey, and their webhooks are told', async () => {
    const slices = Array.from({ length: 25 }, (_, no) => campaignSlice(no, 1));
    for (const slice of slices) for (const message of slice.messages) message.webhookId = WEBHOOK;
    const { id } = await campaignIn('running', slices);
    await submitOf({ id, slices }, 24, 1);
    await lookAt(id, NOON);
    await clock.set('2026-06-02T12:00:00Z');
    const turns = [];
    for (let turn = 0; turn < 4; turn++) turns.push((await survey(id)).openSlices);
    expect(turns).toEqual([15, 5, 1, 1]);
    expect(woken).toEqual([WEBHOOK, WEBHOOK, WEBHOOK]);
    // What a gateway took before is awaited.
    expect(await survey(id)).toMatchObject({ state: 'settling', done: false, openSlices: 1 });
  });

  it('at its end, what is in doubt waits for its own deadline, and is not looked at again and again', async () => {
    const slices = [campaignSlice(0, 1), campaignSlice(1, 1)];
    const { id } = await campaignIn('running', slices);
    const own = randomUUID();
    await claim(store.pool, slices[1]!.id, gatewayId, { limit: 1, claim: own });
    await callOrphansUnknown(store.pool, slices[1]!.id, [], OPT_OUTS);
    await lookAt(id, NOON);
    await clock.set('2026-06-02T12:00:00Z');
    expect((await survey(id)).openSlices).toBe(1);
    await writeLookAt(store.pool, slices[1]!.id, Date.parse('2026-06-02T16:00:00Z'));
    expect(await survey(id)).toMatchObject({ due: [], dueAtMs: Date.parse('2026-06-02T16:00:00Z') });
  });
});

it('tells in one line how far it is', async () => {
  const stored = await campaignIn('running', [campaignSlice(0, 5)]);
  const [message] = await submitOf(stored, 0, 2);
  await applyReceipts(store.pool, [receiptOf(gatewayId, message!)]);
  expect((await survey(stored.id)).details).toBe('running: 1 of 5 settled, 3 to send');
});

it('asks the database a fixed number of times, however many slices there are', async () => {
  const counted = async (slices: number): Promise<number> => {
    const { id } = await campaignIn(
      'running',
      Array.from({ length: slices }, (_, no) => campaignSlice(no, 1)),
    );
    let statements = 0;
    const connection = await database.pool.connect();
    const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
    connection.query = ((...args: unknown[]) => {
      statements++;
      return query(...args);
    }) as typeof connection.query;
    // The next statements go over the connection that was given back last.
    connection.release();
    await survey(id);
    connection.query = query as typeof connection.query;
    return statements;
  };
  expect(await counted(60)).toBe(await counted(1));
  expect(await counted(60)).toBeLessThanOrEqual(5);
});

describe('one whose messages get too old', () => {
  const old = (id: string, over: string) => store.pool.query(`update campaigns set ${over} where id = $1`, [id]);

  it('running: it is looked at again at that moment, and what waits ends then', async () => {
    const { id } = await campaignIn('running', [campaignSlice(0, 2)]);
    await old(id, `started_at = '${NOON}', max_age_seconds = 5400`);
    expect(await survey(id)).toMatchObject({ state: 'running', due: [0], dueAtMs: at('13:30') });
    await clock.set('2026-06-01T13:30:00Z');
    expect(await survey(id)).toMatchObject({ state: 'finished', done: true, ledger: { expired: 2, open: 0 } });
  });

  it('paused: the same, though nobody resumes it', async () => {
    const { id } = await campaignIn('paused', [campaignSlice(0, 2)]);
    await old(id, `started_at = '${NOON}', valid_until = '2026-06-01T12:30:00Z'`);
    expect(await survey(id)).toMatchObject({ state: 'paused', due: [], dueAtMs: at('12:30') });
    await clock.set('2026-06-01T12:30:00Z');
    expect(await survey(id)).toMatchObject({ state: 'finished', ledger: { expired: 2, open: 0 } });
  });
});
