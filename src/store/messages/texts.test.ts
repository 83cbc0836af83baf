/** Whatever ends a sensitive message deletes its text, and nothing before does. */
import fs from 'node:fs';
import path from 'node:path';
import {
  ACCOUNT,
  FAILED,
  receiptOf,
  SENDER_REFUSED,
  startStore,
  numberHash,
  storeGateway,
  storeSlice,
  withResult,
  type TestStore,
} from '../../../test/support/rows';
import { promotionalWords } from '../../core/messages/service';
import { cancelWaiting } from '../campaigns/slices';
import { resolveRefused } from '../dispatch/failover';
import type { GatewayRow } from '../gateways/gateways';
import { applyReceipts } from '../receipts/receipts';
import { settleCapped } from './caps';
import { settleSuppressed } from './opt-outs';
import { insertSuppression } from './suppressions';
import { settleOverdue } from './settle';

const SENSITIVE = { options: { sensitive: true }, body: 'Your code is 482910' } as const;
const RAW = '{"text":"Your code is 482910"}';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

const storedOf = async (id: string) => {
  const { rows } = await store.pool.query<{ state: string; body: string; settled: boolean }>(
    'select state, body, settled_at is not null as settled from messages where id = $1',
    [id],
  );
  return rows[0]!;
};
type Draft = Parameters<typeof withResult>[3];
const submitted = (over: Draft) => withResult(store.pool, gateway.id, { providerId: `p-${Math.random()}` }, over);
const waiting = async (over: Draft) => {
  const { sliceId, ids } = await storeSlice(store.pool, 1, over);
  return { sliceId, message: { id: ids[0]!, no: 1 } };
};
let serial = 0;
const number = (): string => `+91980001${String(++serial).padStart(4, '0')}`;

/** Every way to an end; each makes a message of this draft, ends it, and says its id. */
const ENDS: Record<string, (over: Draft) => Promise<string>> = {
  'a receipt that is plain': async (over) => {
    const { message } = await submitted(over);
    await applyReceipts(store.pool, [receiptOf(gateway.id, message, { status: 'delivered', raw: RAW })]);
    return message.id;
  },
  'a receipt that names the provider’s id': async (over) => {
    const { message } = await withResult(store.pool, gateway.id, { providerId: 'by-id' }, over);
    await applyReceipts(store.pool, [
      receiptOf(gateway.id, message, { attempt: null, providerId: 'by-id', ...FAILED, raw: RAW }),
    ]);
    await store.pool.query(`update attempts set provider_id = null where provider_id = 'by-id'`);
    return message.id;
  },
  'an answer that refuses it': async (over) => {
    const refused = { attempt: 'refused', message: 'failed', class: 'recipient', clevertap: '910' } as const;
    return (await withResult(store.pool, gateway.id, { ...refused, reason: 'absent' }, over)).message.id;
  },
  'a deadline': async (over) => {
    const { sliceId, message } = await submitted(over);
    await store.pool.query(`update messages set submitted_at = now() - interval '9 days' where id = $1`, [message.id]);
    await settleOverdue(store.pool, sliceId, []);
    return message.id;
  },
  'an opt-out': async (over) => {
    const msisdn = number();
    const { sliceId, message } = await waiting({ ...over, msisdn });
    await insertSuppression(store.db, {
      accountId: ACCOUNT,
      msisdn,
      numberHash: numberHash(msisdn),
      reason: 'asked',
      classes: 'all',
      keyId: null,
    });
    await settleSuppressed(store.pool, sliceId, { shared: false, promotional: promotionalWords() });
    return message.id;
  },
  'a cap': async (over) => {
    const msisdn = number();
    await submitted({ ...over, msisdn });
    const { sliceId, message } = await waiting({ ...over, msisdn });
    await settleCapped(store.pool, sliceId, { duplicateContentMinutes: 10, frequency: null });
    return message.id;
  },
  'the end of its campaign': async (over) => {
    const { sliceId, message } = await waiting(over);
    await cancelWaiting(store.pool, sliceId, 'cancelled');
    return message.id;
  },
  'a refusal that no leg follows': async (over) => {
    const { message } = await refusedByReceipt(over);
    await resolveRefused(store.pool, [{ id: message.id, no: message.no, nextLeg: null }]);
    return message.id;
  },
};

async function refusedByReceipt(over: Draft) {
  const made = await submitted(over);
  await applyReceipts(store.pool, [receiptOf(gateway.id, made.message, { ...SENDER_REFUSED, raw: RAW })]);
  return made;
}

describe.each(Object.keys(ENDS))('ended by %s', (end) => {
  test('a sensitive message has no text, and what came about it is not kept', async () => {
    const id = await ENDS[end]!(SENSITIVE);
    expect(await storedOf(id)).toMatchObject({ body: '', settled: true });
    const { rows } = await store.pool.query('select raw from receipts where message_id = $1', [id]);
    expect(rows.filter(({ raw }) => raw !== null)).toEqual([]);
  });

  test('another one keeps both', async () => {
    const id = await ENDS[end]!({ body: 'Hello', options: { flash: true } });
    expect(await storedOf(id)).toMatchObject({ body: 'Hello', settled: true });
    const { rows } = await store.pool.query('select raw from receipts where message_id = $1', [id]);
    expect(rows.filter(({ raw }) => raw === null)).toEqual([]);
  });
});

test('on its way a sensitive message has its text: waiting, submitted, and refused with a leg to follow', async () => {
  const ids = [
    (await waiting(SENSITIVE)).message.id,
    (await submitted(SENSITIVE)).message.id,
    (await refusedByReceipt(SENSITIVE)).message.id,
  ];
  for (const id of ids) expect((await storedOf(id)).body).toBe(SENSITIVE.body);
  const { message } = await refusedByReceipt(SENSITIVE);
  await resolveRefused(store.pool, [{ id: message.id, no: message.no, nextLeg: 1 }]);
  expect(await storedOf(message.id)).toMatchObject({ state: 'queued', body: SENSITIVE.body });
});

test('a report of its way is not kept as it came either', async () => {
  const { message } = await submitted(SENSITIVE);
  await applyReceipts(store.pool, [receiptOf(gateway.id, message, { status: 'pending', raw: RAW })]);
  const { rows } = await store.pool.query('select status, raw from receipts where message_id = $1', [message.id]);
  expect(rows).toEqual([{ status: 'pending', raw: null }]);
});

/** Those that set when a message was settled. */
const STATEMENT = /update messages m\s+set[\s\S]*?\n\s*(?:from|where|returning)\b/g;

test('every statement that ends messages deletes such texts', () => {
  const room = path.resolve(__dirname, '..');
  const files = fs
    .readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const ending = files.flatMap((file) =>
    [...fs.readFileSync(path.join(room, file), 'utf8').matchAll(STATEMENT)]
      .map(([statement]) => statement)
      .filter((statement) => /settled_at =|MESSAGE_AFTER/.test(statement))
      .map((statement) => [file, statement] as const),
  );
  expect(ending.length).toBeGreaterThanOrEqual(8);
  const forgetful = ending.filter(([, statement]) => !/bodyOnceEnded\(|MESSAGE_AFTER/.test(statement));
  expect(forgetful.map(([file]) => file)).toEqual([]);
});
