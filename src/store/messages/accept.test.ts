import { createHash } from 'node:crypto';
import { CLAIM, messageDraft, sliceDraft, startStore, storeSlice, type TestStore } from '../../../test/support/rows';
import { acceptMessages, forgetRecordKeys, type AcceptResult, type MessageDraft } from './accept';
import { readLedger, sealSlice } from './slices';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const key = (text: string) => createHash('sha256').update(text).digest();
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
/** Accepts one message with that record key in a new slice. */
const offer = async (recordKey: Buffer, database = store): Promise<{ draft: MessageDraft; result: AcceptResult }> => {
  const slice = sliceDraft();
  const draft = messageDraft(slice.id, { recordKey });
  return { draft, result: await acceptMessages(database.pool, [slice], [draft]) };
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
  });
  const plain = messageDraft(slice.id, { meta: null, webhookId: null });
  expect(await acceptMessages(store.pool, [slice], [draft, plain])).toEqual({
    sealed: new Set(),
    duplicates: new Map(),
  });
  const { rows } = await store.pool.query('select * from messages where slice_id = $1 order by id', [slice.id]);
  expect(rows).toMatchObject(
    [draft, plain].map(({ sliceId, accountId, sendId, webhookId, recordKey: _, ...same }) => ({
      ...same,
      slice_id: sliceId,
      account_id: accountId,
      send_id: sendId,
      webhook_id: webhookId,
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
    const late = messageDraft(sliceId, { recordKey: key('late') });
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

describe('duplicates', () => {
  it('a record seen within 24 hours is answered with the first, and stored once', async () => {
    const first = await offer(key('seen'));
    const again = await offer(key('seen'));
    expect(again.result.duplicates).toEqual(new Map([[again.draft.id, first.draft.id]]));
    expect(await stored([first.draft.id, again.draft.id])).toEqual([first.draft.id]);
    // No slice without messages is left behind.
    expect(await total(again.draft.sliceId)).toBeUndefined();
  });

  it('a batch keeps what is new beside what is not', async () => {
    const first = await offer(key('mixed'));
    const slice = sliceDraft();
    const repeated = messageDraft(slice.id, { recordKey: key('mixed') });
    const fresh = [messageDraft(slice.id, { recordKey: key('fresh') }), messageDraft(slice.id)];
    const { duplicates } = await acceptMessages(store.pool, [slice], [repeated, ...fresh]);
    expect(duplicates).toEqual(new Map([[repeated.id, first.draft.id]]));
    expect(await total(slice.id)).toBe(2);
    expect(await stored([repeated.id, ...fresh.map(({ id }) => id)])).toEqual(fresh.map(({ id }) => id));
  });

  it('after 24 hours it is a new record, and from then on the one to repeat', async () => {
    const first = await offer(key('old'));
    await store.pool.query(`update record_keys set created_at = now() - interval '24 hours 1 second' where key = $1`, [
      key('old'),
    ]);
    const second = await offer(key('old'));
    expect(second.result.duplicates.size).toBe(0);
    const third = await offer(key('old'));
    expect(third.result.duplicates).toEqual(new Map([[third.draft.id, second.draft.id]]));
    expect(await stored([first.draft.id, second.draft.id])).toHaveLength(2);
  });

  it('forgets keys after 25 hours, and none before', async () => {
    await offer(key('forgotten'));
    await offer(key('kept'));
    await store.pool.query(
      `update record_keys set created_at = now() - case key when $1 then interval '26 hours' else interval '24.5 hours' end
       where key in ($1, $2)`,
      [key('forgotten'), key('kept')],
    );
    expect(await forgetRecordKeys(store.pool)).toBe(false);
    const { rows } = await store.pool.query('select key from record_keys where key in ($1, $2)', [
      key('forgotten'),
      key('kept'),
    ]);
    expect(rows).toEqual([{ key: key('kept') }]);
  });

  it('of the same record offered by two processes at the same time one is stored, and both name it', async () => {
    const processes = [store.connect(4), store.connect(4)];
    for (let round = 0; round < 10; round++) {
      const offers = Array.from({ length: 8 }, (_, i) => {
        const slice = sliceDraft();
        const draft = messageDraft(slice.id, { recordKey: key(`race ${round}`) });
        const own = messageDraft(slice.id);
        return { draft, own, done: acceptMessages(processes[i % 2]!.pool, [slice], [draft, own]) };
      });
      const results = await Promise.all(offers.map(({ done }) => done));
      const [winner, ...others] = await stored(offers.map(({ draft }) => draft.id));
      expect(others).toEqual([]);
      offers.forEach(({ draft }, i) => {
        expect([...results[i]!.duplicates]).toEqual(draft.id === winner ? [] : [[draft.id, winner]]);
      });
      expect(await stored(offers.map(({ own }) => own.id))).toHaveLength(8);
    }
  });
});

it('the ledger counts what was stored, and not what was repeated or refused', async () => {
  const { accepted, open } = await readLedger(store.pool, 'default');
  const { rows } = await store.pool.query<{ n: number }>('select count(*)::int as n from messages');
  expect({ accepted, open }).toEqual({ accepted: rows[0]!.n, open: rows[0]!.n });
});
