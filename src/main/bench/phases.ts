/** What is measured, phase by phase. Each figure stands beside the raw figure of the same run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { attemptWireId } from '../../core/ids';
import { sendWorkflowId } from '../../workflows/contract';
import { waitFor, type Bed } from './bed';
import type { Figures } from './figures';
import { percentile, runLoad, type LoadRequest } from './load';

export interface Sizes {
  raw: number;
  singles: number;
  /** Requests of 1,000 recipients. */
  batches: number;
  /** Recipients per dispatch phase, a multiple of 1,000. */
  dispatch: number;
  receipts: number;
  probes: number;
}

export const FULL: Sizes = {
  raw: 40_000,
  singles: 10_000,
  batches: 100,
  dispatch: 100_000,
  receipts: 40_000,
  probes: 50,
};
export const QUICK: Sizes = {
  raw: 15_000,
  singles: 3_000,
  batches: 30,
  dispatch: 20_000,
  receipts: 10_000,
  probes: 20,
};

const RECORDS_PER_REQUEST = 1_000;
const RAW_IN_FLIGHT = 64;
const MANY_IN_FLIGHT = 500;
const PHASE_DEADLINE_MS = 180_000;
/** Far enough ahead that nothing of an ingress phase is dispatched while it is measured. */
const TOMORROW_MS = 86_400_000;

const JSON_TYPE = { 'content-type': 'application/json' };
let serial = 0;

const number = (index: number): string => `+9190${String(index).padStart(8, '0')}`;

function record(index: number) {
  return {
    to: number(index),
    body: `Hi, your order ${index} is on its way and will be with you today. Thank you for shopping.`,
    mid: `90${String(index).padStart(8, '0')}.1200000000.1700000000.20260101.0.wzrk_default.-1.`,
  };
}

/** A CleverTap batch of fresh recipients. */
function batchBody(extra: object): string {
  const msgs = Array.from({ length: RECORDS_PER_REQUEST }, () => record(serial++));
  return JSON.stringify({ ...extra, msgs });
}

/** One Infobip message as the adapter posts it, for the raw figure. */
const rawRequest =
  (path: string) =>
  (index: number): LoadRequest => ({
    method: 'POST',
    path,
    headers: { ...JSON_TYPE, authorization: 'App raw' },
    body: JSON.stringify({
      messages: [
        {
          sender: 'HELIOG',
          destinations: [{ to: number(index).slice(1), messageId: `raw-${path.length}-${index}` }],
          content: { text: record(index).body },
          webhooks: { delivery: { url: 'http://127.0.0.1:1/callbacks/raw' }, contentType: 'application/json' },
        },
      ],
    }),
  });

/** Raw: one undici pool, one JSON message per request, an endpoint that answers and does nothing else. */
export async function measureRaw(bed: Bed, sizes: Sizes, figures: Figures): Promise<void> {
  const load = { origin: bed.simulator, inFlight: RAW_IN_FLIGHT, request: rawRequest('/sink') };
  await runLoad({ ...load, count: Math.ceil(sizes.raw / 4) });
  figures.raw_per_s = (await runLoad({ ...load, count: sizes.raw })).perSecond;
}

export async function measureIngress(bed: Bed, sizes: Sizes, figures: Figures): Promise<void> {
  const authorization = `Bearer ${bed.key}`;
  const time = new Date(Date.now() + TOMORROW_MS).toISOString();
  const form = (path: string) => (): LoadRequest => {
    const { to, body, mid } = record(serial++);
    const fields = new URLSearchParams({ sender: 'HELIOG', to, message: body, service: 'T', custom: mid, time });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization };
    return { method: 'POST', path, headers, body: fields.toString() };
  };
  const bare = { origin: `http://127.0.0.1:${bed.bareExpress}`, inFlight: RAW_IN_FLIGHT, request: form('/parse') };
  const single = { origin: bed.api, inFlight: RAW_IN_FLIGHT, request: form('/api/v2/sms/clevertap/send') };
  await runLoad({ ...bare, count: Math.ceil(sizes.singles / 4) });
  await runLoad({ ...single, count: Math.ceil(sizes.singles / 4) });
  const bareRate = (await runLoad({ ...bare, count: sizes.singles })).perSecond;
  const singles = await runLoad({ ...single, count: sizes.singles });
  mustSucceed('single ingress', singles.failed);
  figures.ingress_single_per_s = singles.perSecond;
  figures.ingress_single_ratio = singles.perSecond / bareRate;
  const half = await runLoad({ ...single, count: Math.ceil(sizes.singles / 2), perSecond: singles.perSecond / 2 });
  figures.ingress_single_p99_ms = percentile(half.latencies, 0.99);

  const bodies = Array.from({ length: sizes.batches }, () => batchBody({ from: 'HELIOG', time }));
  const headers = { ...JSON_TYPE, authorization };
  const request = (index: number): LoadRequest => ({
    method: 'POST',
    path: '/clevertap/v1/messages',
    headers,
    body: bodies[index]!,
  });
  const batches = await runLoad({ origin: bed.api, inFlight: 4, count: bodies.length, request });
  mustSucceed('batch ingress', batches.failed);
  figures.ingress_batch_per_s = batches.perSecond * RECORDS_PER_REQUEST;
}

