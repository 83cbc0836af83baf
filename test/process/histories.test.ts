/**
 * What Temporal keeps after a full run and after one in which much fails: no number, text, name, key or token, neither as
 * it is written nor decoded; and what is written is encrypted. What went wrong is still told, in codes and places.
 */
import { randomUUID } from 'node:crypto';
import type { Client as TemporalClient } from '@temporalio/client';
import { campaignWorkflowId } from '../../src/workflows/contract';
import { bearerOf } from '../support/api';
import { campaignsOf, type TestCampaigns } from '../support/campaigns';
import { readAll, type Kept } from '../support/histories';
import { ADMIN_KEY } from '../support/servers';
import { startStack, type TestStack } from '../support/stack';
import { codecOf, connectTemporal } from '../support/temporal';
import { until } from '../support/until';

const NAMESPACE = `histories-${randomUUID()}`;
const TEXTS = ['Quillwort ferns 271828', 'Bluebell woods', 'Marigold lawns', 'Stop Larkspur'];
const NAMES = ['Ashalata Venkataraghavan Subramaniam', 'Ravishankar', 'Monsoon Carnival'];
const NUMBERS = Array.from({ length: 12 }, (_, i) => `9800000${300 + i}`);
const [POISONED, NEIGHBOUR] = [`+91${NUMBERS[10]}`, `+91${NUMBERS[11]}`];
const GATEWAY_KEY = 'simulator-key-of-the-gateway';

let stack: TestStack;
let client: TemporalClient;
let campaigns: TestCampaigns;
let secrets: string[];

