/** Blocks for the tests of what is on its way, and what became of their messages. */
import { randomUUID } from 'node:crypto';
import { NOT_SENT } from '../../src/store/dispatch/results';
import type { GatewayRow } from '../../src/store/gateways/gateways';
import { claimBlock, countersOf, messageOf, storeSlice, type TestStore } from './rows';

/** Results of a block's messages, besides that the provider took them. */
export const UNSENT = {
  attempt: 'refused',
  message: 'queued',
  counts: false,
  class: 'transient',
  reason: NOT_SENT,
} as const;
export const REFUSED = { attempt: 'refused', message: 'failed', class: 'recipient', clevertap: '910' } as const;
/** Its next leg is to be tried. */
export const NEXT_LEG = { attempt: 'refused', message: 'queued', class: 'sender', reason: 'refused' } as const;

/** A slice whose messages are in the block of a claim of its own. */
export async function storeBlock(
  store: TestStore,
  gateway: GatewayRow,
  count: number,
  over: Parameters<typeof claimBlock>[3] = {},
) {
  const { sliceId, ids } = await storeSlice(store.pool, count);
  const claim = randomUUID();
  const messages = await claimBlock(store.pool, sliceId, gateway.id, { claim, ...over });
  return { sliceId, ids, claim, messages };
}

/** Messages of a slice that are in blocks. */
export async function listInBlocks({ pool }: TestStore, sliceId: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'select unnest(ids) as id from blocks where slice_id = $1 order by id',
    [sliceId],
  );
  return rows.map(({ id }) => id);
}

/** As their rows have them. */
export const statesOf = ({ pool }: TestStore, ids: readonly string[]): Promise<string[]> =>
  Promise.all(ids.map(async (id) => (await messageOf(pool, id)).state));

/** Expects the counters of a slice to be those of its messages. */
export async function expectToAddUp({ pool }: TestStore, sliceId: string): Promise<void> {
  const { kept, counted } = await countersOf(pool, sliceId);
  expect(kept).toEqual(counted);
}
