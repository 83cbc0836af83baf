/** The one place that a message has for being sent again. */
import { ACCOUNT, startStore, storeSlice, type TestStore } from '../../../test/support/rows';
import { uuidv7 } from '../../core/messages/ids';
import { leaveResend, takeResend } from './resends';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** Messages that are stored. */
const stored = async (count: number): Promise<string[]> => (await storeSlice(store.pool, count)).ids;
const take = (id: string, as: string) => takeResend(store.db, ACCOUNT, id, as);
const longAgo = () => store.pool.query(`update resends set at = at - interval '1 hour'`);

test('is taken once: whoever comes later hears of the message that it was sent as, however late', async () => {
  const [first, again, beside] = (await stored(3)) as [string, string, string];
  expect(await take(first, again)).toBeNull();
  expect(await take(first, uuidv7())).toBe(again);
  await longAgo();
  expect(await take(first, uuidv7())).toBe(again);
  expect(await take(beside, uuidv7())).toBeNull();
});

test('is free again a minute after it was taken by a message that never came to be, and not before', async () => {
  const [first] = (await stored(1)) as [string];
  const [lost, next] = [uuidv7(), uuidv7()];
  expect(await take(first, lost)).toBeNull();
  expect(await take(first, next)).toBe(lost);
  await longAgo();
  expect(await take(first, next)).toBeNull();
  expect(await take(first, lost)).toBe(next);
});

test('is given back by who has it, and by nobody else', async () => {
  const [first] = (await stored(1)) as [string];
  const [mine, theirs] = [uuidv7(), uuidv7()];
  expect(await take(first, mine)).toBeNull();
  await leaveResend(store.db, first, theirs);
  expect(await take(first, theirs)).toBe(mine);
  await leaveResend(store.db, first, mine);
  expect(await take(first, theirs)).toBeNull();
});
