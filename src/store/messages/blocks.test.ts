/** Blocks: what is on its way stands in one row, whatever becomes of it, of the answers, and of the run that sent it. */
import { randomUUID } from 'node:crypto';
import {
  NEXT_LEG,
  REFUSED,
  UNSENT,
  expectToAddUp,
  listInBlocks,
  statesOf,
  storeBlock,
} from '../../../test/support/block-rows';
import {
  ACCOUNT,
  FAILED,
  KEPT_RECEIPTS,
  OPT_OUTS,
  SENDER_REFUSED,
  claimBlock,
  messageOf,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import { callOrphansUnknown, claimMessages, takeOverOrphans, type ClaimedMessage } from '../dispatch/claim';
import { writeResults } from '../dispatch/results';
import type { GatewayRow } from '../gateways/gateways';
import { applyReceipts } from '../receipts/receipts';
import { openAttemptsOfSlice, releaseBlock } from './blocks';
import { sealSlice } from './slices';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

interface AttemptFacts {
  message_id: string;
  no: number;
  state: string;
  gateway_id: string;
  leg: number;
  sender: string;
  claim: string;
  provider_id: string | null;
}

const attemptsOf = async (ids: readonly string[]): Promise<AttemptFacts[]> =>
  (
    await store.pool.query<AttemptFacts>('select * from attempts where message_id = any($1) order by message_id, no', [
      ids,
    ])
  ).rows;

const throttled = {
  attempt: 'refused',
  message: 'queued',
  counts: false,
  class: 'transient',
  code: '429',
  reason: 'later',
} as const;
const lost = { attempt: 'unknown', message: 'submitting', class: 'unknown', clevertap: '900', reason: 'lost' } as const;

it('is committed before the claim returns, and nothing of messages or attempts is written', async () => {
  const { sliceId, ids, messages } = await storeBlock(store, gateway, 3);
  expect(messages.map(({ id, no, sender }) => [id, no, sender])).toEqual(ids.map((id) => [id, 1, 'BRANDA']));
  const other = store.connect(1);
  const { rows } = await other.pool.query('select * from blocks where slice_id = $1', [sliceId]);
  expect(rows).toMatchObject([{ gateway_id: gateway.id, account_id: ACCOUNT, leg: 0, ids }]);
  expect(await messageOf(other.pool, ids[0]!)).toMatchObject({ state: 'accepted', attempts: 0 });
  expect(await attemptsOf(ids)).toEqual([]);
});

it('what the provider took is written once: attempts as they were claimed, and the block is gone', async () => {
  const { sliceId, ids } = await storeSlice(store.pool, 2, { sender: 'OWN' });
  const claim = randomUUID();
  const [first, second] = await claimBlock(store.pool, sliceId, gateway.id, { claim });
  await writeResults(store.pool, claim, [resultOf(first!, { providerId: 'p-1' }), resultOf(second!)]);
  const attempt = { no: 1, state: 'submitted', gateway_id: gateway.id, leg: 0, sender: 'OWN', claim };
  expect(await attemptsOf(ids)).toMatchObject([
    { ...attempt, provider_id: 'p-1' },
    { ...attempt, provider_id: null },
  ]);
  expect(await messageOf(store.pool, ids[0]!)).toMatchObject({ state: 'submitted', attempts: 1 });
  expect(await listInBlocks(store, sliceId)).toEqual([]);
  await expectToAddUp(store, sliceId);
});

it.each([
  ['the message’s own before the leg’s', 'OWN', false, 'OWN'],
  ['the leg’s where there is none', null, false, 'BRANDA'],
  ['the leg’s where it imposes one', 'OWN', true, 'BRANDA'],
])('the attempt has the sender ID: %s', async (_, own, overrideSender, expected) => {
  const { sliceId, ids } = await storeSlice(store.pool, 2, { sender: own });
  const claim = randomUUID();
  const messages = await claimBlock(store.pool, sliceId, gateway.id, { claim, overrideSender });
  expect(messages.map(({ sender }) => sender)).toEqual([expected, expected]);
  await writeResults(store.pool, claim, [resultOf(messages[0]!), resultOf(messages[1]!, REFUSED)]);
  expect((await attemptsOf(ids)).map(({ sender }) => sender)).toEqual([expected, expected]);
});

it('each result of a block has its own end, and what never left is as it was', async () => {
  const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 5);
  const [taken, failed, unknown, next, unsent] = messages as [
    ClaimedMessage, ClaimedMessage, ClaimedMessage, ClaimedMessage, ClaimedMessage,
  ]; // prettier-ignore
  await writeResults(store.pool, claim, [
    resultOf(taken),
    resultOf(failed, REFUSED),
    resultOf(unknown, lost),
    resultOf(next, { attempt: 'refused', message: 'queued', class: 'sender', leg: 1, reason: 'refused' }),
    resultOf(unsent, UNSENT),
  ]);
  expect(await statesOf(store, ids)).toEqual(['submitted', 'failed', 'submitting', 'queued', 'accepted']);
  expect((await attemptsOf(ids)).map(({ state }) => state)).toEqual(['submitted', 'refused', 'unknown', 'refused']);
  expect(await messageOf(store.pool, unsent.id)).toMatchObject({ attempts: 0 });
  expect(await listInBlocks(store, sliceId)).toEqual([]);
  await expectToAddUp(store, sliceId);
  // It is claimed again, as the attempt that it has not had.
  expect(await claimBlock(store.pool, sliceId, gateway.id, { claim: randomUUID() })).toMatchObject([
    { id: unsent.id, no: 1 },
  ]);
});

