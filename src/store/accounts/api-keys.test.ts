import { sql } from 'kysely';
import { startStore, type TestStore } from '../../../test/support/rows';
import { findKey, insertKey, rotateKey, touchKey, type KeyDraft } from './api-keys';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const make = async (draft: Partial<KeyDraft> = {}) => {
  const whole: KeyDraft = {
    accountId: 'default', name: 'a key', scopes: ['send', 'read'], expiresAt: null, ratePerSecond: null, ...draft,
  }; // prettier-ignore
  return insertKey(store.db, whole);
};
const inOneHour = () => new Date(Date.now() + 3_600_000);
const GRACE = { graceSeconds: 86_400 };

describe('rotateKey', () => {
  it('makes a key like the old one, which ends after the grace', async () => {
    const { id } = await make({ ratePerSecond: 7 });
    const rotation = (await rotateKey(store.db, 'default', id, GRACE))!;
    expect(rotation.made).toMatchObject({
      accountId: 'default', name: 'a key', scopes: ['send', 'read'], expiresAt: null, ratePerSecond: 7,
    }); // prettier-ignore
    expect(rotation.made.id).not.toBe(id);
    const { rows } = await store.pool.query(
      `select extract(epoch from (old.expires_at - new.created_at))::int as grace
       from api_keys old, api_keys new where old.id = $1 and new.id = $2`,
      [id, rotation.made.id],
    );
    expect(rows).toEqual([{ grace: 86_400 }]);
    expect(rotation.oldExpiresAt).toEqual((await findKey(store.db, id))!.expiresAt);
  });

  it('lets the old key end no later than it would have, and the new one with it unless told otherwise', async () => {
    const expiresAt = inOneHour();
    const { id } = await make({ expiresAt });
    const rotation = (await rotateKey(store.db, 'default', id, GRACE))!;
    expect([rotation.oldExpiresAt, rotation.made.expiresAt]).toEqual([expiresAt, expiresAt]);
    const later = new Date(expiresAt.getTime() + 1_000);
    const second = (await rotateKey(store.db, 'default', id, { ...GRACE, expiresAt: later }))!;
    expect(second.made.expiresAt).toEqual(later);
    expect((await findKey(store.db, second.made.id))!.expiresAt).toEqual(later);
  });

  it('has nothing to do with a key that is unknown, foreign, expired or revoked', async () => {
    const expired = await make({ expiresAt: new Date(Date.now() - 1_000) });
    const revoked = await make();
    await store.pool.query('update api_keys set revoked_at = now() where id = $1', [revoked.id]);
    const valid = await make();
    expect(await rotateKey(store.db, 'default', 'unknown', GRACE)).toBeNull();
    expect(await rotateKey(store.db, 'other', valid.id, GRACE)).toBeNull();
    expect(await rotateKey(store.db, 'default', expired.id, GRACE)).toBeNull();
    expect(await rotateKey(store.db, 'default', revoked.id, GRACE)).toBeNull();
    expect((await findKey(store.db, valid.id))!.expiresAt).toBeNull();
  });
});

it('touchKey writes at most once a minute', async () => {
  const { id } = await make();
  const lastUse = async () => (await findKey(store.db, id))!.lastUsedAt;
  /** Touches it so many seconds after its last use, to the microsecond: both at one moment. */
  const touchAfter = (seconds: number) =>
    store.db.transaction().execute(async (tx) => {
      const aged = { last_used_at: sql<Date>`now() - make_interval(secs => ${seconds})` };
      await tx.updateTable('api_keys').set(aged).where('id', '=', id).execute();
      const before = (await findKey(tx, id))!.lastUsedAt;
      await touchKey(tx, id);
      return { before, after: (await findKey(tx, id))!.lastUsedAt };
    });
  expect(await lastUse()).toBeNull();
  await touchKey(store.db, id);
  expect(await lastUse()).toBeInstanceOf(Date);
  const recent = await touchAfter(59);
  expect(recent.after).toEqual(recent.before);
  const old = await touchAfter(61);
  expect(old.after!.getTime()).toBeGreaterThan(old.before!.getTime());
});
