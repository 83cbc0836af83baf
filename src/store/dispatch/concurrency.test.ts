/** Dispatch, receipts and the relay meet on the rows of one slice, from processes of their own. */
import { randomUUID } from 'node:crypto';
import {
  FAILED,
  SENDER_REFUSED,
  WEBHOOK,
  claim,
  countersOf,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  sendDue,
  type TestStore,
} from '../../../test/support/rows';
import type { ClaimedMessage } from './claim';
import { listRefused, resolveRefused } from './failover';
import type { GatewayRow } from '../gateways/gateways';
import { applyReceipts, type ReceiptDraft } from '../receipts/receipts';
import { writeResults } from './results';

const MESSAGES = 500;
let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

/** What becomes of a message, by its place in the slice: refused, delivered, failed, or failed and delivered after all. */
const FATES = ['refused by receipt', 'delivered', 'failed', 'failed, then delivered', 'refused at once'] as const;

function receiptsFor(message: ClaimedMessage, fate: (typeof FATES)[number]): ReceiptDraft[] {
  const delivered = receiptOf(gateway.id, message);
  const failed = receiptOf(gateway.id, message, FAILED);
  if (message.no > 1) return [delivered, delivered];
  switch (fate) {
    case 'refused by receipt':
      return [receiptOf(gateway.id, message, SENDER_REFUSED)];
    case 'delivered':
      return [delivered, delivered];
    case 'failed':
      return [failed, failed];
    case 'failed, then delivered':
      return [failed, delivered];
    case 'refused at once':
      return [];
  }
}

it('no update is lost, nothing is told both ways, and the ledger adds up', async () => {
  const { sliceId, ids } = await storeSlice(store.pool, MESSAGES);
  const fateOf = new Map(ids.map((id, i) => [id, FATES[i % FATES.length]!]));
  const [dispatch, api, otherApi, relay] = [4, 4, 4, 2].map((connections) => store.connect(connections).pool);
  const told: { meta: string; event: string }[] = [];
  const open = async (): Promise<number> => {
    const { rows } = await store.pool.query<{ n: number }>(
      'select count(*)::int as n from messages where slice_id = $1 and settled_at is null',
      [sliceId],
    );
    return rows[0]!.n;
  };

  /** Half of the receipts overtake the answer to their submission; both halves come in the reverse order of ids. */
  async function sendBlock(block: ClaimedMessage[], leg: number, run: string): Promise<void> {
    const results = block.map((message) =>
      message.no === 1 && fateOf.get(message.id) === 'refused at once'
        ? resultOf(message, { attempt: 'refused', message: 'queued', leg: 1, class: 'sender', clevertap: '906' })
        : resultOf(message, { leg }),
    );
    const receipts = block.flatMap((message) => receiptsFor(message, fateOf.get(message.id)!)).reverse();
    const early = receipts.filter((_, i) => i % 2 === 0);
    const late = receipts.filter((_, i) => i % 2 === 1);
    await Promise.all([writeResults(dispatch!, run, results), applyReceipts(api!, early)]);
    await Promise.all([applyReceipts(otherApi!, late), applyReceipts(api!, [...late].reverse())]);
  }

  async function dispatching(): Promise<void> {
    const run = randomUUID();
    while ((await open()) > 0) {
      const refused = await listRefused(dispatch!, sliceId);
      await resolveRefused(
        dispatch!,
        refused.map(({ id, no, leg }) => ({ id, no, nextLeg: leg === 0 ? 1 : null })),
      );
      const blocks: Promise<void>[] = [];
      for (const leg of [0, 1]) {
        const block = await claim(dispatch!, sliceId, gateway.id, { leg, limit: 40, claim: run });
        blocks.push(sendBlock(block, leg, run));
      }
      await Promise.all(blocks);
    }
  }

  let dispatched = false;
  async function relaying(): Promise<void> {
    for (let last = false; !last;) {
      last = dispatched;
      const claimed = await sendDue(relay!, WEBHOOK, 50);
      told.push(...claimed.map(({ meta, event }) => ({ meta: meta!, event })));
      last &&= claimed.length === 0;
    }
  }

  await Promise.all([
    Promise.all([dispatching(), dispatching()]).then(() => {
      dispatched = true;
    }),
    relaying(),
  ]);

  const { kept, counted } = await countersOf(store.pool, sliceId);
  expect(kept).toEqual(counted);
  const { rows } = await store.pool.query<{ id: string; state: string; attempts: number }>(
    'select id, state, attempts from messages where slice_id = $1 order by id',
    [sliceId],
  );
  for (const { id, state, attempts } of rows) {
    const fate = fateOf.get(id)!;
    expect([fate, attempts]).toEqual([fate, fate.startsWith('refused') ? 2 : 1]);
    // Whether CleverTap was told before the phone had it after all is up to the relay.
    if (fate === 'failed, then delivered') expect(['failed', 'delivered']).toContain(state);
    else expect([fate, state]).toEqual([fate, fate === 'failed' ? 'failed' : 'delivered']);
  }
  // Each once, and what it was told is what the message is.
  expect(told.map(({ meta, event }) => `${meta} ${event}`).sort()).toEqual(
    rows.map(({ id, state }) => `meta ${id} ${state}`).sort(),
  );
});
