/** The outbox in tests that write rows of callbacks by hand. */
import type { Pool } from 'pg';
import { bundled } from '../../src/store/webhooks/waiting';

/** The state that a callback `c` is shown in, in SQL. */
export const SHOWN_STATE = `case when c.state = 'pending' and exists (
  select from relays r where r.slot = c.slot and c.message_id = any(r.message_ids)
) then 'sending' else c.state end`;

/** Makes the bundles of what waits anew from the rows of callbacks, which a test has written. */
export async function bundleAnew(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    // No claim goes on beside it.
    await client.query('lock table due_callbacks in exclusive mode');
    await client.query(`
      with gone as (delete from due_callbacks),
      waiting as (
        select c.webhook_id, c.next_try_at as due_at, c.slot, c.event, c.message_id from callbacks c
        where ${SHOWN_STATE} = 'pending'
      ),
      ${bundled('waiting')}
      select`);
    await client.query('commit');
  } finally {
    client.release();
  }
}
