/** Receipts may come early, late, twice and in any order: the end is the same, and the ledger adds up at every step. */
import fc from 'fast-check';
import {
  CLAIM,
  EXPIRED,
  FAILED,
  WEBHOOK,
  callbacksOf,
  claim,
  countersOf,
  messageOf,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  sendDue,
  type TestStore,
} from '../../../test/support/rows';
import type { GatewayRow } from '../gateways/gateways';
import { applyReceipts, applyWeighed } from './receipts';
import { writeResults } from '../dispatch/results';

const RECEIPTS = {
  pending: { status: 'pending', occurredAt: new Date('2026-08-01T10:00:00Z') },
  // In one request the earlier of two failures counts.
  expired: { ...EXPIRED, occurredAt: new Date('2026-08-01T10:00:01Z') },
  failed: { ...FAILED, occurredAt: new Date('2026-08-01T10:00:02Z') },
  delivered: { status: 'delivered', occurredAt: new Date('2026-08-01T10:00:03Z') },
} as const;
type ReceiptKind = keyof typeof RECEIPTS;

/** One statement: receipts that are committed together, the answer to the submission, or a relay that tells. */
type Step = { kind: 'receipts'; receipts: ReceiptKind[] } | { kind: 'submitted' } | { kind: 'relay' };

/** What the message is and what its webhook gets, by the rules alone. */
class Model {
  state: 'submitting' | 'submitted' | 'delivered' | 'failed' | 'expired' = 'submitting';
  told = false;

  take(step: Step): void {
    switch (step.kind) {
      case 'submitted':
        if (this.state === 'submitting') this.state = 'submitted';
        return;
      case 'relay':
        this.told ||= this.settled;
        return;
      case 'receipts':
        if (step.receipts.includes('delivered')) {
          if (!this.told) this.state = 'delivered';
        } else if (!this.settled) {
          this.state = (['expired', 'failed'] as const).find((kind) => step.receipts.includes(kind)) ?? this.state;
        }
    }
  }

  get settled(): boolean {
    return this.state !== 'submitting' && this.state !== 'submitted';
  }

  get callbacks(): string[] {
    if (!this.settled) return [];
    const event = { delivered: 'delivered', failed: 'failed 910', expired: 'failed 916' }[this.state as 'delivered'];
    return [`${event} ${this.told ? 'delivered' : 'pending'}`];
  }
}

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

/** Plain receipts by themselves, as they are applied; or all of them weighed. */
type Road = typeof applyReceipts;

async function run(steps: Step[], road: Road): Promise<void> {
  const { sliceId, ids } = await storeSlice(store.pool, 2);
  const [message] = await claim(store.pool, sliceId, gateway.id, { limit: 1 });
  const model = new Model();
  for (const step of steps) {
    model.take(step);
    switch (step.kind) {
      case 'submitted':
        await writeResults(store.pool, CLAIM, [resultOf(message!)]);
        break;
      case 'relay':
        await sendDue(store.pool, WEBHOOK, 1_000);
        break;
      case 'receipts':
        await road(
          store.pool,
          step.receipts.map((kind) => receiptOf(gateway.id, message!, RECEIPTS[kind])),
        );
    }
    expect(await messageOf(store.pool, message!.id)).toMatchObject({ state: model.state, settled: model.settled });
    expect(await callbacksOf(store.pool, message!.id)).toEqual(model.callbacks);
    const { kept, counted } = await countersOf(store.pool, sliceId);
    expect(kept).toEqual(counted);
  }
  // Its neighbour was never touched, and the inbox has each receipt once.
  expect(await messageOf(store.pool, ids[1]!)).toMatchObject({ state: 'accepted', attempts: 0 });
  const kinds = steps.flatMap((step) => (step.kind === 'receipts' ? step.receipts : []));
  const { rows } = await store.pool.query('select 1 from receipts where message_id = $1', [message!.id]);
  expect(rows).toHaveLength(new Set(kinds).size);
}

const receipts = fc.record({
  kind: fc.constant('receipts' as const),
  receipts: fc.array(fc.constantFrom(...(Object.keys(RECEIPTS) as ReceiptKind[])), { minLength: 1, maxLength: 4 }),
});
const submitted = fc.constant({ kind: 'submitted' as const });

describe.each<[string, Road]>([
  ['plain ones apart', applyReceipts],
  ['all weighed', applyWeighed],
])('%s', (_, road) => {
  it('whatever comes in whatever order and grouping, until CleverTap is told', async () => {
    const steps = fc.array(fc.oneof({ weight: 4, arbitrary: receipts }, submitted), { minLength: 1, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(steps, (list) => run([...list, { kind: 'submitted' }], road)),
      { numRuns: 40 },
    );
  });

  it('and with CleverTap told at any moment: never both ways', async () => {
    const relay = fc.constant({ kind: 'relay' as const });
    const steps = fc.array(fc.oneof({ weight: 3, arbitrary: receipts }, submitted, relay), {
      minLength: 1,
      maxLength: 7,
    });
    await fc.assert(
      fc.asyncProperty(steps, (list) => run(list, road)),
      { numRuns: 40 },
    );
  });

  it('delivered ends delivered from every order of all receipts, one by one', async () => {
    const kinds = Object.keys(RECEIPTS) as ReceiptKind[];
    const orders = fc.shuffledSubarray([...kinds, 'submitted' as const, ...kinds], { minLength: 9 });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const model = new Model();
        const steps = order.map((kind): Step =>
          kind === 'submitted' ? { kind } : { kind: 'receipts', receipts: [kind] },
        );
        for (const step of steps) model.take(step);
        expect(model.state).toBe('delivered');
        await run(steps, road);
      }),
      { numRuns: 10 },
    );
  });
});
