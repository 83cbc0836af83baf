/** Plain receipts have a statement of their own: what it writes is what the one for all receipts writes. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Pool } from 'pg';
import {
  CLAIM,
  EXPIRED,
  FAILED,
  KEPT_RECEIPTS,
  SENDER_REFUSED,
  WEBHOOK,
  callbacksOf,
  claim,
  countersOf,
  messageOf,
  receiptOf,
  resultOf,
  sendDue,
  startStore,
  storeGateway,
  storeSlice,
  withResult,
  type TestStore,
} from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import type { ClaimedMessage } from '../dispatch/claim';
import { writeResults } from '../dispatch/results';
import type { GatewayRow } from '../gateways/gateways';
import type { Settlement } from '../messages/settlement';
import { applyPlain } from './plain';
import { applyReceipts, applyWeighed, type ReceiptDraft } from './receipts';

let store: TestStore;
let gateway: GatewayRow;
let other: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
  other = await storeGateway(store);
});
afterAll(() => store.stop());

/** What one receipt says, and of which attempt. */
interface Report {
  kind: 'delivered' | 'failed' | 'refused' | 'expired' | 'pending';
  /** Of a message whose first attempt was refused: which of the two. */
  attempt: 'first' | 'newest' | 'next';
  isForeign: boolean;
}
/** Reports that are committed together, its next attempt, or a relay that tells. */
type Step = { kind: 'receipts'; reports: Report[] } | { kind: 'relay' } | { kind: 'resend' };

const SAYS = {
  delivered: { status: 'delivered', reason: 'to handset', code: '5' },
  failed: FAILED,
  refused: SENDER_REFUSED,
  expired: { ...EXPIRED, clevertap: null },
  pending: { status: 'pending' },
} as const;

type Apply = (pool: Pool, receipts: readonly ReceiptDraft[]) => Promise<Settlement>;

/** A story of one message, and all rows that it leaves, without ids and times. */
async function tell(apply: Apply, steps: readonly Step[], taken: string | null): Promise<unknown> {
  const { sliceId } = await storeSlice(store.pool, 2);
  const [message] = await claim(store.pool, sliceId, gateway.id, { limit: 1 });
  await writeResults(store.pool, CLAIM, [resultOf(message!, { reason: taken })]);
  const news: unknown[] = [];
  let newest = message!;
  for (const step of steps) {
    if (step.kind === 'relay') await sendDue(store.pool, WEBHOOK, 1_000);
    else if (step.kind === 'resend') {
      // Refused, or its report is overdue and its first attempt still open.
      await store.pool.query(
        `with held as (select state from messages where id = $1),
         moved as (
           update messages m set state = 'queued', leg = 1 from held
           where m.id = $1 and held.state in ('refused', 'submitted') returning held.state, m.slice_id
         )
         update slices s set submitted = submitted - 1 from moved where s.id = moved.slice_id and moved.state = 'submitted'`,
        [message!.id],
      );
      const [again] = await claim(store.pool, sliceId, gateway.id, { leg: 1 });
      if (again === undefined) continue;
      newest = again;
      await writeResults(store.pool, CLAIM, [resultOf(newest, { leg: 1 })]);
    } else {
      const { slices, webhookIds } = await apply(
        store.pool,
        step.reports.map((report, i) => {
          const no = { first: 1, newest: newest.no, next: newest.no + 1 }[report.attempt];
          const occurredAt = new Date(Date.UTC(2026, 7, 1, 10, 0, i));
          const at = report.isForeign ? other : gateway;
          return receiptOf(at.id, { id: message!.id, no }, { ...SAYS[report.kind], occurredAt });
        }),
      );
      news.push({ slices: slices.map(({ open, refused, wakeSeq }) => ({ open, refused, wakeSeq })), webhookIds });
    }
  }
  return { news, ...(await rowsOf(message!, sliceId)) };
}

async function rowsOf({ id }: ClaimedMessage, sliceId: string) {
  const select = async (text: string) => (await store.pool.query<object>(text, [id])).rows;
  return {
    messages: await select(
      `select state, leg, attempts, code, reason, submitted_at is null as waits, settled_at is null as open, not_before
       from messages where id = $1`,
    ),
    attempts: await select(
      `select no, state, class, code, reason, settled_at is null as open from attempts where message_id = $1 order by no`,
    ),
    receipts: await select(
      `select attempt_no, status, disposition, class, code, reason, raw, occurred_at, part_no, part_of
       from receipts where message_id = $1 order by occurred_at, status, attempt_no, disposition, code`,
    ),
    callbacks: await select(
      `select webhook_id, slot, event, state, code, description, occurred_at from callbacks
       where message_id = $1 order by slot`,
    ),
    slice: await countersOf(store.pool, sliceId),
  };
}

const report = fc.record({
  kind: fc.constantFrom(...(Object.keys(SAYS) as Report['kind'][])),
  attempt: fc.constantFrom<Report['attempt'][]>('newest', 'newest', 'newest', 'first', 'next'),
  isForeign: fc.constantFrom(false, false, false, false, true),
});
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('receipts' as const),
      reports: fc.array(report, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'relay' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'resend' as const }) },
);

