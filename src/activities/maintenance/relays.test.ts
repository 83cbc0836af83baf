/** What waits for a webhook that was disabled ends after 7 days, and is counted; what waits for another one waits on. */
import { bundleAnew } from '../../../test/support/outbox';
import { testTurn } from '../../../test/support/maintenance';
import { makeStoreTenant, acceptOne, type StoreTenant } from '../../../test/support/persons';
import { callbacksOf, claimDue, receiptOf, startStore, submit, type TestStore } from '../../../test/support/rows';
import { blankSlices, listRipeSlices } from '../../store/accounts/retention';
import { applyReceipts } from '../../store/receipts/receipts';
import { readCallbackCounts } from '../../store/webhooks/callback-counts';
import { endDisabled } from './relays';

let store: TestStore;
let own: StoreTenant;
let other: StoreTenant;
beforeEach(async () => {
  store = await startStore();
  [own, other] = [await makeStoreTenant(store, 'own'), await makeStoreTenant(store, 'other')];
});
afterEach(() => store.stop());

const disable = () => store.pool.query(`update webhooks set state = 'disabled' where id = $1`, [own.webhookId]);
const end = () => endDisabled({ database: store, workflows: { wakeRelays: () => undefined } }, testTurn('relays').turn);

/** A message of each account whose outcome has waited for so many days. */
async function waiting(days: number): Promise<string[]> {
  const ids: string[] = [];
  for (const tenant of [own, other]) {
    const { sliceId, id } = await acceptOne(store.pool, tenant);
    const [message] = await submit(store.pool, sliceId, tenant.gatewayId);
    await applyReceipts(store.pool, [receiptOf(tenant.gatewayId, message!)]);
    ids.push(id);
  }
  await store.pool.query(`update callbacks set next_try_at = now() - make_interval(days => $1)`, [days]);
  await bundleAnew(store.pool);
  return ids;
}

it('is given up, and told so; then retention blanks the messages', async () => {
  const [id, beside] = (await waiting(8)) as [string, string];
  await disable();
  await store.pool.query(`update messages set settled_at = now() - interval '181 days'`);
  await store.pool.query(`update slices set created_at = now() - interval '181 days'`);
  expect(await listRipeSlices(store.pool, 10)).toEqual([]);
  expect(await end()).toBe(false);
  expect(await callbacksOf(store.pool, id)).toEqual(['delivered dead']);
  expect(await callbacksOf(store.pool, beside)).toEqual(['delivered pending']);
  expect(await readCallbackCounts(store.pool, own.accountId)).toEqual([
    { event: 'delivered', state: 'dead', count: 1 },
  ]);
  const { rows } = await store.pool.query('select last_error from callbacks where message_id = $1', [id]);
  expect(rows).toEqual([{ last_error: 'given up after 7 days in which the webhook was disabled' }]);
  const ripe = await listRipeSlices(store.pool, 10);
  expect(ripe).toHaveLength(1);
  expect(await blankSlices(store.pool, ripe)).toEqual({ slices: 1, messages: 1 });
});

it.each([
  ['a webhook that is active', 8, () => Promise.resolve()],
  ['what came later', 6, disable],
])('not of %s', async (_, days, prepare) => {
  const [id] = (await waiting(days)) as [string];
  await prepare();
  await end();
  expect(await callbacksOf(store.pool, id)).toEqual(['delivered pending']);
});

it('what was on the wire of a relay that is gone waits again, and ends as the others do', async () => {
  const [id] = (await waiting(1)) as [string];
  await claimDue(store.pool, own.webhookId, 10);
  await disable();
  await end();
  expect(await callbacksOf(store.pool, id)).toEqual(['delivered sending']);
  await store.pool.query(`update relays set created_at = now() - interval '2 hours'`);
  await end();
  expect(await callbacksOf(store.pool, id)).toEqual(['delivered pending']);
});
