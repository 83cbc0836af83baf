/** Alerts: opened once they last, closed once they are over, each told once; an account in which all is well has none. */
import { ACCOUNT, SEALER, startStore, storeGateway, storeSlice, type TestStore } from '../../../test/support/rows';
import { bundleAnew } from '../../../test/support/outbox';
import { testTurn } from '../../../test/support/maintenance';
import { countOpenAlerts, forgetAlerts, listAlerts, listCurrentAlerts } from '../../store/accounts/alerts';
import type { GatewayRow } from '../../store/gateways/gateways';
import { holdGateway } from '../../store/gateways/holds';
import { claimCallbacks } from '../../store/webhooks/relays';
import { ensureWebhook } from '../../store/webhooks/webhooks';
import { standardBody } from '../../webhooks/standard';
import { randomUUID } from 'node:crypto';
import { reviewAlerts, toDraft } from './alerts';

let store: TestStore;
let gateway: GatewayRow;
let hook: string;
const OTHER = 'acc_other';
const logged: string[] = [];
const woken: string[] = [];

beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
  await store.pool.query(`insert into accounts (id, name) values ($1, 'Other')`, [OTHER]);
  const make = async (accountId: string, name: string, events: string[] | null = null) => {
    const url = `https://hooks.example.com/${name}`;
    const draft = { accountId, kind: 'standard', url, isDefault: false, events } as const;
    return (await ensureWebhook(store.db, SEALER, draft)).webhook.id;
  };
  hook = await make(ACCOUNT, 'all');
  await make(ACCOUNT, 'delivered-only', ['delivered']);
  await make(OTHER, 'other');
  const off = await make(ACCOUNT, 'switched-off');
  await store.pool.query(`update webhooks set state = 'disabled' where id = $1`, [off]);
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.pool.query('truncate alerts, unknown_marks, callbacks, due_callbacks, relays');
  await store.pool.query('update gateways set paused_reason = null');
  await store.pool.query('delete from gateway_health');
});

async function review(): Promise<string[]> {
  woken.length = 0;
  const log = { warn: (_: object, message: string) => void logged.push(message) };
  const deps = {
    database: { ...store, close: () => Promise.resolve() },
    log,
    workflows: { wakeRelays: (ids: readonly string[]) => void woken.push(...ids) },
  };
  const { turn, failed } = testTurn('alerts');
  await reviewAlerts(deps, turn);
  expect(failed).toEqual([]);
  return logged.splice(0);
}
/** As if it had been found, or been over, for two minutes. */
const later = () =>
  store.pool.query(
    `update alerts set seen_at = seen_at - interval '2 minutes', clear_since = clear_since - interval '2 minutes'`,
  );
const alertsOf = (accountId: string) => listAlerts(store.pool, { accountId, onlyOpen: true, limit: 10 });
const toldTo = async () =>
  (await store.pool.query(`select webhook_id, event from callbacks order by id`)).rows.map(
    (row) => `${row.webhook_id} ${row.event}`,
  );
const pause = () =>
  store.pool.query(`update gateways set paused_reason = 'no credit for +919800012345' where id = $1`, [gateway.id]);

test('a gateway that is down: watched, opened once, told once to who wants it, closed once', async () => {
  await pause();
  expect(await review()).toEqual([]);
  expect(await alertsOf(ACCOUNT)).toEqual([]);
  await later();
  const sentence = `Gateway ${gateway.name} takes nothing (no credit for +9198******45).`;
  expect(await review()).toEqual([`alert opened: ${sentence}`]);
  expect(await review()).toEqual([]);
  expect(await alertsOf(ACCOUNT)).toMatchObject([
    { kind: 'gateway-down', subject_id: gateway.id, sentence, closed_at: null },
  ]);
  expect(await countOpenAlerts(store.pool)).toEqual([{ kind: 'gateway-down', count: 1 }]);

  await store.pool.query('update gateways set paused_reason = null');
  expect(await review()).toEqual([]);
  // It comes back within the minute: the same alert.
  await pause();
  await review();
  await store.pool.query('update gateways set paused_reason = null');
  await review();
  expect(await alertsOf(ACCOUNT)).toHaveLength(1);
  await later();
  expect(await review()).toEqual([`alert closed: ${sentence}`]);
  expect(woken).toEqual([hook]);
  expect(await review()).toEqual([]);
  expect(await toldTo()).toEqual([`${hook} alert.opened`, `${hook} alert.closed`]);
  expect(await listCurrentAlerts(store.pool, ACCOUNT, 10)).toHaveLength(1);
  expect(await listAlerts(store.pool, { accountId: OTHER, onlyOpen: false, limit: 10 })).toEqual([]);
  expect(await listCurrentAlerts(store.pool, OTHER, 10)).toEqual([]);
});