it('whatever is reported in whatever order: both roads leave the same rows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(null, 'sent without its option flash'),
      async (steps, taken) => {
        expect(await tell(applyReceipts, steps, taken)).toEqual(await tell(applyWeighed, steps, taken));
      },
    ),
    { numRuns: 80 },
  );
});

describe('what is plain', () => {
  const submitted = () => withResult(store.pool, gateway.id);
  /** What is not done by the short statement, of these. */
  const leftOf = async (...receipts: ReceiptDraft[]) => (await applyPlain(store.pool, receipts)).left;

  it.each([
    ['delivered', {}],
    ['failed', FAILED],
    ['refused', SENDER_REFUSED],
    ['expired', EXPIRED],
  ])('%s, of the newest attempt: once', async (_, says) => {
    const { message } = await submitted();
    const receipt = receiptOf(gateway.id, message, says);
    expect(await leftOf(receipt)).toEqual([]);
    expect(await leftOf(receipt)).toEqual([receipt]);
  });

  it.each([
    ['intermediate', { status: 'pending' as const }],
    ['about a part', { part: { no: 1, of: 1 } }],
    ['by the provider’s id', { attempt: null, providerId: 'its-own' }],
  ])('not one that is %s', async (_, over) => {
    const { message } = await submitted();
    const receipt = receiptOf(gateway.id, message, over);
    expect(await leftOf(receipt)).toEqual([receipt]);
  });

  it('not one of another gateway, of another attempt, nor two about one message', async () => {
    const { message } = await submitted();
    const foreign = receiptOf(other.id, message);
    const next = receiptOf(gateway.id, { id: message.id, no: 2 });
    const unheard = receiptOf(gateway.id, { id: randomUUID(), no: 1 });
    const both = [receiptOf(gateway.id, message), receiptOf(gateway.id, message, FAILED)];
    for (const receipts of [[foreign], [next], [unheard], both]) expect(await leftOf(...receipts)).toEqual(receipts);
    expect((await messageOf(store.pool, message.id)).state).toBe('submitted');
  });

  it('beside others it is applied all the same', async () => {
    const [one, two] = [await submitted(), await submitted()];
    const pending = receiptOf(gateway.id, one.message, { status: 'pending' });
    await applyReceipts(store.pool, [pending, receiptOf(gateway.id, two.message)]);
    expect((await messageOf(store.pool, one.message.id)).state).toBe('submitted');
    expect((await messageOf(store.pool, two.message.id)).state).toBe('delivered');
  });
});

it('one that came when nothing waited for it counts when it comes again, and those beside it too', async () => {
  const [first, second] = [await withResult(store.pool, gateway.id), await withResult(store.pool, gateway.id)];
  const { id } = first.message;
  const early = receiptOf(gateway.id, first.message, FAILED);
  // The try was none: its number is on the wire again.
  await store.pool.query(`update messages set state = 'queued' where id = $1`, [id]);
  await applyReceipts(store.pool, [early]);
  expect((await messageOf(store.pool, id)).state).toBe('queued');
  await store.pool.query(`update messages set state = 'submitted' where id = $1`, [id]);
  await applyReceipts(store.pool, [early, receiptOf(gateway.id, second.message)]);
  expect((await messageOf(store.pool, id)).state).toBe('failed');
  expect((await messageOf(store.pool, second.message.id)).state).toBe('delivered');
  const { rows } = await store.pool.query('select 1 from receipts where message_id = $1', [id]);
  expect(rows).toHaveLength(1);
});

it('the same report from two processes at one moment counts once', async () => {
  const { sliceId, message } = await withResult(store.pool, gateway.id);
  const [one, two] = [store.connect(1), store.connect(1)];
  const first = await one.pool.connect();
  await first.query('begin');
  await applyReceipts(first as unknown as Pool, [receiptOf(gateway.id, message)]);
  const second = applyReceipts(two.pool, [receiptOf(gateway.id, message)]);
  await until('the second statement waits for the first', async () => {
    const { rowCount } = await store.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  });
  await first.query('commit');
  first.release();
  expect((await second).webhookIds).toEqual([]);
  expect(await callbacksOf(store.pool, message.id)).toEqual(['delivered pending']);
  const { kept, counted } = await countersOf(store.pool, sliceId);
  expect(kept).toEqual(counted);
  const { rows } = await store.pool.query(`select disposition from ${KEPT_RECEIPTS} kept where message_id = $1`, [
    message.id,
  ]);
  expect(rows).toEqual([{ disposition: 'applied' }]);
});

it.each([
  ['plain', applyReceipts],
  ['weighed', applyWeighed],
])('%s: the vendor’s id is kept where its answer told none, and stays where it did', async (_, apply) => {
  const { sliceId } = await storeSlice(store.pool, 2);
  const [silent, told] = await claim(store.pool, sliceId, gateway.id);
  await writeResults(store.pool, CLAIM, [resultOf(silent!), resultOf(told!, { providerId: 'answered' })]);
  const report = (message: ClaimedMessage) => receiptOf(gateway.id, message, { providerId: 'reported' });
  await apply(store.pool, [report(silent!), report(told!)]);
  const { rows } = await store.pool.query<{ provider_id: string }>(
    'select provider_id from attempts where message_id = any($1) order by message_id',
    [[silent!.id, told!.id]],
  );
  expect(rows.map((row) => row.provider_id)).toEqual(['reported', 'answered']);
});