it('results that come in parts, as when one of them can’t be written, leave the others under way', async () => {
  const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 4);
  const results = messages.map((message) => resultOf(message));
  await writeResults(store.pool, claim, results.slice(0, 1));
  expect(await listInBlocks(store, sliceId)).toEqual(ids.slice(1));
  await writeResults(store.pool, claim, [resultOf(messages[1]!, REFUSED)]);
  await writeResults(store.pool, claim, [resultOf(messages[2]!, UNSENT)]);
  expect(await listInBlocks(store, sliceId)).toEqual(ids.slice(3));
  await writeResults(store.pool, claim, results.slice(3));
  expect(await listInBlocks(store, sliceId)).toEqual([]);
  // Written again, because the answer of Postgres was lost, they change nothing.
  await writeResults(store.pool, claim, [results[0]!, results[3]!]);
  expect(await statesOf(store, ids)).toEqual(['submitted', 'failed', 'accepted', 'submitted']);
  await expectToAddUp(store, sliceId);
});

it('a claim whose answer was lost is given back whole', async () => {
  const { sliceId, claim } = await storeBlock(store, gateway, 3);
  await releaseBlock(store.pool, claim);
  expect(await listInBlocks(store, sliceId)).toEqual([]);
  expect(await claimBlock(store.pool, sliceId, gateway.id, { claim: randomUUID() })).toHaveLength(3);
});

