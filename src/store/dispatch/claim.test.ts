import { randomUUID } from 'node:crypto';
import {
  OPT_OUTS,
  ACCOUNT,
  CLAIM,
  SEALER,
  claim,
  messageOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  withAttempt,
  type TestStore,
} from '../../../test/support/rows';
import { callOrphansUnknown, listClaimed, takeOverOrphans } from './claim';
import { pauseGateway, updateGateway, type GatewayRow } from '../gateways/gateways';
import { writeResults } from './results';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

const attemptsOf = async (sliceId: string) => {
  const { rows } = await store.pool.query<{
    message_id: string;
    no: number;
    sender: string;
    state: string;
    claim: string;
  }>(
    `select a.* from attempts a join messages m on m.id = a.message_id where m.slice_id = $1 order by message_id, no`,
    [sliceId],
  );
  return rows;
};

describe('claimMessages', () => {
  it('has committed an attempt, with its leg, gateway and sender ID, before it returns', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 2);
    const claimed = await claim(store.pool, sliceId, gateway.id);
    expect(claimed.map(({ id, no, sender }) => ({ id, no, sender }))).toEqual(
      ids.map((id) => ({ id, no: 1, sender: 'BRANDA' })),
    );
    // Seen by another process.
    const other = store.connect(1);
    const { rows } = await other.pool.query('select * from attempts where message_id = any($1) order by message_id', [
      ids,
    ]);
    expect(rows).toMatchObject(
      ids.map((id) => ({
        message_id: id,
        no: 1,
        account_id: ACCOUNT,
        gateway_id: gateway.id,
        leg: 0,
        sender: 'BRANDA',
        state: 'submitting',
        claim: CLAIM,
      })),
    );
    expect(await messageOf(other.pool, ids[0]!)).toMatchObject({ state: 'submitting', attempts: 1 });
  });

  it('uses the message’s own sender ID before the default, and the fallback in its place', async () => {
    const { sliceId } = await storeSlice(store.pool, 1, { sender: 'OWN' });
    const [first] = await claim(store.pool, sliceId, gateway.id, { sender: 'DEFAULT' });
    expect(first!.sender).toBe('OWN');
    await writeResults(store.pool, CLAIM, [
      resultOf(first!, { attempt: 'refused', message: 'queued', leg: 1, class: 'sender' }),
    ]);
    expect(await claim(store.pool, sliceId, gateway.id, { sender: 'DEFAULT' })).toEqual([]);
    const [second] = await claim(store.pool, sliceId, gateway.id, { leg: 1, overrideSender: true, sender: 'FALLBACK' });
    expect(second).toMatchObject({ no: 2, sender: 'FALLBACK' });
    expect((await attemptsOf(sliceId)).map(({ no, sender, state }) => `${no} ${sender} ${state}`)).toEqual([
      '1 OWN refused',
      '2 FALLBACK submitting',
    ]);
  });

  it('goes on after the block before, and stops at its limit', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 5);
    const take = (after: string | null) => claim(store.pool, sliceId, gateway.id, { limit: 2, after });
    expect((await take(null)).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect((await take(ids[2]!)).map(({ id }) => id)).toEqual(ids.slice(3));
    expect((await take(null)).map(({ id }) => id)).toEqual([ids[2]]);
  });

  it('leaves alone what is backing off', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 2);
    await store.pool.query(`update messages set not_before = now() + interval '1 hour' where id = $1`, [ids[0]]);
    expect((await claim(store.pool, sliceId, gateway.id)).map(({ id }) => id)).toEqual([ids[1]]);
  });

  it('claims nothing over a gateway that is inactive, paused or gone', async () => {
    const own = await storeGateway(store);
    const { sliceId, ids } = await storeSlice(store.pool, 1);
    const patch = (status: 'active' | 'inactive') => updateGateway(store.db, SEALER, ACCOUNT, own.id, { status });
    await patch('inactive');
    expect(await claim(store.pool, sliceId, own.id)).toEqual([]);
    await patch('active');
    await pauseGateway(store.db, own.id, 'refused');
    expect(await claim(store.pool, sliceId, own.id)).toEqual([]);
    expect(await claim(store.pool, sliceId, 'gw_none')).toEqual([]);
    expect(await messageOf(store.pool, ids[0]!)).toMatchObject({ state: 'accepted', attempts: 0 });
    expect(await attemptsOf(sliceId)).toEqual([]);
    await patch('active');
    expect(await claim(store.pool, sliceId, own.id)).toHaveLength(1);
  });

  it('claims every message exactly once, however many claim at the same time', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 300);
    const processes = Array.from({ length: 4 }, () => store.connect(2));
    const claimed: string[] = [];
    const drain = async (index: number): Promise<void> => {
      const { pool } = processes[index % processes.length]!;
      // Who lost the race for a block gets a short one or none: only an empty slice is the end.
      while (claimed.length < ids.length) {
        const block = await claim(pool, sliceId, gateway.id, { limit: 20, claim: randomUUID() });
        claimed.push(...block.map(({ id }) => id));
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, i) => drain(i)));
    expect([...claimed].sort()).toEqual(ids);
    const attempts = await attemptsOf(sliceId);
    expect(attempts.map(({ message_id }) => message_id)).toEqual(ids);
    expect(attempts.every(({ no }) => no === 1)).toBe(true);
  });
});

