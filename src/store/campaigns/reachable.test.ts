/** Whom a campaign would reach: every question that is asked before messages are made, in both scopes and classes. */
import { loadPseudonyms, PSEUDONYMS, startStore, type TestStore } from '../../../test/support/rows';
import { uuidv7 } from '../../core/messages/ids';
import { insertGroup } from '../audience/groups';
import { isSuppressed } from '../messages/suppressions';
import type { SuppressedClasses } from '../../core/messages/suppression';
import { countReachable, isEveryoneSuppressed } from './audience';
import { listSuppressedAmong } from './materialise';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

let made = 0;
async function account(scope: 'account' | 'deployment'): Promise<string> {
  const id = `acc_reach_${made++}`;
  await store.db.insertInto('accounts').values({ id, name: id, opt_out_scope: scope }).execute();
  return id;
}

/** What each question says of one number: whether it is reached. */
async function answers(accountId: string, msisdn: string, promotional: boolean): Promise<boolean[]> {
  const group = await insertGroup(store.db, accountId, {
    name: `Group ${made++}`, level: 'Info', templateId: null, sender: null, routeId: null, gatewayId: null, description: null,
  }); // prettier-ignore
  await store.pool.query(`insert into group_members (group_id, msisdn, variables) values ($1, $2, '{}')`, [
    group.id,
    msisdn,
  ]);
  const upload = uuidv7();
  await store.pool.query(`insert into upload_rows (upload_id, no, msisdn, variables) values ($1, 2, $2, '{}')`, [
    upload,
    msisdn,
  ]);
  const sending = { accountId, promotional };
  const { db, pool } = store;
  return [
    !(await isSuppressed(db, PSEUDONYMS, accountId, msisdn, promotional)),
    !(await isEveryoneSuppressed(db, loadPseudonyms, sending, { kind: 'recipients' }, [msisdn])),
    !(await isEveryoneSuppressed(db, loadPseudonyms, sending, { kind: 'group', id: group.id }, [])),
    !(await isEveryoneSuppressed(db, loadPseudonyms, sending, { kind: 'upload', id: upload }, [])),
    (await countReachable(db, loadPseudonyms, { ...sending, id: group.id }, [], {})).reachable === 1,
    !(await listSuppressedAmong(pool, accountId, [msisdn, '+919800009998'], promotional, PSEUDONYMS)).has(msisdn),
  ];
}

const cases = (['account', 'deployment'] as const).flatMap((own) =>
  (['own', 'account', 'deployment'] as const).flatMap((other) =>
    (['all', 'promotional'] as const).flatMap((classes) =>
      [true, false].flatMap((promotional) =>
        [false, true].map((erased) => ({ own, other, classes, promotional, erased })),
      ),
    ),
  ),
);

test.each(cases)(
  'scope $own, suppressed in an account of scope $other for $classes; promotional: $promotional, erased: $erased',
  async ({ own, other, classes, promotional, erased }) => {
    const accountId = await account(own);
    // A second one that shares, so that a question that takes in all accounts is caught.
    await account('deployment');
    const msisdn = `+91980001${String(1_000 + made)}`;
    const elsewhere = other === 'own' ? accountId : await account(other);
    if (erased) {
      await store.pool.query(
        `insert into erasures (id, account_id, kind, subject_hash, state, keeps_opt_out, look_at, finished_at)
         values ($1, $2, 'number', 'hash', 'done', true, now(), now() - interval '1 year')`,
        [uuidv7(), elsewhere],
      );
    }
    const standsAs = erased ? PSEUDONYMS.number(msisdn) : msisdn;
    await store.db
      .insertInto('suppressions')
      .values({
        account_id: elsewhere,
        msisdn: standsAs,
        source: 'inbound',
        classes: classes satisfies SuppressedClasses,
      })
      .execute();
    const counts = other === 'own' || (own === 'deployment' && other === 'deployment');
    const reached = !(counts && (classes === 'all' || promotional));
    expect(await answers(accountId, msisdn, promotional)).toEqual(Array.from({ length: 6 }, () => reached));
  },
);