test('of a gateway that is switched off, or deleted, nothing is told', async () => {
  const [off, gone] = [await storeGateway(store), await storeGateway(store)];
  const ids = [off.id, gone.id];
  await store.pool.query(`update gateways set paused_reason = 'no credit' where id = any($1)`, [ids]);
  await store.pool.query(`update gateways set status = 'inactive' where id = $1`, [off.id]);
  await store.pool.query('update gateways set deleted_at = now() where id = $1', [gone.id]);
  await review();
  expect((await store.pool.query('select from alerts')).rowCount).toBe(0);
  await store.pool.query('delete from gateways where id = any($1)', [ids]);
});

test('what passes before it has lasted is never told', async () => {
  await holdGateway(store.pool, gateway.id, 60_000, 'slow down');
  await review();
  await store.pool.query('delete from gateway_health');
  await review();
  expect((await store.pool.query('select from alerts')).rowCount).toBe(0);
});

test('a held gateway is another kind; the body that is told names it', async () => {
  await holdGateway(store.pool, gateway.id, 600_000, 'slow down');
  await review();
  await later();
  await review();
  const [alert] = await alertsOf(ACCOUNT);
  const [callback] = await claimCallbacks(store.pool, {
    webhookId: hook, run: randomUUID(), claim: randomUUID(), limit: 10, freshFirst: true, freshAfter: new Date(0), oldFrom: null,
  }); // prettier-ignore
  expect(JSON.parse(standardBody(callback as Parameters<typeof standardBody>[0]))).toEqual({
    type: 'alert.opened',
    timestamp: expect.any(String),
    data: {
      id: alert!.id,
      kind: 'gateway-held',
      subject: { kind: 'gateway', id: gateway.id, name: gateway.name },
      sentence: `Gateway ${gateway.name} is held (the provider asked for a pause: slow down).`,
      remedy: expect.any(String),
      openedAt: alert!.opened_at!.toISOString(),
    },
  });
});

test('callbacks that were due long ago, and those of a webhook that fails', async () => {
  const { ids } = await storeSlice(store.pool, 2);
  const queue = (age: string) =>
    store.pool.query(
      `insert into callbacks (account_id, webhook_id, message_id, event, occurred_at, next_try_at)
       select $1, $2, m, 'delivered', now(), now() - $4::interval from unnest($3::uuid[]) m`,
      [ACCOUNT, hook, ids, age],
    );
  await queue('1 minute');
  await bundleAnew(store.pool);
  await review();
  await later();
  expect(await review()).toEqual([]);
  await store.pool.query('truncate callbacks, due_callbacks');
  await queue('10 minutes');
  await bundleAnew(store.pool);
  await review();
  await later();
  expect(await review()).toEqual([`alert opened: Callbacks wait for webhook ${hook}.`]);
});

test('messages that end unknown: those since the last mark, from ten on', async () => {
  const { sliceId } = await storeSlice(store.pool, 30);
  const unknown = (count: number) => store.pool.query('update slices set unknown = $2 where id = $1', [sliceId, count]);
  await unknown(9);
  await review();
  expect(await review()).toEqual([]);
  await unknown(10);
  const sentence = '10 messages ended with an unknown outcome within the last hour.';
  expect(await review()).toEqual([`alert opened: ${sentence}`]);
  const opened = await alertsOf(ACCOUNT);
  expect(opened).toMatchObject([{ kind: 'unknown-outcomes', subject_kind: 'account', sentence }]);
  await store.pool.query(`update unknown_marks set marked_at = now() - interval '2 hours'`);
  await review();
  await review();
  await later();
  expect(await review()).toEqual([`alert closed: ${sentence}`]);
  await unknown(0);
});

test('a campaign that paused itself, or that nothing looks after; one that a person paused is well', async () => {
  const insert = (id: string, state: string, reason: string | null, lookAt: string | null) =>
    store.pool.query(
      `insert into campaigns (id, account_id, name, state, reason, look_at, body, service, audience, timezone, send_id)
       values ($1, $2, 'Diwali', $3, $4, now() + $5::interval, 'Hello', 'T', '{"kind":"recipients"}', 'Asia/Kolkata', gen_random_uuid())`,
      [id, ACCOUNT, state, reason, lookAt],
    );
  await insert('cmp_self', 'paused', '60 % of its messages failed', '1 hour');
  await insert('cmp_lost', 'running', null, '-1 hour');
  await insert('cmp_well', 'running', null, '1 hour');
  await insert('cmp_person', 'paused', null, '-1 hour');
  await review();
  await later();
  expect((await review()).map((line) => line.split(' (')[0]).sort()).toEqual([
    'alert opened: Campaign cmp_lost does not go on',
    'alert opened: Campaign cmp_self does not go on',
  ]);
  // Page by page each comes once.
  const [newest, oldest] = await alertsOf(ACCOUNT);
  const page = (after?: string) => listAlerts(store.pool, { accountId: ACCOUNT, onlyOpen: true, after, limit: 1 });
  expect(await page()).toEqual([newest]);
  expect(await page(newest!.id)).toEqual([oldest]);
  expect(await page(oldest!.id)).toEqual([]);
  await store.pool.query(`delete from campaigns where id like 'cmp_%'`);
});

