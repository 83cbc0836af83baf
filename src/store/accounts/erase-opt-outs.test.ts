/** The opt-out of a person who is erased. */
import { acceptOne, makeStoreTenant, PERSON, type StoreTenant } from '../../../test/support/persons';
import {
  claimBlock,
  messageOf,
  numberHash,
  OPT_OUTS,
  PSEUDONYMS,
  SEALER,
  startStore,
  type TestStore,
} from '../../../test/support/rows';
import { findAnywhere } from '../../../test/support/sweep';
import { findErasedOptOuts } from '../messages/erased';
import { settleSuppressed, storeInbound } from '../messages/opt-outs';
import { advanceErasure } from './erase';
import { requestErasure, takeDueErasures } from './erasures';

const keys = { sealer: SEALER, pseudonyms: PSEUDONYMS };
const HASH = PSEUDONYMS.number(PERSON);
let store: TestStore;
let tenant: StoreTenant;
beforeEach(async () => {
  store = await startStore();
  tenant = await makeStoreTenant(store, 'own');
});
afterEach(() => store.stop());

const ask = () =>
  store.db
    .transaction()
    .execute((tx) => requestErasure(tx, keys, { kind: 'number', value: PERSON }, [tenant.accountId]));

/** Lets the seconds pass that an erasure rests. */
const pass = () =>
  store.pool.query(`update erasures set look_at = now(), opt_out_at = opt_out_at - interval '2 minutes'`);

/** So many turns, each after its rest. */
async function carryOut(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) {
    await pass();
    for (const erasure of await takeDueErasures(store.pool, 10))
      await advanceErasure({ pool: store.pool, keys }, erasure, () => false);
  }
}

const suppressed = async (): Promise<string[]> =>
  (
    await store.pool.query<{ msisdn: string }>('select msisdn from suppressions where account_id = $1', [
      tenant.accountId,
    ])
  ).rows.map(({ msisdn }) => msisdn);
const optOut = async (): Promise<string> => {
  const { rows } = await store.pool.query<{ id: string }>(
    `insert into suppressions (account_id, msisdn, source, reason) values ($1, $2, 'opt-out', 'STOP') returning id`,
    [tenant.accountId, PERSON],
  );
  return rows[0]!.id;
};
/** As ingress does for an account with erasures. */
const send = (msisdn = PERSON) =>
  acceptOne(store.pool, tenant, {
    msisdn,
    recordHash: null,
    erased: { number: PSEUDONYMS.number(msisdn), record: null },
  });

it('is obeyed without its number: a later message is suppressed, and has no number either', async () => {
  await optOut();
  await ask();
  await carryOut(4);
  expect(await suppressed()).toEqual([HASH]);
  const { sliceId, id } = await send();
  expect(await claimBlock(store.pool, sliceId, tenant.gatewayId)).toEqual([]);
  await settleSuppressed(store.pool, sliceId, OPT_OUTS);
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'suppressed', code: '903' });
  expect(await findAnywhere(store.pool, ['9800000071'])).toEqual([]);
  const beside = await send('+919800000072');
  expect(await claimBlock(store.pool, beside.sliceId, tenant.gatewayId)).toHaveLength(1);
});

it('is at no moment unknown: the hash stands beside the number before that goes', async () => {
  await optOut();
  await ask();
  await pass();
  for (const erasure of await takeDueErasures(store.pool, 1))
    await advanceErasure({ pool: store.pool, keys }, erasure, () => false);
  expect((await suppressed()).sort()).toEqual([HASH, PERSON].sort());
  // One that was accepted meanwhile, by a statement that did not see the hash, ends before the number goes.
  const { id } = await acceptOne(store.pool, tenant, { recordHash: null, webhookId: null });
  await carryOut(1);
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'suppressed' });
  await carryOut(1);
  expect(await suppressed()).toEqual([HASH]);
});

it('ends with START, and appears where there was none for nobody', async () => {
  await optOut();
  await ask();
  await carryOut(4);
  const start = {
    dedupe: Buffer.from('start'), accountId: tenant.accountId, gatewayId: tenant.gatewayId, msisdn: PERSON, toNumber: null,
    body: 'START', meaning: 'start' as const, receivedAt: null, toldApart: true, numberHash: numberHash(PERSON),
    proof: 'secret' as const, evidence: {},
  }; // prettier-ignore
  await storeInbound(store.pool, [start], PSEUDONYMS);
  expect(await suppressed()).toEqual([]);
  const { sliceId } = await send();
  expect(await claimBlock(store.pool, sliceId, tenant.gatewayId)).toHaveLength(1);
});

it('none appears where there was none', async () => {
  await acceptOne(store.pool, tenant, { webhookId: null });
  await ask();
  await carryOut(4);
  expect((await store.pool.query('select * from suppressions')).rows).toEqual([]);
});

it('keeps the id by which it is named', async () => {
  const id = await optOut();
  await ask();
  await carryOut(4);
  expect((await store.pool.query('select id, msisdn from suppressions')).rows).toEqual([{ id, msisdn: HASH }]);
});

it('a message that stands under the hash never leaves, though the opt-out was lifted since', async () => {
  await optOut();
  await ask();
  await carryOut(4);
  const { sliceId, id } = await send();
  await store.pool.query('delete from suppressions');
  const beside = await send('+919800000072');
  expect(await claimBlock(store.pool, sliceId, tenant.gatewayId)).toEqual([]);
  expect(await claimBlock(store.pool, beside.sliceId, tenant.gatewayId)).toHaveLength(1);
  await settleSuppressed(store.pool, sliceId, OPT_OUTS);
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'suppressed', code: '903' });
});

it('is known to an account that shares opt-outs with its own, and to no other', async () => {
  const [sharing, alone] = [await makeStoreTenant(store, 'sharing'), await makeStoreTenant(store, 'alone')];
  const known = async ({ accountId }: StoreTenant) =>
    findErasedOptOuts(store.pool, PSEUDONYMS, { accountId, service: 'T' }, [PERSON, '+919800000072']);
  await store.pool.query(`update accounts set opt_out_scope = 'deployment' where id = any($1)`, [
    [tenant.accountId, sharing.accountId],
  ]);
  await optOut();
  await ask();
  await carryOut(4);
  expect([...(await known(tenant))]).toEqual([[PERSON, HASH]]);
  expect([...(await known(sharing))]).toEqual([[PERSON, HASH]]);
  expect([...(await known(alone))]).toEqual([]);
});
