import {
  CLAIM,
  messageDraft,
  recordHash,
  sliceDraft,
  startStore,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import { acceptMessages } from './accept';
import { readLedger, sealSlice } from './slices';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const total = async (sliceId: string) => {
  const { rows } = await store.pool.query<{ total: number }>('select total from slices where id = $1', [sliceId]);
  return rows[0]?.total;
};
const stored = async (ids: string[]) => {
  const { rows } = await store.pool.query<{ id: string }>('select id from messages where id = any($1) order by id', [
    ids,
  ]);
  return rows.map(({ id }) => id);
};

it('stores every field as it was given', async () => {
  const slice = sliceDraft({ dueAt: new Date('2030-01-01T00:00:00Z'), priority: 5 });
  const draft = messageDraft(slice.id, {
    meta: ' a|b\n😀. ',
    body: 'नमस्ते "quoted" \\ \t',
    sender: 'TXTSMS',
    service: 'P',
    options: { flash: true, port: 8_901, entityId: '1701158123540939524', extra: { campaign: 'diwali', n: [1, null] } },
    encoding: 'ucs2',
    segments: 2,
    validUntil: new Date('2030-01-01T00:05:00Z'),
  });
  const plain = messageDraft(slice.id, { meta: null, webhookId: null });
  expect(await acceptMessages(store.pool, [slice], [draft, plain])).toEqual({
    sealed: new Set(),
    duplicates: new Map(),
  });
  const { rows } = await store.pool.query('select * from messages where slice_id = $1 order by id', [slice.id]);
  expect(rows).toMatchObject(
    [draft, plain].map(({ sliceId, accountId, sendId, webhookId, validUntil, recordHash: _, ...same }) => ({
      ...same,
      slice_id: sliceId,
      account_id: accountId,
      send_id: sendId,
      webhook_id: webhookId,
      valid_until: validUntil,
      state: 'accepted',
      attempts: 0,
    })),
  );
  const { rows: slices } = await store.pool.query('select * from slices where id = $1', [slice.id]);
  expect(slices[0]).toMatchObject({ due_at: slice.dueAt, priority: 5, state: 'open', total: 2, started_at: null });
});

describe('joining', () => {
  it('adds to an open slice, and to several at once', async () => {
    const first = await storeSlice(store.pool, 2);
    const second = sliceDraft();
    const joined = { ...sliceDraft({ id: first.sliceId }), isNew: false };
    const drafts = [messageDraft(first.sliceId), messageDraft(second.id), messageDraft(first.sliceId)];
    await acceptMessages(store.pool, [joined, second], drafts);
    expect([await total(first.sliceId), await total(second.id)]).toEqual([4, 1]);
  });

  it('a sealed slice takes nothing, and what it refused can be offered again', async () => {
    const { sliceId } = await storeSlice(store.pool, 2);
    await sealSlice(store.pool, sliceId, CLAIM);
    const other = sliceDraft();
    const late = messageDraft(sliceId, { recordHash: recordHash('late') });
    const good = messageDraft(other.id);
    const result = await acceptMessages(store.pool, [sliceDraft({ id: sliceId, isNew: false }), other], [late, good]);
    expect(result).toEqual({ sealed: new Set([sliceId]), duplicates: new Map() });
    expect(await stored([late.id, good.id])).toEqual([good.id]);
    expect([await total(sliceId), await total(other.id)]).toEqual([2, 1]);

    const again = sliceDraft();
    late.sliceId = again.id;
    expect((await acceptMessages(store.pool, [again], [late])).duplicates.size).toBe(0);
    expect(await stored([late.id])).toEqual([late.id]);
  });

  it('nobody joins a slice that was never committed', async () => {
    const ghost = sliceDraft({ isNew: false });
    const draft = messageDraft(ghost.id);
    expect((await acceptMessages(store.pool, [ghost], [draft])).sealed).toEqual(new Set([ghost.id]));
    expect(await stored([draft.id])).toEqual([]);
  });

  it('a seal and newcomers that meet leave a slice with exactly what it counts', async () => {
    const { sliceId } = await storeSlice(store.pool, 1);
    const drafts = Array.from({ length: 20 }, () => messageDraft(sliceId));
    const joins = drafts.map(async (draft, i) => {
      if (i === 10) await sealSlice(store.pool, sliceId, CLAIM);
      const result = await acceptMessages(store.pool, [sliceDraft({ id: sliceId, isNew: false })], [draft]);
      return result.sealed.size === 0 ? 1 : 0;
    });
    const joined = (await Promise.all(joins)).reduce<number>((sum, one) => sum + one, 0);
    expect(await total(sliceId)).toBe(1 + joined);
    expect(await stored(drafts.map(({ id }) => id))).toHaveLength(joined);
  });
});

it('the ledger counts what was stored, and not what was repeated or refused', async () => {
  const { accepted, open } = await readLedger(store.pool, 'default');
  const { rows } = await store.pool.query<{ n: number }>('select count(*)::int as n from messages');
  expect({ accepted, open }).toEqual({ accepted: rows[0]!.n, open: rows[0]!.n });
});
