import { startStore, type TestStore } from '../../../test/support/rows';
import { firstUuidv7At, uuidv7Ms } from '../../core/messages/ids';

let store: TestStore;
beforeAll(async () => (store = await startStore()));
afterAll(() => store.stop());

/** The last millisecond of a day whose fractions are not exact in binary. */
const FROM = '2026-11-30T23:59:59.999Z';

it('the database gives ids that sort as they were made, microsecond by microsecond, and say when', async () => {
  const { rows } = await store.pool.query<{ us: number; id: string }>(
    `select us, uuid_of($1::timestamptz + us * interval '1 microsecond') as id from generate_series(0, 2999) as us`,
    [FROM],
  );
  expect(rows.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id));
  for (const { us, id } of rows) expect(uuidv7Ms(id)).toBe(Date.parse(FROM) + Math.floor(us / 1_000));
  expect(rows.filter(({ id }) => !/^.{8}-.{4}-7.{3}-[89ab].{3}-.{12}$/.test(id))).toEqual([]);
});

it('an id of the database comes after the border of its millisecond', async () => {
  const { rows } = await store.pool.query<{ id: string }>('select uuid_of($1::timestamptz) as id', [FROM]);
  expect(rows[0]!.id > firstUuidv7At(Date.parse(FROM))).toBe(true);
});
