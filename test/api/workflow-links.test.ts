/** Campaigns, messages and uploads say which workflow looks after them: ids that Temporal knows, and where its UI shows them. */
import type { Client as TemporalClient } from '@temporalio/client';
import { campaignsOf, people, type TestCampaigns } from '../support/campaigns';
import { testNamespace } from '../support/servers';
import { startStack, type TestStack } from '../support/stack';
import { connectTemporal } from '../support/temporal';
import { until } from '../support/until';

const UI = 'https://temporal.example.com';

let stack: TestStack;
let campaigns: TestCampaigns;
let client: TemporalClient;
beforeAll(async () => {
  stack = await startStack({ env: { TEMPORAL_UI_URL: `${UI}/` } });
  campaigns = campaignsOf(stack);
  client = await connectTemporal(stack);
});
afterAll(async () => {
  await client.connection.close();
  await stack.stop();
});

const urlOf = (workflowId: string): string =>
  `${UI}/namespaces/${testNamespace()}/workflows/${encodeURIComponent(workflowId)}`;

/** The link of an answer. @throws when Temporal has no such workflow. */
async function followed({ workflowId, workflowUrl }: { workflowId: string; workflowUrl: string }): Promise<string> {
  expect(workflowUrl).toBe(urlOf(workflowId));
  const { type } = await until('its workflow is there', () =>
    client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => null),
  );
  return type;
}

test('a message of a send, in a list and by itself', async () => {
  const sent = await stack.call('POST', '/clevertap/v1/messages', {
    to: '+919800000001', message: 'Your code is 1234.', service: 'T', custom: 'link-1',
  }); // prettier-ignore
  expect(sent.status).toBe(200);
  const { items } = (await stack.call('GET', '/api/v1/messages?meta=link-1')).json;
  expect(await followed(items[0])).toBe('sendWorkflow');
  const { workflowId, workflowUrl } = (await stack.call('GET', `/api/v1/messages/${items[0].id}`)).json;
  expect({ workflowId, workflowUrl }).toMatchObject({ workflowId: items[0].workflowId, workflowUrl: items[0].workflowUrl });
}); // prettier-ignore

test('messages of a group name the workflow of the group', async () => {
  const record = (n: number) => ({ to: `+91980000010${n}`, message: 'Hello', service: 'T', custom: `group-${n}` });
  // One after the other: what comes at the same moment may share a slice.
  for (const n of [1, 2]) await stack.call('POST', '/clevertap/v1/messages', record(n));
  const { rows } = await stack.database.pool.query<{ id: string; meta: string }>(
    `update slices s set group_id = (select min(slice_id::text)::uuid from messages where meta like 'group-_')
     from messages m where m.slice_id = s.id and m.meta like 'group-_' returning m.meta, s.group_id as id`,
  );
  expect(rows).toHaveLength(2);
  for (const { id, meta } of rows) {
    const { items } = (await stack.call('GET', `/api/v1/messages?meta=${meta}`)).json;
    expect(items[0].workflowId).toBe(`send/${id}`);
  }
});

test('a campaign, its messages, and the upload that it sends to', async () => {
  const { json: upload } = await stack.call('POST', '/api/v1/uploads', 'to\n+919800000021\n', {
    'content-type': 'text/csv',
  });
  expect(await followed(upload)).toBe('importWorkflow');
  await until('the list is read', async () => {
    return (await stack.call('GET', `/api/v1/uploads/${upload.id}`)).json.state === 'ready';
  });
  const id = await campaigns.launch({ audience: { uploadId: upload.id } });
  const campaign = await campaigns.reaches(id, 'finished');
  expect(await followed(campaign)).toBe('campaignWorkflow');
  const { items } = (await stack.call('GET', `/api/v1/messages?campaignId=${id}`)).json;
  expect(items.map((item: { workflowId: string }) => item.workflowId)).toEqual([campaign.workflowId]);
  const listed = (await stack.call('GET', '/api/v1/uploads')).json.items;
  expect(listed[0]).toMatchObject({ id: upload.id, workflowId: upload.workflowId, workflowUrl: upload.workflowUrl });
});

test('a draft and a series have no workflow', async () => {
  const draft = await campaigns.create({ audience: { recipients: people(1, 50) }, draft: true });
  const series = await campaigns.create({ audience: { recipients: people(1, 60) }, recurrence: { cron: '0 10 1 1 *' } });
  for (const { status, json } of [draft, series]) {
    expect(status).toBe(201);
    expect(json).not.toHaveProperty('workflowId');
    expect(json).not.toHaveProperty('workflowUrl');
  }
  await campaigns.act(series.json.id, 'cancel');
}); // prettier-ignore

test('the deployment says where it is, and where its workflows are shown', async () => {
  const { status, json } = await stack.call('GET', '/api/v1/deployment');
  expect(status).toBe(200);
  expect(json).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    publicUrl: stack.config.publicUrl,
    temporalUiUrl: `${UI}/namespaces/${testNamespace()}/workflows`,
  });
  expect((await stack.call('GET', '/api/v1/deployment', undefined, { authorization: '' })).status).toBe(401);
});
