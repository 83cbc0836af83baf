/** The search for messages against all of them: whatever is asked for, page by page each message that fits comes once. */
import { campaignSlice, storeBlock, storeCampaign } from '../../../test/support/campaign-rows';
import {
  CLAIM,
  ACCOUNT,
  EXPIRED,
  FAILED,
  receiptOf,
  startStore,
  storeGateway,
  storeSlice,
  submit,
  type TestStore,
} from '../../../test/support/rows';
import { MESSAGE_STATES } from '../../core/messages/status';
import { refreshStats } from '../accounts/stats';
import { cancelWaiting } from '../campaigns/slices';
import type { ClaimedMessage } from '../dispatch/claim';
import type { AttemptResult } from '../dispatch/results';
import { applyReceipts } from '../receipts/receipts';
import { searchMessages, type MessageFilter, type SearchBounds } from './search';
import { sealSlice } from './slices';

const DELIVERED = { status: 'delivered' } as const;

let store: TestStore;
let gatewayId: string;
let campaignId: string;
beforeAll(async () => {
  store = await startStore();
  gatewayId = (await storeGateway(store)).id;
  const campaign = await storeCampaign(store);
  campaignId = campaign.id;
  const slices = [campaignSlice(0, 5), campaignSlice(1, 5), campaignSlice(2, 2)];
  await storeBlock(store, campaign, slices);
  for (const { id } of slices) await sealSlice(store.pool, id, CLAIM);
  await end(await submit(store.pool, slices[0]!.id, gatewayId), FAILED, DELIVERED);
  await submit(store.pool, slices[1]!.id, gatewayId, { limit: 3 });
  for (let lone = 0; lone < 12; lone++) await storeLone(lone);
  // What was counted stands in other indexes than what is current: some are counted and not changed again, one is.
  while (!(await refreshStats(store.pool, ACCOUNT)));
  const late = await storeLone(0);
  while (!(await refreshStats(store.pool, ACCOUNT)));
  await end(late, DELIVERED);
  for (let lone = 0; lone < 6; lone++) await storeLone(lone);
  const { rows } = await store.pool.query('select distinct outcomes is null as is_current from slices order by 1');
  expect(rows).toEqual([{ is_current: false }, { is_current: true }]);
});
afterAll(() => store.stop());

/** A slice of two that ends as its number says; the first two of them alike but for one still open. */
async function storeLone(number: number): Promise<ClaimedMessage[]> {
  const { sliceId } = await storeSlice(store.pool, 2);
  if (number % 6 === 5) return [];
  await sealSlice(store.pool, sliceId, CLAIM);
  if (number % 6 === 4) {
    await cancelWaiting(store.pool, sliceId, 'dropped');
    return [];
  }
  const messages = await submit(store.pool, sliceId, gatewayId);
  await end(number % 6 === 3 ? messages.slice(1) : messages, [FAILED, DELIVERED, EXPIRED, FAILED][number % 6]!);
  return messages;
}

/** Reports these outcomes of messages, the last one for all that are left. */
async function end(messages: ClaimedMessage[], ...outcomes: Parameters<typeof receiptOf>[2][]): Promise<void> {
  const receipts = messages.map((message, i) => receiptOf(gatewayId, message, outcomes[i] ?? outcomes.at(-1)));
  await applyReceipts(store.pool, receipts);
}

/** All that fit, over pages of three. */
async function foundBy(filter: Partial<MessageFilter>, bounds?: SearchBounds): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined; ;) {
    const page = await searchMessages(store.db, { accountId: ACCOUNT, limit: 3, after, ...filter }, bounds);
    found.push(...page.rows.map(({ id }) => id));
    if (page.next === null) return found;
    after = page.next;
  }
}

/** The same from all messages. @param order by slice, or by message. */
async function expected(condition: string, values: unknown[], order = 's.id desc, m.id desc'): Promise<string[]> {
  const { rows } = await store.pool.query<{ id: string }>(
    `select m.id from messages m join slices s on s.id = m.slice_id where ${condition} order by ${order}`,
    values,
  );
  return rows.map(({ id }) => id);
}

it('all of them, newest first', async () => {
  expect(await foundBy({})).toEqual(await expected('true', [], 'm.id desc'));
});

it.each(MESSAGE_STATES)('those in the state %s, also of one campaign', async (state) => {
  expect(await foundBy({ state })).toEqual(await expected('m.state = $1', [state]));
  expect(await foundBy({ state, campaignId })).toEqual(
    await expected('m.state = $1 and s.campaign_id = $2', [state, campaignId], 's.no desc, m.id desc'),
  );
  expect(await foundBy({ state, accountId: 'another' })).toEqual([]);
});

