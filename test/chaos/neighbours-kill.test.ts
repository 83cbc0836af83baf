/**
 * The only worker is killed while requests of three accounts are on the wire, over a vendor that knows our ids, one that can
 * be asked and one that can't. What is in doubt is what was on the wire; all else leaves once, and another account, whose
 * password comes after the kill, does not wait for the minute in which the dead worker's slices are missed.
 */
import { listUnderWay } from '../support/database';
import { startProcess, type TestProcess } from '../support/process';
import { startStack, type TestStack } from '../support/stack';
import { CAN_BE_ASKED, KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

const MESSAGES = 120;
const IN_FLIGHT = 6;
/** The slices of a dead worker go to its successor after a minute. */
const BACK_MS = 150_000;

let stack: TestStack;
let worker: TestProcess;
beforeAll(async () => {
  stack = await startStack({ worker: false });
  worker = await startProcess('worker', stack.env);
});
afterAll(async () => {
  await worker.kill();
  await stack.stop();
});

interface Sent {
  tenant: Tenant;
  name: string;
  ids: string[];
}

/** Messages of an account of its own, over a vendor that leaves each request without an answer for long. */
async function hanging(provider: string, from: string): Promise<Sent> {
  const name = `kill-${provider}`;
  const tenant = await makeTenant(stack, name);
  await tenant.gateway(name, provider, { maxInFlight: IN_FLIGHT, defaultSender: from });
  await tenant.script(name, { latencyMs: 200_000, receipts: { missing: 1 } });
  return { tenant, name, ids: await tenant.send(MESSAGES) };
}

/** Those of its messages that are in doubt. */
const doubtsOf = async ({ ids }: Sent): Promise<string[]> =>
  (await listUnderWay(stack.database.pool)).filter((id) => ids.includes(id));

test('few messages are in doubt, all others leave once, and a neighbour’s password leaves at once', async () => {
  const sent = [
    await hanging(KNOWS_OUR_IDS, 'TXTSMS'),
    await hanging(CAN_BE_ASKED, '+15005550006'),
    await hanging(KNOWS_ITS_OWN, 'TXTSMS'),
  ];
  const watched = await makeTenant(stack, 'kill-watched');
  await watched.gateway('kill-watched', KNOWS_OUR_IDS);
  for (const { tenant, name } of sent)
    await until(`the wire of ${name} is full`, async () => (await tenant.counts(name)).submissions === IN_FLIGHT);
  await worker.kill();
  for (const { tenant, name } of sent) await tenant.script(name, {});

  const inDoubt = await Promise.all(sent.map(doubtsOf));
  for (const doubts of inDoubt) {
    expect(doubts.length).toBeGreaterThanOrEqual(IN_FLIGHT);
    expect(doubts.length).toBeLessThanOrEqual(2 * IN_FLIGHT);
  }
  const password = await watched.send(1);
  worker = await startProcess('worker', stack.env);
  await watched.reach(password, 'delivered');
  // Nothing of them has been decided meanwhile.
  for (const [i, one] of sent.entries()) expect((await doubtsOf(one)).sort()).toEqual([...inDoubt[i]!].sort());

  for (const [i, { tenant, ids }] of sent.entries()) {
    const doubted = new Set(inDoubt[i]);
    const clear = ids.filter((id) => !doubted.has(id));
    await tenant.reach(clear, 'delivered', BACK_MS);
  }
  const statesOf = (i: number): Promise<string[]> => sent[i]!.tenant.states(inDoubt[i]!);
  const [ours, asked, own] = sent as [Sent, Sent, Sent];
  // Asked for again under the same ids, and recognised: the vendor has each of them once.
  await until('all that was in doubt is known', async () => !(await statesOf(0)).includes('submitting'), {
    deadlineMs: BACK_MS,
  });
  expect(await ours.tenant.counts(ours.name)).toMatchObject({ accepted: MESSAGES, duplicateIds: IN_FLIGHT });
  // Looked up: what had reached the vendor is known.
  const known = async (): Promise<number> => (await statesOf(1)).filter((state) => state !== 'submitting').length;
  await until('what the vendor shows is known', async () => (await known()) === IN_FLIGHT, { deadlineMs: BACK_MS });
  // Nobody can tell, so nothing leaves again.
  expect(new Set(await statesOf(2))).toEqual(new Set(['submitting']));
  for (const [i, { tenant, name }] of [asked, own].entries()) {
    const clear = MESSAGES - inDoubt[i + 1]!.length;
    expect(await tenant.counts(name)).toMatchObject({ submissions: IN_FLIGHT + clear });
  }
}, 300_000);