describe('a try that was given back', () => {
  it('is no attempt: its number and its row are used again, on whatever leg', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 1);
    const other = await storeGateway(store);
    const [first] = await claim(store.pool, sliceId, gateway.id);
    const reason = 'not sent';
    const back = { attempt: 'refused', message: 'queued', counts: false, class: 'transient', reason } as const;
    await writeResults(store.pool, CLAIM, [resultOf(first!, { ...back, leg: 1 })]);
    expect(await messageOf(store.pool, ids[0]!)).toMatchObject({ state: 'queued', leg: 1, attempts: 0, reason });
    expect(await attemptsOf(sliceId)).toMatchObject([{ no: 1, state: 'refused', reason }]);

    const again = { leg: 1, sender: 'BRANDB', claim: randomUUID() };
    expect(await claim(store.pool, sliceId, other.id, again)).toMatchObject([{ no: 1, sender: 'BRANDB' }]);
    expect(await attemptsOf(sliceId)).toMatchObject([
      { no: 1, state: 'submitting', sender: 'BRANDB', claim: again.claim, gateway_id: other.id, leg: 1, reason: null },
    ]);
    await writeResults(store.pool, again.claim, [resultOf(first!, { leg: 1 })]);
    expect(await messageOf(store.pool, ids[0]!)).toMatchObject({ state: 'submitted', attempts: 1 });
  });

  it('is found by the claim that took it, until something became of it', async () => {
    const { sliceId } = await storeSlice(store.pool, 3);
    const own = randomUUID();
    const [answered, open] = await claim(store.pool, sliceId, gateway.id, { limit: 2, claim: own });
    await claim(store.pool, sliceId, gateway.id);
    await writeResults(store.pool, own, [resultOf(answered!)]);
    expect(await listClaimed(store.pool, sliceId, own)).toEqual([{ id: open!.id, no: 1, transients: 0 }]);
    expect(await listClaimed(store.pool, sliceId, randomUUID())).toEqual([]);
  });
});

const DEAD = randomUUID();

describe('callOrphansUnknown', () => {
  it('calls unknown what other runs left over a provider that does not know our ids, under their own claims', async () => {
    const other = await storeGateway(store, { provider: 'pingbix' });
    const { sliceId, ids } = await storeSlice(store.pool, 3);
    await claim(store.pool, sliceId, other.id, { limit: 2, claim: DEAD });
    await claim(store.pool, sliceId, gateway.id, { claim: DEAD });
    expect(await callOrphansUnknown(store.pool, sliceId, ['infobip'], OPT_OUTS)).toBe(2);
    expect((await attemptsOf(sliceId)).map(({ state, claim: own }) => [state, own])).toEqual([
      ['unknown', DEAD],
      ['unknown', DEAD],
      ['submitting', DEAD],
    ]);
    expect(await messageOf(store.pool, ids[0]!)).toMatchObject({ state: 'submitting', code: '900', settled: false });
    expect(await callOrphansUnknown(store.pool, sliceId, ['infobip'], OPT_OUTS)).toBe(0);
    expect(await callOrphansUnknown(store.pool, sliceId, [], OPT_OUTS)).toBe(1);
  });
});