function mustSucceed(what: string, failed: number): void {
  if (failed > 0) throw new Error(`${what}: ${failed} requests were not answered with 2xx`);
}

/** Milliseconds from a request to the provider's first sight of the message, one message at a time (median). */
export async function measureProbes(bed: Bed, sizes: Sizes, figures: Figures): Promise<void> {
  await bed.call('PUT', `${bed.simulator}/control/script`, {});
  const times: number[] = [];
  for (let i = 0; i < sizes.probes; i++) {
    const { to, body, mid } = record(serial++);
    const sentAt = Date.now();
    await bed.call('POST', `${bed.api}/clevertap/v1/messages`, { from: 'HELIOG', to, body, mid });
    await waitFor(
      'the provider has the probe',
      async () => {
        const url = `${bed.simulator}/control/messages?to=${to.slice(1)}`;
        const { messages } = await bed.call<{ messages: { times: string[] }[] }>('GET', url);
        if (messages[0] === undefined) return false;
        times.push(Date.parse(messages[0].times[0]!) - sentAt);
        return true;
      },
      10_000,
    );
    // Low load: below the rate at which every request has a workflow of its own.
    await sleep(100);
  }
  times.sort((a, b) => a - b);
  figures.request_to_provider_ms = percentile(times, 0.5);
}

interface Dispatch {
  perSecond: number;
  /** Accepted by the api and never seen by the provider. */
  lost: number;
  duplicates: number;
}

/**
 * Loads recipients for one moment ahead, then measures from the provider's first request to its last.
 * @param gateway settings of the gateway for this phase. @param script the simulator's.
 */
export async function dispatch(bed: Bed, recipients: number, gateway: object, script: object): Promise<Dispatch> {
  const { items } = await bed.call<{ items: { id: string }[] }>('GET', `${bed.api}/api/v1/gateways`);
  await bed.call('PATCH', `${bed.api}/api/v1/gateways/${items[0]!.id}`, gateway);
  await bed.call('PUT', `${bed.simulator}/control/script`, { record: false, ...script });
  await bed.call('POST', `${bed.simulator}/control/reset`);
  await bed.call('PUT', `${bed.simulator}/control/script`, { record: false, ...script });
  const leadMs = 3_000 + recipients / 10;
  const time = new Date(Date.now() + leadMs).toISOString();
  const request = (): LoadRequest => ({
    method: 'POST',
    path: '/clevertap/v1/messages',
    headers: { ...JSON_TYPE, authorization: `Bearer ${bed.key}` },
    body: batchBody({ from: 'HELIOG', time }),
  });
  const count = recipients / RECORDS_PER_REQUEST;
  mustSucceed('loading', (await runLoad({ origin: bed.api, inFlight: 4, count, request })).failed);
  let firstAt = 0;
  let seen = 0;
  let lastAt = 0;
  await waitFor(
    'dispatch',
    async () => {
      const { accepted } = await bed.counts();
      const now = performance.now();
      if (accepted > 0 && firstAt === 0) {
        firstAt = now;
        seen = accepted;
      }
      lastAt = now;
      return accepted >= recipients;
    },
    leadMs + PHASE_DEADLINE_MS,
  );
  const counts = await bed.counts();
  return {
    perSecond: (recipients - seen) / ((lastAt - firstAt) / 1_000),
    lost: recipients - counts.accepted,
    duplicates: counts.duplicateIds,
  };
}

/** No receipts: these phases measure the way out alone, and leave attempts for the receipt phases. */
const NO_RECEIPTS = { receipts: { missing: 1 } };