beforeAll(async () => {
  const bare = await connectTemporal({ env: { TEMPORAL_NAMESPACE: NAMESPACE } });
  await bare.workflowService.registerNamespace({
    namespace: NAMESPACE,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await until('the namespace takes starts', () =>
    bare.workflow.start('none', { workflowId: 'none', taskQueue: 'none' }).then(
      () => true,
      () => false,
    ),
  );
  await bare.workflow.getHandle('none').terminate();
  await bare.connection.close();
  stack = await startStack({ env: { TEMPORAL_NAMESPACE: NAMESPACE } });
  client = await connectTemporal(stack);
  campaigns = campaignsOf(stack);
  await stack.database.pool.query('update gateways set demo = false');
  const { json } = await stack.call('GET', '/api/v1/gateways');
  const gateway = json.items[0] as { id: string; callbackUrl: string };
  await stack.call('PATCH', `/api/v1/gateways/${gateway.id}`, { credentials: { apiKey: GATEWAY_KEY } });
  const { authorization } = await bearerOf(stack, ['read']);
  const { json: webhook } = await stack.call('POST', '/api/v1/webhooks', {
    kind: 'standard',
    url: 'https://hooks.example.com/secret-path-of-a-webhook',
  });
  secrets = [
    ...TEXTS,
    ...NAMES,
    ...NUMBERS,
    ...NAMES.flatMap((name) => name.split(' ')),
    GATEWAY_KEY,
    ADMIN_KEY,
    stack.env.HELIOGRAPH_MASTER_KEY!,
    authorization.replace('Bearer ', ''),
    webhook.secret as string,
    'secret-path-of-a-webhook',
    new URL(gateway.callbackUrl).pathname.split('/').at(-1)!,
  ];
});
afterAll(async () => {
  await client.connection.close();
  await stack.stop();
});

const people = (from: number, count: number) =>
  NUMBERS.slice(from, from + count).map((to) => ({
    to: `+91${to}`,
    variables: { name: NAMES[1] },
    custom: `meta ${to}`,
  }));
const stateOf = async (id: string) => (await stack.call('GET', `/api/v1/campaigns/${id}`)).json; // prettier-ignore

/** One of everything that has a workflow. */
async function fullRun(): Promise<void> {
  await stack.call('POST', '/clevertap/v1/messages', {
    all: [{ to: NUMBERS[0], text: TEXTS[0], mid: 'full-1' }, { to: NUMBERS[1], text: `${TEXTS[0]} ${NAMES[1]}`, mid: 'full-2' }],
    service: 'T',
  });
  const id = await campaigns.launch({
    name: NAMES[2], message: `${TEXTS[1]} {name}`, audience: { recipients: people(2, 3) },
  });
  await stack.call('GET', `/api/v1/campaigns/${id}/forecast`);
  const upload = await stack.call('POST', '/api/v1/uploads', `to,name\n+91${NUMBERS[5]},${NAMES[1]}\n`, {
    'content-type': 'text/csv',
  });
  const isReady = async () => (await stack.call('GET', `/api/v1/uploads/${upload.json.id}`)).json.state === 'ready';
  await until('the list is read', isReady);
  const listed = await campaigns.launch({ name: NAMES[2], message: `${TEXTS[1]} {name}`, audience: { uploadId: upload.json.id } });
  const { json: series } = await campaigns.create({
    name: NAMES[2], message: `${TEXTS[1]} {name}`, audience: { recipients: people(2, 1) }, recurrence: { cron: '0 10 1 1 *' },
  });
  await client.schedule.getHandle(`series/${series.id}`).trigger();
  await until('the campaign of the series is over', async () => {
    const { items } = (await stack.call('GET', `/api/v1/campaigns?seriesId=${series.id}`)).json;
    return items.length === 1 && items[0].state === 'finished';
  });
  for (const one of [id, listed]) expect((await campaigns.reaches(one, 'finished')).counts.open).toBe(0);
  const { json } = await stack.call('GET', '/api/v1/gateways');
  const test = { to: `+91${NUMBERS[6]}`, text: TEXTS[2] };
  expect((await stack.call('POST', `/api/v1/gateways/${json.items[0].id}/test`, test)).json.ok).toBe(true);
  const reply = { messageId: 'mo-1', from: `91${NUMBERS[0]}`, to: '5555', text: TEXTS[3], cleanText: TEXTS[3] };
  const inbound = { results: [{ ...reply, receivedAt: '2026-08-01T10:00:00.000+0000', smsCount: 1 }], messageCount: 1 };
  await stack.call('POST', new URL(json.items[0].callbackUrl as string).pathname, { ...inbound, pendingMessageCount: 0 });
  await stack.settled();
} // prettier-ignore

const holdsNothing = (kept: readonly Kept[]): void => {
  expect(kept.length).toBeGreaterThan(10);
  for (const { name, raw, decoded } of kept) {
    for (const secret of secrets) {
      expect([name, secret, raw.includes(secret)]).toEqual([name, secret, false]);
      expect([name, secret, decoded.includes(secret)]).toEqual([name, secret, false]);
    }
  }
};
const read = (): Promise<Kept[]> => readAll(client, codecOf(stack.env));

test('a run in which all goes well', async () => {
  await fullRun();
  const kinds = ['campaign', 'forecast', 'gateway-test', 'import', 'maintenance', 'relay', 'send', 'series'];
  // Temporal lists a workflow a moment after its start.
  const kept = await until('each kind is listed', async () => {
    const listed = await read();
    expect(listed.map(({ name }) => name.split('/')[0])).toEqual(expect.arrayContaining(kinds));
    return listed;
  });
  holdsNothing(kept);
});

test('all that is written is encrypted: no input, result, summary or id is to be read', async () => {
  const kept = await read();
  const encodings = kept.flatMap((one) => one.encodings);
  expect(encodings.length).toBeGreaterThan(100);
  // Search attributes are what Temporal finds workflows by.
  expect([...new Set(encodings)].sort()).toEqual(['binary/encrypted', 'json/plain']);
  for (const { name, raw } of kept) expect([name, raw.includes('accountId')]).toEqual([name, false]);
});

describe('a run in which much fails', () => {
  test('a campaign whose texts are not what was registered says which recipient, and by how much', async () => {
    const { json: template } = await stack.call('POST', '/api/v1/templates', {
      name: 'DLT', text: `${TEXTS[1]}, {name}`, dltText: `${TEXTS[1]}, {#var#}`,
    }); // prettier-ignore
    const recipients = people(7, 2).map((one) => ({ ...one, variables: { name: `${NAMES[0]} +91${NUMBERS[7]}` } }));
    const id = await campaigns.launch({ name: NAMES[2], templateId: template.id, message: undefined, audience: { recipients } });
    const failed = await campaigns.reaches(id, 'failed');
    const length = `${NAMES[0]} +91${NUMBERS[7]}`.length;
    const problem = `variable 1 has ${length} characters, at most 30`;
    expect(failed.reason).toBe(`no recipient can be sent to: recipient 0: ${problem} (dlt-mismatch)`);
    expect((await stateOf(id)).audience.problems).toEqual([
      { position: 0, code: 'dlt-mismatch', message: problem },
      { position: 1, code: 'dlt-mismatch', message: problem },
    ]);
    const handle = client.workflow.getHandle(campaignWorkflowId(id));
    await handle.result();
    const details = JSON.stringify(await handle.query('__temporal_workflow_metadata'));
    expect(details).toContain(`failed: 0 of 0 settled, 0 to send (${failed.reason})`);
  }); // prettier-ignore

  test('a text without a value for a variable names its place', async () => {
    const { json: group } = await stack.call('POST', '/api/v1/groups', { name: NAMES[2] });
    await stack.call('POST', `/api/v1/groups/${group.id}/members`, { to: `+91${NUMBERS[8]}` });
    const draft = { name: NAMES[2], message: `${TEXTS[1]} {name} {word}`, audience: { groupId: group.id } };
    const id = await campaigns.launch(draft);
    expect((await campaigns.reaches(id, 'failed')).reason).toMatch(
      /^no recipient can be sent to: recipient \d+: variable 1, 2 has no value and no default \(missing-variable\)$/,
    );
  });

  test('a gateway that refuses everything', async () => {
    await campaigns.script({ refusedKeys: [GATEWAY_KEY] });
    const id = await campaigns.launch({ name: NAMES[2], message: `${TEXTS[1]} {name}`, audience: { recipients: people(2, 2) } });
    await until('it waits for a gateway', async () => (await stateOf(id)).reason?.startsWith('waits: '));
    const { json } = await stack.call('GET', '/api/v1/gateways');
    const gateway = json.items[0] as { id: string };
    const tested = await stack.call('POST', `/api/v1/gateways/${gateway.id}/test`, { to: `+91${NUMBERS[9]}`, text: TEXTS[2] });
    // Who asks is told what the provider said.
    expect(tested.json).toMatchObject({ ok: false, outcome: 'account', error: expect.stringMatching(/\(\w+/) });
    await campaigns.script({});
    await stack.call('PATCH', `/api/v1/gateways/${gateway.id}`, { status: 'active' });
    await campaigns.reaches(id, 'finished');
  }); // prettier-ignore

  test('a row that Postgres refuses, and quotes; another account goes on beside it', async () => {
    await stack.database.pool.query(`
      create function poison() returns trigger language plpgsql as $$
      begin
        raise exception 'row of % with %', new.msisdn, new.body using detail = 'Failing row contains ' || new.body, errcode = '23514';
      end $$;
      create trigger poison before update on messages for each row when (old.msisdn = '${POISONED}') execute function poison();`);
    const send = (to: string, mid: string) =>
      stack.call('POST', '/clevertap/v1/messages', { to, text: `${TEXTS[0]} ${NAMES[1]}`, mid, service: 'T' });
    await send(POISONED, 'poisoned');
    await send(NEIGHBOUR, 'neighbour');
    await until('the neighbour is delivered', async () => {
      const { json } = await stack.call('GET', '/api/v1/messages?meta=neighbour');
      return json.items[0].state === 'delivered';
    });
    const failures = () => stack.logged.filter((line) => line.startsWith('an activity failed'));
    await until('it failed more than once', async () => Promise.resolve(failures().length > 1));
    // While it goes on failing.
    holdsNothing(await read());
    const told = (await read()).filter(({ decoded }) => /advance\w* failed: DatabaseError 23514/.test(decoded));
    expect(told.length).toBeGreaterThan(0);
    await stack.database.pool.query('drop trigger poison on messages');
    // Its activity is tried again after a rest that has grown meanwhile.
    const isSettled = async () => (await stack.call('GET', '/api/v1/messages?meta=poisoned')).json.items[0].settledAt;
    await until('it is settled', isSettled);
  }); // prettier-ignore

  test('nothing of anybody is in there after all this', async () => {
    const kept = await read();
    holdsNothing(kept);
    for (const { name, raw } of kept) expect([name, raw.includes('registered template')]).toEqual([name, false]);
  });
});