test('a campaign that runs and stands still; not one that moves, is paused, waits for its window, or has a reason', async () => {
  const insert = async (id: string, accountId = ACCOUNT, windows: object | null = null) => {
    await store.pool.query(
      `insert into campaigns (id, account_id, name, state, look_at, body, service, audience, timezone, send_id)
       values ($1, $2, 'Diwali', 'running', now() + interval '6 hours', 'Hello', 'T', '{"kind":"recipients"}', 'Asia/Kolkata', gen_random_uuid())`,
      [id, accountId],
    );
    const { sliceId } = await storeSlice(store.pool, 5);
    await store.pool.query('update slices set campaign_id = $2, account_id = $3, windows = $4 where id = $1', [
      sliceId,
      id,
      accountId,
      windows === null ? null : JSON.stringify([windows]),
    ]);
    return sliceId;
  };
  const hours = (from: number, until: number) => {
    const clock = (plus: number) => new Date(Date.now() + plus * 3_600_000).toISOString().slice(11, 16);
    return { start: clock(from), end: clock(until), timezone: 'UTC' };
  };
  await insert('cmp_still');
  await insert('cmp_open', ACCOUNT, hours(-2, 2));
  await insert('cmp_closed', ACCOUNT, hours(2, 4));
  await insert('cmp_just_opened', ACCOUNT, hours(-0.05, 2));
  await insert('cmp_paused');
  await insert('cmp_reason');
  const moves = await insert('cmp_moves', OTHER);
  const tenMinutes = () => store.pool.query(`update campaign_marks set marked_at = now() - interval '11 minutes'`);
  const told = async () => {
    await review();
    await later();
    return (await review()).map((line) => line.replace(/ since \d\d:\d\d UTC/, '')).sort();
  };
  expect(await told()).toEqual([]);
  await store.pool.query(`update campaigns set state = 'paused' where id = 'cmp_paused'`);
  await store.pool.query(`update campaigns set reason = 'no gateway takes it' where id = 'cmp_reason'`);
  await store.pool.query('update slices set submitted = 1 where id = $1', [moves]);
  await tenMinutes();
  const because = 'it runs, and nothing of it has left';
  expect(await told()).toEqual([
    `alert opened: Campaign cmp_open does not go on (${because}).`,
    'alert opened: Campaign cmp_reason does not go on (no gateway takes it).',
    `alert opened: Campaign cmp_still does not go on (${because}).`,
  ]);
  expect(await alertsOf(OTHER)).toEqual([]);
  // Who is paused has no clock; it begins anew with the campaign.
  await store.pool.query(`update campaigns set state = 'running' where id = 'cmp_paused'`);
  expect(await told()).toEqual([]);
  // It goes on.
  await store.pool.query(`update slices set delivered = 1 where campaign_id in ('cmp_still', 'cmp_open')`);
  expect(await told()).toEqual([
    `alert closed: Campaign cmp_open does not go on (${because}).`,
    `alert closed: Campaign cmp_still does not go on (${because}).`,
  ]);
  await store.pool.query(`delete from slices where campaign_id like 'cmp_%'`);
  await store.pool.query(`delete from campaigns where id like 'cmp_%'`);
});

test('alerts of long ago go; open ones stay', async () => {
  await pause();
  await review();
  await later();
  await review();
  expect(await forgetAlerts(store.pool)).toBe(false);
  expect(await alertsOf(ACCOUNT)).toHaveLength(1);
  await store.pool.query(`update alerts set closed_at = now() - interval '89 days'`);
  await forgetAlerts(store.pool);
  expect(await listAlerts(store.pool, { accountId: ACCOUNT, onlyOpen: false, limit: 10 })).toHaveLength(1);
  await store.pool.query(`update alerts set closed_at = now() - interval '91 days'`);
  await forgetAlerts(store.pool);
  expect((await store.pool.query('select from alerts')).rowCount).toBe(0);
});

test('numbers in what others say are masked, and the rest stays', () => {
  const subject = { kind: 'gateway', id: 'gw_1', name: 'Infobip 2' } as const;
  const { sentence } = toDraft({ accountId: 'a', kind: 'gateway-down', subject, detail: 'HTTP 403 for 919800012345' });
  expect(sentence).toBe('Gateway Infobip 2 takes nothing (HTTP 403 for 9198******45).');
});