export async function measureDispatch(bed: Bed, sizes: Sizes, figures: Figures): Promise<void> {
  const raw = figures.raw_per_s!;
  const batch = await dispatch(
    bed,
    sizes.dispatch,
    { sendingPattern: 'batch', batchSize: 100, maxInFlight: 64 },
    NO_RECEIPTS,
  );
  figures.batch_per_s = batch.perSecond;
  figures.batch_ratio = batch.perSecond / raw;
  const loop = await dispatch(bed, sizes.dispatch, { sendingPattern: 'loop', maxInFlight: RAW_IN_FLIGHT }, NO_RECEIPTS);
  figures.loop_per_s = loop.perSecond;
  figures.loop_ratio = loop.perSecond / raw;

  const latency = { latencyMs: 50, ...NO_RECEIPTS };
  await bed.call('PUT', `${bed.simulator}/control/script`, { record: false, ...latency });
  const slow = { origin: bed.simulator, inFlight: MANY_IN_FLIGHT, request: rawRequest('/infobip/raw/sms/3/messages') };
  figures.raw50_per_s = (await runLoad({ ...slow, count: sizes.raw })).perSecond;
  const loop50 = await dispatch(bed, sizes.dispatch, { sendingPattern: 'loop', maxInFlight: MANY_IN_FLIGHT }, latency);
  figures.loop50_per_s = loop50.perSecond;
  figures.loop50_ratio = loop50.perSecond / figures.raw50_per_s;
  const phases = [batch, loop, loop50];
  figures.lost = phases.reduce((sum, phase) => sum + phase.lost, 0);
  figures.duplicates = phases.reduce((sum, phase) => sum + phase.duplicates, 0);
  figures.events_per_message = await eventsPerMessage(bed);
}

/** History events of full slices' workflows per message. */
async function eventsPerMessage(bed: Bed): Promise<number> {
  const { rows } = await bed.database.pool.query<{ id: string; total: number }>(
    `select id, total from slices where total = 1000 and due_at < now() order by created_at desc limit 20`,
  );
  let events = 0;
  for (const { id } of rows) {
    const { historyLength } = await bed.temporal.workflow.getHandle(sendWorkflowId(id)).describe();
    events += historyLength;
  }
  return events / rows.reduce((sum, row) => sum + row.total, 0);
}

/** From the provider's first request until CleverTap was told the last outcome. */
export async function measureFullCycle(bed: Bed, sizes: Sizes, figures: Figures): Promise<void> {
  const recipients = Math.ceil(sizes.dispatch / 5_000) * 1_000;
  const told = async (): Promise<number> => {
    const { accounts } = await bed.call<{ accounts: { DEMO?: { records: number } } }>(
      'GET',
      `${bed.simulator}/control/clevertap`,
    );
    return accounts.DEMO?.records ?? 0;
  };
  const gateway = { sendingPattern: 'batch', batchSize: 100, maxInFlight: 64 };
  await dispatch(bed, 1_000, gateway, {});
  const sent = dispatch(bed, recipients, gateway, {});
  let firstAt = 0;
  await waitFor(
    'the first message',
    async () => {
      const { accepted } = await bed.counts();
      if (accepted > 0 && accepted !== 1_000) firstAt = performance.now();
      return firstAt > 0;
    },
    PHASE_DEADLINE_MS,
  );
  await sent;
  await waitFor('CleverTap is told everything', async () => (await told()) >= recipients, PHASE_DEADLINE_MS);
  figures.full_cycle_per_s = recipients / ((performance.now() - firstAt) / 1_000);
}

/** Receipts for attempts that wait for one: posts of one, then posts of 100. */
export async function measureReceipts(bed: Bed, sizes: Sizes, figures: Figures): Promise<void> {
  const { items } = await bed.call<{ items: { callbackUrl: string }[] }>('GET', `${bed.api}/api/v1/gateways`);
  const { pathname } = new URL(items[0]!.callbackUrl);
  const { rows } = await bed.database.pool.query<{ message_id: string; no: number }>(
    `select message_id, no from attempts where state = 'submitted' order by message_id limit $1`,
    [sizes.receipts * 2],
  );
  const ids = rows.map((row) => attemptWireId(row.message_id, row.no));
  const half = Math.floor(ids.length / 200) * 100;
  const headers = JSON_TYPE;
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
  const bulk = await runLoad({ origin: bed.api, inFlight: 8, count: half / 100, request: hundred });
  mustSucceed('bulk receipts', bulk.failed);
  figures.receipts_bulk_per_s = bulk.perSecond * 100;
  // Their callbacks are still on the way to CleverTap, and would be measured with what comes next.
  await waitFor('the outbox is empty', () => outboxIsEmpty(bed), PHASE_DEADLINE_MS);
}

async function outboxIsEmpty({ database }: Bed): Promise<boolean> {
  const waiting = `select exists (select 1 from callbacks where state in ('pending', 'sending')) as waiting`;
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