describe('a receipt that is there before the answer', () => {
  it.each([
    ['delivered', {}, 'delivered', 'delivered'],
    ['failed', FAILED, 'failed', 'failed'],
    ['refused for its sender ID', SENDER_REFUSED, 'refused', 'failed'],
  ])('%s: applied at once, and the answer takes nothing back', async (_, over, message, attempt) => {
    const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 3);
    const settlement = await applyReceipts(store.pool, [receiptOf(gateway.id, messages[1]!, over)]);
    expect(settlement.slices).toMatchObject([{ sliceId }]);
    expect(await statesOf(store, ids)).toEqual(['accepted', message, 'accepted']);
    expect(await listInBlocks(store, sliceId)).toEqual([ids[0], ids[2]]);
    await writeResults(
      store.pool,
      claim,
      messages.map((one) => resultOf(one)),
    );
    expect(await statesOf(store, ids)).toEqual(['submitted', message, 'submitted']);
    expect((await attemptsOf(ids)).map(({ state }) => state)).toEqual(['submitted', attempt, 'submitted']);
    await expectToAddUp(store, sliceId);
  });

  it('all of them', async () => {
    const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 3);
    await applyReceipts(
      store.pool,
      messages.map((one) => receiptOf(gateway.id, one)),
    );
    expect(await listInBlocks(store, sliceId)).toEqual([]);
    await writeResults(
      store.pool,
      claim,
      messages.map((one) => resultOf(one)),
    );
    expect(await statesOf(store, ids)).toEqual(['delivered', 'delivered', 'delivered']);
    await expectToAddUp(store, sliceId);
  });

  it('about each part of a text', async () => {
    const { ids, messages } = await storeBlock(store, gateway, 1);
    for (const no of [1, 2])
      await applyReceipts(store.pool, [
        { ...receiptOf(gateway.id, messages[0]!), part: { no, of: 2 }, dedupe: randomUUID() },
      ]);
    expect(await statesOf(store, ids)).toEqual(['delivered']);
  });

  it('about an attempt that was never made is put aside, and opens nothing', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 1);
    const { rows } = await store.pool.query<{ n: number }>(`select count(*)::int as n from ${KEPT_RECEIPTS}`);
    const draft = receiptOf(gateway.id, { id: ids[0]!, no: 1 });
    await applyReceipts(store.pool, [draft]);
    expect(await attemptsOf(ids)).toEqual([]);
    expect(await statesOf(store, ids)).toEqual(['accepted']);
    const after = await store.pool.query<{ disposition: string }>(
      `select disposition from ${KEPT_RECEIPTS} where dedupe = $1`,
      [draft.dedupe],
    );
    expect(after.rows).toEqual([{ disposition: 'parked' }]);
    expect(rows[0]!.n).toBeGreaterThan(0);
    expect(await listInBlocks(store, sliceId)).toEqual([]);
  });

  it.each([
    ['the provider took the message', {}, 'submitted'],
    ['it refused it', REFUSED, 'refused'],
  ])(
    'about an earlier attempt, which was delivered after all: the one on its way is kept too, when %s',
    async (_, over, state) => {
      const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 1);
      await writeResults(store.pool, claim, [resultOf(messages[0]!, NEXT_LEG)]);
      const again = randomUUID();
      const [second] = await claimBlock(store.pool, sliceId, gateway.id, { claim: again });
      expect(second!.no).toBe(2);
      await applyReceipts(store.pool, [receiptOf(gateway.id, messages[0]!)]);
      await writeResults(store.pool, again, [resultOf(second!, over)]);
      expect(await statesOf(store, ids)).toEqual(['delivered']);
      expect((await attemptsOf(ids)).map((attempt) => [attempt.no, attempt.state])).toEqual([[1, 'delivered'], [2, state]]); // prettier-ignore
      expect(await listInBlocks(store, sliceId)).toEqual([]);
      await expectToAddUp(store, sliceId);
    },
  );

  describe.each([
    ['the provider took the message', {}],
    ['its answer was lost', { ...lost, attempt: 'submitting' }],
    ['it wants it later', throttled],
  ] as const)('under the number of a try that was none, and then %s', (_, over) => {
    it.each([
      ['delivered', {}, 'delivered', 'delivered'],
      ['failed', FAILED, 'failed', 'failed'],
      ['refused for its sender ID', SENDER_REFUSED, 'refused', 'failed'],
    ] as const)('%s: applied, and the answer takes nothing back', async (__, report, message, attempt) => {
      const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 1);
      await writeResults(store.pool, claim, [resultOf(messages[0]!, throttled)]);
      const again = randomUUID();
      const [second] = await claimBlock(store.pool, sliceId, gateway.id, { claim: again });
      expect(second!.no).toBe(1);
      await applyReceipts(store.pool, [receiptOf(gateway.id, second!, report)]);
      await writeResults(store.pool, again, [resultOf(second!, over)]);
      expect(await statesOf(store, ids)).toEqual([message]);
      expect(await attemptsOf(ids)).toMatchObject([{ no: 1, state: attempt, claim: again }]);
      expect(await listInBlocks(store, sliceId)).toEqual([]);
      await expectToAddUp(store, sliceId);
    });
  });

  it('and before the claim of its number can be seen: the answer takes nothing back', async () => {
    const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 1);
    await writeResults(store.pool, claim, [resultOf(messages[0]!, throttled)]);
    await applyReceipts(store.pool, [receiptOf(gateway.id, messages[0]!)]);
    // As a claim leaves it that read the message before the report was applied to it.
    const again = randomUUID();
    await store.pool.query(
      `insert into blocks (claim, slice_id, account_id, gateway_id, leg, sender, imposed, ids)
       values ($1, $2, $3, $4, 0, 'BRANDA', false, $5)`,
      [again, sliceId, ACCOUNT, gateway.id, ids],
    );
    await writeResults(store.pool, again, [resultOf(messages[0]!)]);
    expect(await statesOf(store, ids)).toEqual(['delivered']);
    expect(await attemptsOf(ids)).toMatchObject([{ no: 1, state: 'delivered' }]);
    expect(await listInBlocks(store, sliceId)).toEqual([]);
  });

  it('from another gateway than the one it left over is not believed', async () => {
    const other = await storeGateway(store);
    const { ids, messages } = await storeBlock(store, gateway, 1);
    await applyReceipts(store.pool, [receiptOf(other.id, messages[0]!)]);
    expect(await statesOf(store, ids)).toEqual(['submitting']);
  });
});

