/** The duty `erasures`: one that can't be carried out keeps none of the others waiting, and workflows hear of what was cancelled. */
import { testTurn } from '../../../test/support/maintenance';
import { acceptOne, makeStoreTenant, PERSON, type StoreTenant } from '../../../test/support/persons';
import { messageOf, PSEUDONYMS, SEALER, startStore, type TestStore } from '../../../test/support/rows';
import { requestErasure } from '../../store/accounts/erasures';
import { carryOutErasures } from './erasures';

const keys = { sealer: SEALER, pseudonyms: PSEUDONYMS };
let store: TestStore;
let own: StoreTenant;
let other: StoreTenant;
let woken: string[];
beforeEach(async () => {
  store = await startStore();
  [own, other] = [await makeStoreTenant(store, 'own'), await makeStoreTenant(store, 'other')];
  woken = [];
});
afterEach(() => store.stop());

const ask = async ({ accountId }: StoreTenant): Promise<string> => {
  const subject = { kind: 'number', value: PERSON } as const;
  const { row } = await store.db.transaction().execute((tx) => requestErasure(tx, keys, subject, [accountId]));
  return row.id;
};
const due = () => store.pool.query('update erasures set look_at = now()');

function turn() {
  const { turn: taken, failed } = testTurn('erasures');
  const workflows = {
    wake: (news: readonly { sliceId: string }[]) => void woken.push(...news.map(({ sliceId }) => sliceId)),
    wakeRelays: (ids: readonly string[]) => void woken.push(...ids),
  };
  return carryOutErasures({ database: store, keys, workflows }, taken).then((more) => ({ more, failed }));
}

it('begins when no request is under way that knows nothing of it', async () => {
  const { id } = await acceptOne(store.pool, own);
  await ask(own);
  expect(await turn()).toEqual({ more: false, failed: [] });
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'accepted' });
});

it('one that can’t be opened is named in the log and tried again later; the other account’s is done', async () => {
  const [bad, good] = [await ask(own), await ask(other)];
  const [mine, theirs] = [await acceptOne(store.pool, own), await acceptOne(store.pool, other, { webhookId: null })];
  await store.pool.query(`update messages set accepted_at = accepted_at - interval '1 minute'`);
  await store.pool.query(`update erasures set subject = 'v1.ffffffff.a.b.c' where id = $1`, [bad]);
  await due();
  // It does not come again at once.
  expect(await turn()).toEqual({ more: false, failed: [`erasure ${bad}`] });
  expect(await turn()).toEqual({ more: false, failed: [] });
  const { rows } = await store.pool.query(`select id from erasures where state = 'done'`);
  expect(rows).toEqual([{ id: good }]);
  expect(await messageOf(store.pool, mine.id)).toMatchObject({ state: 'accepted' });
  expect(await messageOf(store.pool, theirs.id)).toMatchObject({ state: 'cancelled' });
});

it('the workflow of what was cancelled, and the relay that tells it, are woken', async () => {
  const { sliceId } = await acceptOne(store.pool, own);
  await ask(own);
  await due();
  await turn();
  expect(woken).toEqual([sliceId, own.webhookId]);
});
