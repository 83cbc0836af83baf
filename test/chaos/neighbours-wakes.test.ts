/**
 * Signals that were lost, behind a campaign of A that is paused and has more news than maintenance looks at in one go:
 * B's message, which was refused by a report, still gets its next leg.
 */
import { campaignsOf, people } from '../support/campaigns';
import { runDutyNow } from '../support/maintenance';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant } from '../support/tenants';

/** Some pages of the duty: were they looked at first, B would be reached after as many turns. */
const FLAGGED = 4_000;

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

/** A campaign that is paused, and slices of it that all have news. */
async function pausedWithNews(name: string): Promise<void> {
  const tenant = await makeTenant(stack, name);
  await tenant.gateway(name, KNOWS_OUR_IDS);
  const campaigns = campaignsOf({ ...stack, call: tenant.call });
  const id = await campaigns.launch({ audience: { recipients: people(3) }, time: new Date(Date.now() + 3_600_000).toISOString() }); // prettier-ignore
  await campaigns.reaches(id, 'scheduled');
  expect((await campaigns.act(id, 'pause')).status).toBe(200);
  await campaigns.reaches(id, 'paused');
  // Older than anything of B's.
  await stack.database.pool.query(
    `insert into slices (id, account_id, campaign_id, no, priority, total, state, started_at, wake_due, wake_seq)
     select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, $2, 1000 + n, 5, 1, 'sealed', now(), true, 1
     from generate_series(1, $3) n`,
    [tenant.accountId, id, FLAGGED],
  );
}

test.each([KNOWS_OUR_IDS, KNOWS_ITS_OWN])('over %s', async (provider) => {
  await stack.database.pool.query('delete from slices where no >= 1000');
  await pausedWithNews(`a-${provider}`);
  const name = `b-${provider}`;
  const b = await makeTenant(stack, name);
  await b.gateway(name, provider, { fallbackSender: 'SPARES' });
  await b.script(name, { receipts: { missing: 1 } });
  const [id] = (await b.send(1)) as [string];
  await b.reach([id], 'submitted');
  await b.script(name, {});
  // As the report that its sender ID is refused leaves them, when the signal that follows it is lost.
  const { pool } = stack.database;
  await pool.query(
    `update attempts set state = 'failed', class = 'sender', code = '14', settled_at = now() where message_id = $1`,
    [id],
  );
  await pool.query(`update messages set state = 'refused' where id = $1`, [id]);
  await pool.query(
    `update slices set submitted = submitted - 1, wake_due = true, wake_seq = wake_seq + 1
     where id = (select slice_id from messages where id = $1)`,
    [id],
  );
  await runDutyNow(stack, 'wakes');
  // In the first turn, or two: behind all that news it would be later.
  await b.reach([id], 'delivered', 30_000);
  const { json } = await b.call('GET', `/api/v1/messages/${id}`);
  expect(json.attempts.map(({ sender, state }: { sender: string; state: string }) => [sender, state])).toEqual([
    ['TXTSMS', 'failed'],
    ['SPARES', 'delivered'],
  ]);
});