describe('a run that is gone, or was taken for it', () => {
  const leg = { leg: 0, limit: 100, overrideSender: false, sender: 'BRANDA', after: null, optOuts: OPT_OUTS };
  const claimAs = (owner: string, sliceId: string, over: object = {}) =>
    claimMessages(store.pool, { owner, sliceId, gatewayId: gateway.id, claim: randomUUID(), ...leg, ...over });

  it('claims nothing more once another one has the slice, and what it claimed is not claimed again', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 4);
    const [old, next] = [randomUUID(), randomUUID()] as const;
    await sealSlice(store.pool, sliceId, old);
    await claimAs(old, sliceId, { limit: 2 });
    await sealSlice(store.pool, sliceId, next);
    expect(await claimAs(old, sliceId)).toEqual([]);
    expect((await claimAs(next, sliceId)).map(({ id }) => id)).toEqual(ids.slice(2));
    expect(await listInBlocks(store, sliceId)).toEqual(ids);
  });

  it('what it had on its way gets attempts, for those who ask again, or call it unknown', async () => {
    const { sliceId, ids, claim } = await storeBlock(store, gateway, 3);
    await openAttemptsOfSlice(store.pool, sliceId);
    expect(await statesOf(store, ids)).toEqual(['submitting', 'submitting', 'submitting']);
    expect(await attemptsOf(ids)).toMatchObject(
      ids.map((id) => ({ message_id: id, no: 1, state: 'submitting', claim })),
    );
    expect(await takeOverOrphans(store.pool, sliceId, randomUUID(), ['infobip'], OPT_OUTS)).toHaveLength(3);
    expect(await callOrphansUnknown(store.pool, sliceId, [], OPT_OUTS)).toBe(3);
    expect(await listInBlocks(store, sliceId)).toEqual([]);
  });

  it('an answer that it writes late counts, whether its attempts were opened meanwhile or not', async () => {
    for (const isOpened of [false, true]) {
      const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 2);
      await sealSlice(store.pool, sliceId, randomUUID());
      if (isOpened) {
        await openAttemptsOfSlice(store.pool, sliceId);
        await callOrphansUnknown(store.pool, sliceId, [], OPT_OUTS);
      }
      await writeResults(store.pool, claim, [resultOf(messages[0]!), resultOf(messages[1]!, REFUSED)]);
      expect(await statesOf(store, ids)).toEqual(['submitted', 'failed']);
      await expectToAddUp(store, sliceId);
    }
  });

  it('however many take the slice from each other, each message is in one block', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 200);
    const claimed: string[] = [];
    const run = async (): Promise<void> => {
      while (claimed.length < ids.length) {
        const owner = randomUUID();
        await sealSlice(store.pool, sliceId, owner);
        for (let block; block === undefined || block.length > 0;) {
          block = await claimAs(owner, sliceId, { limit: 10 });
          claimed.push(...block.map(({ id }) => id));
        }
      }
    };
    await Promise.all(Array.from({ length: 4 }, run));
    expect([...claimed].sort()).toEqual(ids);
    expect(await listInBlocks(store, sliceId)).toEqual(ids);
  });

  it('answers, receipts and the next run that meet on one block lose nothing and count nothing twice', async () => {
    for (let round = 0; round < 10; round++) {
      const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 40);
      const results = messages.map((one, i) => resultOf(one, i % 4 === 0 ? REFUSED : {}));
      await Promise.all([
        writeResults(store.pool, claim, results.slice(0, 20)),
        writeResults(store.pool, claim, results.slice(20)),
        applyReceipts(
          store.pool,
          messages.filter((_, i) => i % 4 === 1).map((one) => receiptOf(gateway.id, one)),
        ),
        openAttemptsOfSlice(store.pool, sliceId),
      ]);
      const expected = ids.map((_, i) => ['failed', 'delivered', 'submitted', 'submitted'][i % 4]);
      expect(await statesOf(store, ids)).toEqual(expected);
      expect(await listInBlocks(store, sliceId)).toEqual([]);
      expect(await attemptsOf(ids)).toHaveLength(40);
      await expectToAddUp(store, sliceId);
    }
  });
});
