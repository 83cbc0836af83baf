/** Whoever decides over one message that waits, and a run that is about to claim it: one of them has it, never both. */
import { randomUUID } from 'node:crypto';
import {
  OPT_OUTS,
  callbacksOf,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import { expectToAddUp, statesOf } from '../../../test/support/block-rows';
import { until } from '../../../test/support/until';
import { claimMessages, type ClaimedMessage } from '../dispatch/claim';
import type { Database } from '../database';
import type { GatewayRow } from '../gateways/gateways';
import type { Settlement } from './settlement';
import { sealSlice, writeLegs } from './slices';
import { endWaiting, moveWaiting, readRoute } from './take-over';

let store: TestStore;
let gateway: GatewayRow;
/** One connection each: what is begun on it stays open until it is committed. */
let first: Database;
let second: Database;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
  first = store.connect(1);
  second = store.connect(1);
});
afterAll(() => store.stop());

const ASKED = { state: 'cancelled', code: '917', reason: 'asked' } as const;

async function sealed(count: number) {
  const { sliceId, ids } = await storeSlice(store.pool, count);
  const owner = randomUUID();
  await sealSlice(store.pool, sliceId, owner);
  const claim = ({ pool }: Database): Promise<ClaimedMessage[]> =>
    claimMessages(pool, {
      sliceId, owner, leg: 0, limit: 100, gatewayId: gateway.id, overrideSender: false, sender: 'BRANDA',
      claim: randomUUID(), after: null, optOuts: OPT_OUTS,
    }); // prettier-ignore
  const cancel = ({ db }: Database, id: string): Promise<Settlement> =>
    endWaiting(db, [{ id, slice_id: sliceId }], ASKED);
  return { sliceId, ids, claim, cancel };
}

/** Waits until a statement of this kind waits for a lock. */
const untilItWaits = (like: string): Promise<unknown> =>
  until('it waits for the other one', async () => {
    const { rows } = await store.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
      [like],
    );
    return rows.length === 1;
  });

it('a claim that comes while a message is being cancelled takes nothing of its slice', async () => {
  const { sliceId, ids, claim, cancel } = await sealed(2);
  await first.pool.query('begin');
  expect((await cancel(first, ids[0]!)).slices).toMatchObject([{ sliceId, open: 1 }]);
  const claiming = claim(second);
  await untilItWaits('%owned as (%');
  await first.pool.query('commit');
  expect(await claiming).toEqual([]);
  expect(await statesOf(store, ids)).toEqual(['cancelled', 'accepted']);
  await expectToAddUp(store, sliceId);
  expect(await callbacksOf(store.pool, ids[0]!)).toEqual(['failed 917 pending']);
});

it('a cancellation that comes while its message is being claimed finds it on its way', async () => {
  const { ids, claim, cancel } = await sealed(2);
  await first.pool.query('begin');
  expect(await claim(first)).toHaveLength(2);
  const cancelling = cancel(second, ids[0]!);
  await untilItWaits('%owner = null%');
  await first.pool.query('commit');
  expect((await cancelling).slices).toEqual([]);
  expect(await statesOf(store, ids)).toEqual(['accepted', 'accepted']);
  expect(await callbacksOf(store.pool, ids[0]!)).toEqual([]);
});

it('twice at once ends it once', async () => {
  const { ids, sliceId, cancel } = await sealed(1);
  const done = await Promise.all([first, second, store].map((database) => cancel(database, ids[0]!)));
  expect(done.filter(({ slices }) => slices.length > 0)).toHaveLength(1);
  expect(await callbacksOf(store.pool, ids[0]!)).toHaveLength(1);
  await expectToAddUp(store, sliceId);
});

it('a move gives one message another leg, from which it is claimed; others stay', async () => {
  const { sliceId, ids } = await sealed(2);
  expect(await readRoute(store.db, { id: ids[0]!, slice_id: sliceId })).toBeNull();
  const legs = [
    { gatewayId: 'gw_first', sender: 'requested' as const },
    { gatewayId: gateway.id, sender: 'requested' as const },
  ];
  await writeLegs(store.pool, sliceId, legs);
  expect(await readRoute(store.db, { id: ids[0]!, slice_id: sliceId })).toEqual({ legs, refused: [] });
  await store.pool.query(
    `update messages set state = 'queued', gateway_id = 'gw_first', reason = 'held', not_before = now() + interval '1 hour'
     where slice_id = $1`,
    [sliceId],
  );
  const { slices } = await moveWaiting(
    store.db,
    { id: ids[0]!, slice_id: sliceId },
    { index: 1, gatewayId: gateway.id },
  );
  expect(slices).toMatchObject([{ sliceId, open: 2 }]);
  const owner = randomUUID();
  await sealSlice(store.pool, sliceId, owner);
  const request = {
    sliceId, owner, limit: 10, gatewayId: gateway.id, overrideSender: false, sender: null, after: null, optOuts: OPT_OUTS,
  }; // prettier-ignore
  const over = (leg: number) => claimMessages(store.pool, { ...request, leg, claim: randomUUID() });
  expect((await over(1)).map(({ id }) => id)).toEqual([ids[0]]);
  expect(await over(0)).toEqual([]);
});
