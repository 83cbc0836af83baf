/** Those of a campaign that failed, read where they are. */
import { randomUUID } from 'node:crypto';
import { ACCOUNT, startStore, storeSlice, type TestStore } from '../../../test/support/rows';
import { countAudience, readAudience } from './audience';
import { readFailed } from './failed';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** A campaign of slices, each with messages in these states. */
async function campaignOf(id: string, slices: string[][]): Promise<void> {
  await store.pool.query(
    `insert into campaigns (id, account_id, name, state, body, service, audience, timezone, send_id)
     values ($1, $2, 'Old', 'finished', 'Hello', 'T', '{"kind":"recipients"}', 'Asia/Kolkata', $3)`,
    [id, ACCOUNT, randomUUID()],
  );
  for (const [no, states] of slices.entries()) {
    const { sliceId, ids } = await storeSlice(store.pool, states.length);
    const sorted = [...ids].sort();
    for (const [i, state] of states.entries()) {
      await store.pool.query(
        `update messages set state = $2::message_state, code = case $2 when 'failed' then '910' when 'expired' then '916' end,
           meta = $3, body = $3 || ' text' where id = $1`,
        [sorted[i], state, `${id} ${no}.${i}`],
      );
    }
    const count = (state: string) => states.filter((one) => one === state).length;
    await store.pool.query('update slices set campaign_id = $2, no = $3, failed = $4, expired = $5 where id = $1', [
      sliceId, id, no, count('failed'), count('expired'),
    ]); // prettier-ignore
  }
}
const metas = async (over: object, limit = 100, after = 0): Promise<(string | null)[]> => {
  const audience = { kind: 'campaign', id: 'cmp_old', asSent: false, ...over } as const;
  return (await readFailed(store.pool, audience, after, limit)).map(({ meta }) => meta);
};

it('reads who failed or expired, in one order, page by page, however far apart they are', async () => {
  const quiet = Array.from({ length: 20 }, () => ['delivered']);
  await campaignOf('cmp_old', [['failed', 'delivered', 'suppressed', 'failed'], ...quiet, ['unknown', 'expired', 'cancelled']]);
  await campaignOf('cmp_other', [['failed']]);
  expect(await metas({})).toEqual(['cmp_old 0.0', 'cmp_old 0.3', 'cmp_old 21.1']);
  const walked: (string | null)[] = [];
  const audience = { kind: 'campaign', id: 'cmp_old', asSent: false } as const;
  for (let after = 0, more = true; more;) {
    const page = await readAudience(store.pool, { id: 'cmp_new', audience }, after, 1);
    walked.push(...page.map(({ meta }) => meta));
    more = page.length > 0;
    after = page.at(-1)?.position ?? after;
  }
  expect(walked).toEqual(['cmp_old 0.0', 'cmp_old 0.3', 'cmp_old 21.1']);
  expect(await countAudience(store.db, audience)).toBe(3);
}); // prettier-ignore

it('walks over many slices without one', async () => {
  await campaignOf('cmp_far', [...Array.from({ length: 18 }, () => ['failed']), ['expired']]);
  const audience = { kind: 'campaign', id: 'cmp_far', asSent: false, codes: ['916'] } as const;
  expect((await readFailed(store.pool, { ...audience, codes: ['916'] }, 0, 10)).map(({ meta }) => meta)).toEqual(['cmp_far 18.0']);
}); // prettier-ignore

it('by code and by class of the last attempt; with the text as it was', async () => {
  expect(await metas({ codes: ['916'] })).toEqual(['cmp_old 21.1']);
  expect(await metas({ codes: ['999'] })).toEqual([]);
  await store.pool.query(
    `insert into attempts (message_id, no, account_id, gateway_id, leg, claim, state, class)
     select m.id, 1, m.account_id, 'gw_1', 0, gen_random_uuid(), 'failed', 'recipient' from messages m where meta = 'cmp_old 0.3'`,
  );
  await store.pool.query(`update messages set attempts = 1 where meta = 'cmp_old 0.3'`);
  expect(await metas({ classes: ['recipient'] })).toEqual(['cmp_old 0.3']);
  const audience = { kind: 'campaign', id: 'cmp_old', asSent: true } as const;
  expect((await readFailed(store.pool, audience, 0, 1))[0]!.variables).toEqual({ text: 'cmp_old 0.0 text' });
});

it('leaves out who was erased, or is kept no longer', async () => {
  await store.pool.query(`update messages set msisdn = '+*' where meta = 'cmp_old 0.0'`);
  await store.pool.query(`update messages set msisdn = '+9198******01' where meta = 'cmp_old 0.3'`);
  expect(await metas({})).toEqual(['cmp_old 21.1']);
});