it('is tried with messages in nearly every state', async () => {
  const { rows } = await store.pool.query<{ state: string }>(
    'select distinct state::text from messages order by state',
  );
  expect(rows.map(({ state }) => state)).toEqual([
    'accepted', 'cancelled', 'delivered', 'expired', 'failed', 'submitted',
  ]); // prettier-ignore
});

it('those of a campaign, the last slice first', async () => {
  expect(await foundBy({ campaignId })).toEqual(
    await expected('s.campaign_id = $1', [campaignId], 's.no desc, m.id desc'),
  );
  expect(await foundBy({ campaignId: 'cmp_unknown' })).toEqual([]);
});

describe('by what no index tells', () => {
  let other: string;
  /** Refused over the first gateway, delivered over another one under another sender ID. */
  let movedOn: string;
  /** Delivered by its first attempt after all, when its second was under way. */
  let lateFirst: string;
  beforeAll(async () => {
    other = (await storeGateway(store)).id;
    const refused = { attempt: 'refused', message: 'queued', class: 'sender', code: '13', leg: 1 } as const;
    const on = async (result: Partial<AttemptResult>): Promise<{ sliceId: string; first: ClaimedMessage }> => {
      const { sliceId } = await storeSlice(store.pool, 1, { msisdn: '+919800077123', sender: 'ASKED' });
      const [first] = await submit(store.pool, sliceId, gatewayId, {}, result);
      return { sliceId, first: first! };
    };
    const second = { leg: 1, overrideSender: true, sender: 'BRANDB' };
    const moved = await on(refused);
    movedOn = moved.first.id;
    const [taken] = await submit(store.pool, moved.sliceId, other, second, { providerId: 'vendors-77' });
    await applyReceipts(store.pool, [receiptOf(other, taken!)]);
    const late = await on({ ...refused, code: '14' });
    lateFirst = late.first.id;
    await submit(store.pool, late.sliceId, other, second);
    await end([late.first], DELIVERED);
  });

  it('by gateway and sender ID of the attempt that delivered', async () => {
    expect(await foundBy({ gatewayId: other })).toEqual([movedOn]);
    expect(await foundBy({ sender: 'BRANDB' })).toEqual([movedOn]);
    expect(await foundBy({ gatewayId, sender: 'ASKED' })).toEqual([lateFirst]);
    expect(await foundBy({ gatewayId, state: 'delivered' })).toEqual(
      await expected(`m.state = 'delivered' and m.id <> $1`, [movedOn], 'm.id desc'),
    );
  });

  it('is shown with these', async () => {
    const { rows } = await searchMessages(store.db, { accountId: ACCOUNT, msisdn: '+919800077123', limit: 10 });
    const shown = rows.map(({ id, gateway_id, attempt, sender }) => ({
      id,
      gateway_id,
      sender,
      under: attempt?.sender,
    }));
    expect(shown).toEqual([
      { id: lateFirst, gateway_id: gatewayId, sender: 'ASKED', under: 'ASKED' },
      { id: movedOn, gateway_id: other, sender: 'ASKED', under: 'BRANDB' },
    ]);
  });

  it('by CleverTap’s code, and by the vendor’s of any attempt', async () => {
    expect(await foundBy({ code: '13' })).toEqual([movedOn]);
    expect(await foundBy({ code: '917' })).toEqual(await expected(`m.code = '917'`, [], 'm.id desc'));
    expect(await foundBy({ code: '916', state: 'expired' })).toEqual(
      await expected(`m.code = '916' and m.state = 'expired'`, [], 'm.id desc'),
    );
  });

  it('by number, and of one campaign', async () => {
    const { rows } = await store.pool.query<{ msisdn: string }>(
      'select m.msisdn from messages m join slices s on s.id = m.slice_id where s.campaign_id = $1 limit 1',
      [campaignId],
    );
    const { msisdn } = rows[0]!;
    // The same number has a message of no campaign, too.
    await storeSlice(store.pool, 1, { msisdn });
    expect(await foundBy({ msisdn })).toHaveLength(2);
    expect(await foundBy({ msisdn, campaignId })).toEqual(
      await expected('m.msisdn = $1 and s.campaign_id = $2', [msisdn, campaignId]),
    );
  });

  it('by what the vendor calls it, or by our id of an attempt', async () => {
    expect(await foundBy({ provider: { id: 'vendors-77', messageId: null } })).toEqual([movedOn]);
    expect(await foundBy({ provider: { id: 'vendors-78', messageId: lateFirst } })).toEqual([lateFirst]);
    expect(await foundBy({ provider: { id: 'vendors-77', messageId: lateFirst }, accountId: 'another' })).toEqual([]);
  });

  it.each([{}, { state: 'delivered' as const }, { gatewayId: 'other' }, { from: new Date(0) }])(
    'by part of the number, with %j',
    async (also) => {
      const filter = 'gatewayId' in also ? { gatewayId: other } : also;
      const both = [lateFirst, movedOn];
      expect(await foundBy({ msisdnPart: '77123', ...filter })).toEqual('gatewayId' in also ? [movedOn] : both);
      expect(await foundBy({ msisdnPart: '77124', ...filter })).toEqual([]);
      expect(await foundBy({ msisdnPart: '77123', accountId: 'another', ...filter })).toEqual([]);
    },
  );

  it('by part of the number, of a campaign', async () => {
    expect(await foundBy({ msisdnPart: '9800', campaignId })).toEqual(
      await expected('s.campaign_id = $1', [campaignId], 's.no desc, m.id desc'),
    );
  });
});

