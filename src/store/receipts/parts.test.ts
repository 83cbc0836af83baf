import fc from 'fast-check';
import {
  CLAIM,
  FAILED,
  callbacksOf,
  countersOf,
  messageOf,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  withAttempt,
  withResult,
  type TestStore,
} from '../../../test/support/rows';
import type { ClaimedMessage } from '../dispatch/claim';
import type { GatewayRow } from '../gateways/gateways';
import { replayParked } from './parked';
import { applyReceipts, type ReceiptDraft } from './receipts';
import { writeResults } from '../dispatch/results';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

/** A submitted text of so many segments. */
const submitted = (segments: number, providerId: string | null = null) =>
  withResult(store.pool, gateway.id, { providerId }, { segments });
const part = (message: ClaimedMessage, no: number, of: number | null, over: Partial<ReceiptDraft> = {}): ReceiptDraft =>
  receiptOf(gateway.id, message, { part: { no, of }, ...over });
const apply = (...receipts: ReceiptDraft[]) => applyReceipts(store.pool, receipts);
const stateOf = async ({ id }: ClaimedMessage) => (await messageOf(store.pool, id)).state;

it('a text is delivered with its last part', async () => {
  const { message } = await submitted(3);
  await apply(part(message, 2, 3), part(message, 3, 3));
  expect(await stateOf(message)).toBe('submitted');
  await apply(part(message, 2, 3));
  expect(await stateOf(message)).toBe('submitted');
  await apply(part(message, 1, 3));
  expect(await stateOf(message)).toBe('delivered');
  expect(await callbacksOf(store.pool, message.id)).toEqual(['delivered pending']);
  // The inbox has what was said, not what it meant.
  const { rows } = await store.pool.query(
    'select status, part_no, part_of from receipts where message_id = $1 order by part_no',
    [message.id],
  );
  expect(rows).toEqual([1, 2, 3].map((no) => ({ status: 'delivered', part_no: no, part_of: 3 })));
});

it('where a report does not tell of how many, it takes as many as the text has segments', async () => {
  const { message } = await submitted(2);
  await apply(part(message, 1, null));
  expect(await stateOf(message)).toBe('submitted');
  await apply(part(message, 2, null));
  expect(await stateOf(message)).toBe('delivered');
});

it('one failed part fails the text', async () => {
  const { message } = await submitted(2);
  await apply(part(message, 1, 2));
  await apply(part(message, 2, 2, FAILED));
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'failed', code: '910' });
});

it('parts that are committed side by side are not missed', async () => {
  for (let round = 0; round < 10; round++) {
    const { message } = await submitted(4);
    await Promise.all([1, 2, 3, 4].map((no) => apply(part(message, no, 4))));
    expect(await stateOf(message)).toBe('delivered');
  }
});

it('parts that came before the id they go by count when it is known', async () => {
  const providerId = 'early-1';
  const { message } = await withAttempt(store.pool, gateway.id, { segments: 2 });
  await apply(part(message!, 1, 2, { attempt: null, providerId }));
  await writeResults(store.pool, CLAIM, [resultOf(message!, { providerId })]);
  await replayParked(store.pool, gateway.id, [providerId]);
  expect(await stateOf(message!)).toBe('submitted');
  await apply(part(message!, 2, 2, { attempt: null, providerId }));
  expect(await stateOf(message!)).toBe('delivered');
});

it('whatever the order, the grouping and the repetitions: the same end', async () => {
  const kinds = fc.array(fc.constantFrom('delivered', 'failed', 'pending'), { minLength: 1, maxLength: 4 });
  const story = kinds.chain((parts) => {
    const reports = parts.map((kind, i) => ({ kind, no: i + 1 }));
    return fc.record({
      of: fc.constantFrom(parts.length, null),
      total: fc.constant(parts.length),
      groups: fc.shuffledSubarray([...reports, ...reports], { minLength: reports.length * 2 }).chain((order) =>
        fc.array(fc.boolean(), { minLength: order.length, maxLength: order.length }).map((cuts) => {
          const groups: (typeof order)[] = [[]];
          order.forEach((report, i) => {
            groups.at(-1)!.push(report);
            if (cuts[i]) groups.push([]);
          });
          return groups.filter((group) => group.length > 0);
        }),
      ),
    });
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ of, total, groups }) => {
      const { sliceId, message } = await submitted(total);
      for (const group of groups) {
        await apply(
          ...group.map(({ kind, no }) => {
            const over = kind === 'failed' ? FAILED : { status: kind as 'delivered' | 'pending' };
            return part(message, no, of, over);
          }),
        );
      }
      const all = groups.flat().map(({ kind }) => kind);
      const expected = all.includes('failed') ? 'failed' : all.includes('pending') ? 'submitted' : 'delivered';
      expect(await stateOf(message)).toBe(expected);
      const { kept, counted } = await countersOf(store.pool, sliceId);
      expect(kept).toEqual(counted);
    }),
    { numRuns: 60 },
  );
});
