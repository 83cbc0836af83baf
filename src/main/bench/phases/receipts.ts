/** The way back: receipts as they come in. */
import { attemptWireId } from '../../../core/messages/ids';
import { waitFor, type Bed } from '../bed';
import { runLoad, type LoadRequest } from '../load';
import { mustSucceed, PHASE_DEADLINE_MS, RAW_IN_FLIGHT, type PhaseContext } from '../phase';
import { cpuPerMessage } from '../processes';
import { JSON_TYPE } from '../traffic';

/** Receipts for attempts that wait for one: posts of one, then posts of 100. */
export async function measureReceipts({ bed, sizes, figures }: PhaseContext): Promise<void> {
  const { pathname, authorization } = await callbackOf(bed);
  const { rows } = await bed.database.pool.query<{ message_id: string; no: number }>(
    `select message_id, no from attempts where state = 'submitted' order by message_id limit $1`,
    [sizes.receipts * 2],
  );
  const ids = rows.map((row) => attemptWireId(row.message_id, row.no));
  const half = Math.floor(ids.length / 200) * 100;
  const headers = { ...JSON_TYPE, authorization };
  const one =
    (path: string) =>
    (index: number): LoadRequest => ({ method: 'POST', path, headers, body: reports([ids[index]!]) });
  const bare = {
    origin: `http://127.0.0.1:${bed.bareExpress}`,
    inFlight: RAW_IN_FLIGHT,
    count: half,
    request: one('/parse'),
  };
  const bareRate = (await runLoad(bare)).perSecond;
  const singles = await runLoad({ origin: bed.api, inFlight: RAW_IN_FLIGHT, count: half, request: one(pathname) });
  mustSucceed('receipts', singles.failed);
  figures.receipts_per_s = singles.perSecond;
  figures.receipts_ratio = singles.perSecond / bareRate;
  const hundred = (index: number): LoadRequest => {
    const from = half + index * 100;
    return { method: 'POST', path: pathname, headers, body: reports(ids.slice(from, from + 100)) };
  };
  const cpuBefore = await bed.cpuTimes();
  const bulk = await runLoad({ origin: bed.api, inFlight: 8, count: half / 100, request: hundred });
  mustSucceed('bulk receipts', bulk.failed);
  figures.receipts_bulk_per_s = bulk.perSecond * 100;
  figures.receipts_bulk_cpu_us = cpuPerMessage(cpuBefore, await bed.cpuTimes(), half);
  // Their callbacks are still on the way to CleverTap, and would be measured with what comes next.
  await waitFor('the outbox is empty', () => outboxIsEmpty(bed), PHASE_DEADLINE_MS);
}

/** Where the vendor reports, and how it proves itself: by another secret, because the one that the gateway has is not told. */
async function callbackOf({ api, call, readGateway }: Bed): Promise<{ pathname: string; authorization: string }> {
  const { id } = await readGateway();
  interface Rotated {
    callbackUrl: string;
    callbackAuth: { basic: { username: string; password: string } };
  }
  const { callbackUrl, callbackAuth } = await call<Rotated>('POST', `${api}/api/v1/gateways/${id}/rotate-callback`);
  const { username, password } = callbackAuth.basic;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return { pathname: new URL(callbackUrl).pathname, authorization };
}

async function outboxIsEmpty({ database }: Bed): Promise<boolean> {
  const waiting = `select exists (select 1 from due_callbacks) or exists (select 1 from relays) as waiting`;
  const { rows } = await database.pool.query<{ waiting: boolean }>(waiting);
  return !rows[0]!.waiting;
}

function reports(ids: readonly string[]): string {
  const at = '2026-01-01T10:00:00.000+0000';
  return JSON.stringify({
    results: ids.map((messageId) => ({
      messageId,
      to: '919000000000',
      sender: 'HELIOG',
      sentAt: at,
      doneAt: at,
      messageCount: 1,
      price: { pricePerMessage: 0, currency: 'EUR' },
      status: { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET', description: 'Delivered' },
      error: { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR', description: 'No Error', permanent: false },
    })),
  });
}