describe('what is looked through', () => {
  const FEW = { numbers: 5, messages: 4 };

  it.each<[string, Partial<MessageFilter>]>([
    ['part of the number', { msisdnPart: '77123' }],
    ['part of the number, and the state', { msisdnPart: '77123', state: 'delivered' }],
    ['the code', { code: '917' }],
  ])('by %s, all are found over pages that each end after so many', async (_by, filter) => {
    const all = await foundBy(filter);
    expect(all.length).toBeGreaterThan(0);
    expect(await foundBy(filter, FEW)).toEqual(all);
  });

  it.each<[string, number, Partial<MessageFilter>]>([
    ['numbers', FEW.numbers, { msisdnPart: '77124' }],
    ['messages', FEW.messages, { code: 'none' }],
  ])('a page ends after so many %s, and leads on to the next one', async (_kind, most, filter) => {
    const last = (await expected('true', [], 'm.id desc'))[most - 1];
    const page = await searchMessages(store.db, { accountId: ACCOUNT, limit: 3, ...filter }, FEW);
    expect(page).toEqual({ rows: [], next: last, isCutOff: true });
  });
});

describe('by time', () => {
  const MINUTE_MS = 60_000;
  /** Accepted some minutes before the other slices, whatever its ids say. */
  const shift = async (minutes: number): Promise<string> => {
    const { sliceId } = await storeSlice(store.pool, 2);
    await store.pool.query(
      `update messages set accepted_at = accepted_at - $2 * interval '1 minute' where slice_id = $1`,
      [sliceId, minutes],
    );
    return sliceId;
  };

  it('goes by the moment of acceptance, which may differ from that of the id by minutes', async () => {
    await shift(4);
    const from = new Date(Date.now() - 5 * MINUTE_MS);
    const until = new Date(Date.now() - 3 * MINUTE_MS);
    for (const filter of [{}, { state: 'accepted' as const }]) {
      expect(await foundBy({ ...filter, from, until })).toHaveLength(2);
      expect(await foundBy({ ...filter, until: from })).toEqual([]);
      expect(await foundBy({ ...filter, from: until })).toHaveLength((await foundBy(filter)).length - 2);
    }
  });

  it('is from a moment on, and until before one', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 1, { msisdn: '+919800077999' });
    const at = new Date();
    await store.pool.query('update messages set accepted_at = $2 where slice_id = $1', [sliceId, at]);
    for (const filter of [{}, { msisdn: '+919800077999' }, { state: 'accepted' as const }]) {
      expect(await foundBy({ ...filter, from: at })).toContain(ids[0]);
      expect(await foundBy({ ...filter, until: at })).not.toContain(ids[0]);
    }
  });

  it('finds what joined its slice an hour after it was begun', async () => {
    const hourAgo = Date.now() - 60 * MINUTE_MS;
    const { sliceId, ids } = await storeSlice(store.pool, 1, {}, { id: idOf(hourAgo) });
    expect(sliceId < ids[0]!).toBe(true);
    const from = new Date(Date.now() - MINUTE_MS);
    expect(await foundBy({ state: 'accepted', from })).toContain(ids[0]);
  });

  /** As a slice has it that was begun then. */
  const idOf = (ms: number): string =>
    `${Math.floor(ms)
      .toString(16)
      .padStart(12, '0')
      .replace(/^(.{8})/, '$1-')}-7000-8000-000000000001`;
});