describe('takeOverOrphans', () => {
  const takeOver = (sliceId: string, run: string = CLAIM) =>
    takeOverOrphans(store.pool, sliceId, run, ['infobip'], OPT_OUTS);

  it('leaves attempts over a provider that would take them for new ones', async () => {
    const other = await storeGateway(store, { provider: 'pingbix' });
    const { sliceId } = await storeSlice(store.pool, 1);
    await claim(store.pool, sliceId, other.id, { claim: DEAD });
    expect(await takeOver(sliceId)).toEqual([]);
  });

  it('leaves one whose number has opted out since; it is called unknown, since the provider may have it', async () => {
    const stopped = '+919800000871';
    const { sliceId, ids } = await storeSlice(store.pool, 1, { msisdn: stopped });
    await claim(store.pool, sliceId, gateway.id, { claim: DEAD });
    const neighbour = await storeSlice(store.pool, 1, { msisdn: '+919800000872' });
    await claim(store.pool, neighbour.sliceId, gateway.id, { claim: DEAD });
    const stop = { account_id: 'default', msisdn: stopped, source: 'inbound' } as const;
    await store.db.insertInto('suppressions').values(stop).execute();
    expect(await callOrphansUnknown(store.pool, sliceId, ['infobip'], OPT_OUTS)).toBe(1);
    expect(await takeOver(sliceId)).toEqual([]);
    expect(await messageOf(store.pool, ids[0]!)).toMatchObject({ state: 'submitting', code: '900', settled: false });
    expect(await takeOver(neighbour.sliceId)).toHaveLength(1);
  });

  it('takes what another run left behind, under the same attempt, and never its own', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 3);
    await claim(store.pool, sliceId, gateway.id, { limit: 2, claim: DEAD });
    await claim(store.pool, sliceId, gateway.id);
    const orphans = await takeOver(sliceId);
    expect(orphans.map(({ id, no, gatewayId, leg, sender }) => ({ id, no, gatewayId, leg, sender }))).toEqual(
      ids.slice(0, 2).map((id) => ({ id, no: 1, gatewayId: gateway.id, leg: 0, sender: 'BRANDA' })),
    );
    expect((await attemptsOf(sliceId)).every((attempt) => attempt.claim === CLAIM)).toBe(true);
    expect(await takeOver(sliceId)).toEqual([]);
    // Of a run that was only slow, and not dead, a refusal says nothing of the request that leaves now under the same id ...
    const refusal = { attempt: 'refused', message: 'failed', class: 'recipient' } as const;
    await writeResults(store.pool, DEAD, [resultOf(orphans[0]!, refusal)]);
    expect(await messageOf(store.pool, ids[0]!)).toMatchObject({ state: 'submitting' });
    // ... but that the provider took it is so.
    await writeResults(store.pool, DEAD, [resultOf(orphans[0]!)]);
    expect(await messageOf(store.pool, ids[0]!)).toMatchObject({ state: 'submitted' });
    await writeResults(store.pool, CLAIM, [resultOf(orphans[0]!, refusal)]);
    expect(await messageOf(store.pool, ids[0]!)).toMatchObject({ state: 'submitted' });
    await writeResults(store.pool, CLAIM, [resultOf(orphans[1]!, refusal)]);
    expect(await messageOf(store.pool, ids[1]!)).toMatchObject({ state: 'failed' });
  });

  it('takes its own lost answers once their resend is due, and not before', async () => {
    const { sliceId, message } = await withAttempt(store.pool, gateway.id);
    const lost = resultOf(message, {
      attempt: 'submitting',
      message: 'submitting',
      transients: 1,
      delayMs: 3_600_000,
    });
    await writeResults(store.pool, CLAIM, [lost]);
    expect(await takeOver(sliceId)).toEqual([]);
    expect(await takeOver(sliceId, randomUUID())).toEqual([]);
    await store.pool.query('update messages set not_before = now() where id = $1', [message.id]);
    expect(await takeOver(sliceId)).toMatchObject([{ id: message.id, no: 1, transients: 1 }]);
  });

  it('leaves what is unknown, submitted or settled', async () => {
    const { sliceId } = await storeSlice(store.pool, 3);
    const [a, b, c] = await claim(store.pool, sliceId, gateway.id, { claim: DEAD });
    await writeResults(store.pool, DEAD, [
      resultOf(a!, { attempt: 'unknown', message: 'submitting', class: 'unknown' }),
      resultOf(b!),
      resultOf(c!, { attempt: 'refused', message: 'failed', class: 'recipient' }),
    ]);
    expect(await takeOver(sliceId)).toEqual([]);
  });

  it('of two that take over at the same time each attempt goes to one', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 50);
    await claim(store.pool, sliceId, gateway.id, { claim: DEAD });
    const runs: string[] = [randomUUID(), randomUUID()];
    await Promise.all(runs.map((run) => takeOver(sliceId, run)));
    // Whoever came last owns all.
    const owners = new Set((await attemptsOf(sliceId)).map((attempt) => attempt.claim));
    expect([...owners].every((owner) => runs.includes(owner))).toBe(true);
    for (const run of runs)
      await writeResults(
        store.pool,
        run,
        ids.map((id) => resultOf({ id, no: 1 })),
      );
    const { rows } = await store.pool.query<{ n: number }>(
      `select count(*)::int as n from attempts where message_id = any($1) and state = 'submitted'`,
      [ids],
    );
    expect(rows[0]!.n).toBe(50);
  });
});
