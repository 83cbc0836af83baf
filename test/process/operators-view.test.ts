/** What a person finds in Temporal: search attributes, summaries, what is waited for, Updates by name, results. No recipient. */
import { WorkflowNotFoundError, type Client as TemporalClient, type WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { attemptWireId } from '../../src/core/messages/ids';
import { campaignWorkflowId, forecastWorkflowId, importWorkflowId } from '../../src/workflows/contract';
import { proofFor } from '../support/callbacks';
import { campaignsOf, people, type TestCampaigns } from '../support/campaigns';
import { joinStack, type SharedStack } from '../support/shared';
import { codecOf, connectTemporal } from '../support/temporal';
import { until } from '../support/until';

const NUMBER = '+919800000777';
const TEXT = 'Your code is 4711.';
const NAME = 'Diwali of Asha';

let stack: SharedStack;
let campaigns: TestCampaigns;
let client: TemporalClient;
beforeAll(async () => {
  stack = await joinStack();
  campaigns = campaignsOf(stack);
  client = await connectTemporal(stack);
});
afterAll(async () => {
  await client.connection.close();
  await stack.stop();
});

type Payload = NonNullable<Parameters<typeof defaultPayloadConverter.fromPayload>[0]>;
/** As the Temporal UI reads it, by way of the codec. */
async function read(payload: unknown): Promise<unknown> {
  const codec = codecOf(stack.env);
  const [decoded] = await codec!.decode([payload as Payload]);
  return defaultPayloadConverter.fromPayload(decoded!);
}

/** What a list of workflows and the page of one show of it. */
async function shown(handle: WorkflowHandle) {
  const { searchAttributes, raw, ...description } = await handle.describe();
  return {
    attributes: searchAttributes,
    summary: await description.staticSummary(),
    details: await description.staticDetails(),
    text: JSON.stringify(raw),
  };
}

/** Summaries of the timers and activities in its history, in their order. */
async function summaries(handle: WorkflowHandle): Promise<unknown[]> {
  const { events } = await handle.fetchHistory();
  const said = events!.flatMap(({ userMetadata }) => userMetadata?.summary ?? []);
  return Promise.all(said.map(read));
}

/** Whether that was said of one of its timers or activities; false also before it is there. */
const has = (handle: WorkflowHandle, said: string): Promise<boolean> =>
  summaries(handle).then(
    (all) => all.includes(said),
    (error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return false;
    },
  );

/** Ids of the workflows that a query finds, once there are so many. */
async function found(query: string, count: number): Promise<string[]> {
  return until(`${count} by ${query}`, async () => {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
    return ids.length === count && ids;
  });
}

test('a send: its account, what it is, and what it waits for', async () => {
  await campaigns.script({ receipts: { missing: 1 } });
  const sent = await stack.call('POST', '/clevertap/v1/messages', {
    to: NUMBER, message: TEXT, service: 'T', custom: 'view-1',
  }); // prettier-ignore
  expect(sent.status).toBe(200);
  const { items } = (await stack.call('GET', '/api/v1/messages?meta=view-1')).json;
  const handle = client.workflow.getHandle(items[0].workflowId);
  await until('it waits', () => has(handle, 'waits for what becomes of 1'));
  // Its report comes once it waits for it.
  const status = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' };
  const report = { results: [{ messageId: attemptWireId(items[0].id as string, 1), status }] };
  const path = stack.callbackPath;
  expect((await stack.call('POST', path, report, { authorization: '', ...proofFor(path) })).status).toBe(200);
  expect(await handle.result()).toEqual({ slices: 1, looks: 1 });
  const { attributes, summary, details } = await shown(handle);
  expect(attributes).toMatchObject({ HeliographAccountId: [stack.accountId] });
  expect(summary).toBe(`Send · account ${stack.accountId} · transactional · at once`);
  expect(details).toContain(handle.workflowId);
  expect(await found(`HeliographAccountId = '${stack.accountId}' and WorkflowType = 'sendWorkflow'`, 1)).toEqual([
    handle.workflowId,
  ]);
});

test('a scheduled send waits for its time', async () => {
  // A minute before its time it has its workflow, and no sooner.
  const time = new Date(Date.now() + 55_000);
  await stack.call('POST', '/clevertap/v1/messages', {
    to: NUMBER, message: TEXT, service: 'P', custom: 'view-2', time: time.toISOString(),
  }); // prettier-ignore
  const { items } = (await stack.call('GET', '/api/v1/messages?meta=view-2')).json;
  const handle = client.workflow.getHandle(items[0].workflowId);
  const at = items[0].scheduledAt as string;
  await until('it waits', () => has(handle, `waits for its time, ${at}`));
  expect(await shown(handle)).toMatchObject({ summary: `Send · account ${stack.accountId} · bulk · due ${at}` });
  expect((await stack.call('POST', `/api/v1/messages/${items[0].id}/cancel`)).status).toBe(200);
});

test('a campaign: found by its id and state, steered by name, its result is its ledger', async () => {
  await campaigns.script({ receipts: { delayMs: 0 } });
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const id = await campaigns.launch({ name: NAME, message: TEXT, audience: { recipients: people(30, 700) }, time });
  await campaigns.reaches(id, 'scheduled');
  const handle = client.workflow.getHandle(campaignWorkflowId(id));
  expect(await found(`HeliographCampaignId = '${id}' and HeliographState = 'scheduled'`, 1)).toEqual([
    handle.workflowId,
  ]);
  await until('it waits', () => has(handle, `waits for its time, ${time}`));

  expect((await campaigns.act(id, 'pause')).status).toBe(200);
  await found(`HeliographCampaignId = '${id}' and HeliographState = 'paused'`, 1);
  await until('it waits for somebody', () => has(handle, 'paused, 30 to send: waits for somebody to resume it'));
  // From the Temporal UI, without a key.
  expect(await handle.executeUpdate('resume')).toBe('scheduled');
  // Before its time: a campaign that is over takes no other rate.
  expect((await stack.call('PATCH', `/api/v1/campaigns/${id}`, { ratePerSecond: 1_000 })).status).toBe(200);
  await campaigns.soon(id);
  const { counts } = await campaigns.reaches(id, 'finished');

  const { queued: _, submitting: __, submitted: ___, ...ledger } = counts;
  expect(await handle.result()).toMatchObject({ ...ledger, accepted: 30, delivered: 30, open: 0 });
  const { events } = await handle.fetchHistory();
  const updates = events!.flatMap((event) => event.workflowExecutionUpdateAcceptedEventAttributes ?? []);
  expect(updates.map(({ acceptedRequest }) => acceptedRequest!.input!.name)).toEqual([
    ...['pause', 'resume', 'setRate', 'reschedule'],
  ]);
  expect(await shown(handle)).toMatchObject({
    attributes: {
      HeliographAccountId: [stack.accountId],
      HeliographCampaignId: [id],
      HeliographState: ['finished'],
    },
    summary: `Campaign ${id} · account ${stack.accountId} · bulk`,
    details: expect.stringContaining(`/api/v1/campaigns/${id}/ledger)`) as unknown,
  });
  expect(await summaries(handle)).toContain('slices 0');
});

test('the Update of an api of an earlier release is carried out', async () => {
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const id = await campaigns.launch({ audience: { recipients: people(1, 740) }, time });
  await campaigns.reaches(id, 'scheduled');
  const handle = client.workflow.getHandle(campaignWorkflowId(id));
  expect(await handle.executeUpdate('command', { args: [{ action: 'cancel', keyId: null }] })).toBe('cancelled');
});

test('a campaign that goes on under a fresh history is found as before', async () => {
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const id = await campaigns.launch({ audience: { recipients: people(1, 745) }, time });
  await campaigns.reaches(id, 'scheduled');
  const handle = client.workflow.getHandle(campaignWorkflowId(id));
  const { runId: first } = await handle.describe();
  for (let told = 0; told <= 2_000; told += 50) {
    await Promise.all(Array.from({ length: 50 }, () => handle.signal('receipt', { done: 0, refused: 0 })));
  }
  await handle.signal('receipt', { done: 0, refused: 1 });
  await until('another run of it has begun', async () => (await handle.describe()).runId !== first);
  expect((await campaigns.act(id, 'cancel')).status).toBe(200);
  expect(await handle.result()).toMatchObject({ accepted: 1, cancelled: 1 });
  expect(await shown(handle)).toMatchObject({
    attributes: { HeliographAccountId: [stack.accountId], HeliographCampaignId: [id], HeliographState: ['cancelled'] },
  });
});

test('the campaign of a series is found like any other, and the run of its time names it', async () => {
  const { json: series } = await campaigns.create({
    audience: { recipients: people(2, 760) }, recurrence: { cron: '0 10 1 1 *' },
  }); // prettier-ignore
  await client.schedule.getHandle(`series/${series.id}`).trigger();
  const made = await until('its campaign is there', async () => {
    return (await stack.call('GET', `/api/v1/campaigns?seriesId=${series.id}`)).json.items[0];
  });
  expect(await found(`HeliographCampaignId = '${made.id}'`, 1)).toEqual([campaignWorkflowId(made.id)]);
  expect((await shown(client.workflow.getHandle(made.workflowId))).summary).toContain(made.id);
  await campaigns.act(series.id, 'cancel');
  const [occurrence] = await found(`WorkflowId starts_with 'series/${series.id}'`, 1);
  const handle = client.workflow.getHandle(occurrence!);
  expect((await shown(handle)).summary).toBe(`One time of series ${series.id} · account ${stack.accountId}`);
  expect(await handle.result()).toEqual({ campaignId: made.id });
});

test('an upload and a forecast: their counts are their results', async () => {
  const csv = 'to,name\n+919800000751,Asha\n+919800000751,Asha\nnobody,Ravi\n';
  const { json: upload } = await stack.call('POST', '/api/v1/uploads', csv, { 'content-type': 'text/csv' });
  const imported = client.workflow.getHandle(importWorkflowId(upload.id));
  await until('the list is read', async () => {
    return (await stack.call('GET', `/api/v1/uploads/${upload.id}`)).json.state === 'ready';
  });
  expect(await imported.result()).toEqual({ state: 'ready', rows: 3, valid: 1, invalid: 1, duplicates: 1 });
  expect(await shown(imported)).toMatchObject({
    attributes: { HeliographAccountId: [stack.accountId] },
    summary: `Upload ${upload.id} · account ${stack.accountId}`,
  });

  const { json: draft } = await campaigns.create({
    name: NAME, message: 'Hi {name}', audience: { uploadId: upload.id }, draft: true,
  }); // prettier-ignore
  const made = await until('the forecast is made', async () => {
    const answer = await stack.call('GET', `/api/v1/campaigns/${draft.id}/forecast`);
    return answer.status === 200 && answer.json;
  });
  expect(made).toMatchObject({ recipients: 1 });
  const forecast = client.workflow.getHandle(forecastWorkflowId(draft.id));
  expect(await forecast.result()).toEqual({ recipients: 1, suppressed: 0, duplicates: 1, rejected: 1 });
  expect(await shown(forecast)).toMatchObject({
    attributes: { HeliographAccountId: [stack.accountId], HeliographCampaignId: [draft.id] },
    summary: `Forecast of campaign ${draft.id} · account ${stack.accountId}`,
  });
});

test('a test of a gateway is found by the gateway', async () => {
  const { json } = await stack.call('POST', `/api/v1/gateways/${stack.gatewayId}/test`, { to: NUMBER, text: TEXT });
  expect(json).toMatchObject({ ok: true });
  const [workflowId] = await found(`HeliographGatewayId = '${stack.gatewayId}'`, 1);
  expect(await shown(client.workflow.getHandle(workflowId!))).toMatchObject({
    attributes: { HeliographAccountId: [stack.accountId] },
    summary: `Test message over gateway ${stack.gatewayId} · account ${stack.accountId}`,
  });
});

test('the relay of a webhook goes on for another outcome, in the same run, and is in no list of its account', async () => {
  const { items } = (await stack.call('GET', '/api/v1/webhooks')).json;
  const handle = client.workflow.getHandle(`relay/${items[0].id}`);
  expect((await shown(handle)).summary).toBe(`Callbacks of webhook ${items[0].id}`);
  await until('it waits', async () => (await summaries(handle)).includes('waits for the next outcome'));
  const { events } = await handle.fetchHistory();
  const rests = events!.flatMap(({ timerStartedEventAttributes: timer }) => Number(timer?.startToFireTimeout?.seconds ?? 0));
  expect(Math.max(...rests)).toBe(86_400);
  const kinds = new Set<string>();
  for await (const { type } of client.workflow.list({ query: `HeliographAccountId = '${stack.accountId}'` })) {
    kinds.add(type);
  }
  expect([...kinds].sort()).toEqual([
    ...['campaignWorkflow', 'forecastWorkflow', 'gatewayTestWorkflow', 'importWorkflow', 'sendWorkflow'],
  ]);
}); // prettier-ignore

test('nothing of it is about a recipient, or anybody’s words', async () => {
  let looked = 0;
  for await (const { workflowId, runId } of client.workflow.list({ query: `HeliographAccountId = '${stack.accountId}'` })) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { events } = await handle.fetchHistory();
    const said = JSON.stringify([
      ...(await summaries(handle)),
      await shown(handle).then(({ text: _, ...rest }) => rest),
      ...(await Promise.all(
        events!.flatMap(({ workflowExecutionCompletedEventAttributes: end }) => end?.result?.payloads ?? []).map(read),
      )),
    ]);
    for (const word of [/9198\d{8}/, /4711|code/, /Diwali|Asha|Ravi/, /view-\d/]) expect(said).not.toMatch(word);
    looked++;
  }
  expect(looked).toBeGreaterThanOrEqual(6);
}); // prettier-ignore
