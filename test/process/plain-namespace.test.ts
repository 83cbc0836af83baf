/** A namespace of Temporal where nobody has registered the search attributes: everything works, and the log says what to do. */
import type { Client as TemporalClient } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { campaignWorkflowId } from '../../src/workflows/contract';
import { campaignsOf, people } from '../support/campaigns';
import { startStack, type TestStack } from '../support/stack';
import { connectTemporal } from '../support/temporal';
import { until } from '../support/until';

const NAMESPACE = `plain-${randomUUID()}`;
const COMMAND = `temporal operator search-attribute create --namespace ${NAMESPACE} --name HeliographAccountId --type KeywordList`;

let stack: TestStack;
let client: TemporalClient;
beforeAll(async () => {
  client = await connectTemporal({ env: { TEMPORAL_NAMESPACE: NAMESPACE } });
  await client.workflowService.registerNamespace({
    namespace: NAMESPACE,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  // Namespaces are known to all of a server some seconds after they are made.
  await until('the namespace takes starts', async () => {
    const refused = await client.workflow.start('none', { workflowId: 'none', taskQueue: 'none' }).catch((e: unknown) => e);
    return !(refused instanceof Error);
  }); // prettier-ignore
  stack = await startStack({ env: { TEMPORAL_NAMESPACE: NAMESPACE } });
  // With its key.
  await client.connection.close();
  client = await connectTemporal(stack);
});
afterAll(async () => {
  await stack.stop();
  await client.connection.close();
});

test('the worker says at its start what is missing, with the commands', () => {
  const [line, ...others] = stack.logged.filter((said) => said.includes('search attributes are not registered'));
  expect(others).toEqual([]);
  for (const name of ['AccountId', 'CampaignId', 'GatewayId', 'State']) expect(line).toContain(`Heliograph${name} is missing`);
  expect(line).toContain(COMMAND);
}); // prettier-ignore

test('sends, uploads, campaigns and tests of gateways start without them', async () => {
  const campaigns = campaignsOf(stack);
  const id = await campaigns.launch({ audience: { recipients: people(20, 800) } });
  const { counts } = await campaigns.reaches(id, 'finished');
  expect(counts).toMatchObject({ accepted: 20, delivered: 20 });
  const handle = client.workflow.getHandle(campaignWorkflowId(id));
  const description = await handle.describe();
  expect(description.typedSearchAttributes.getAll().filter(({ key }) => key.name.startsWith('Heliograph'))).toEqual([]);
  expect(await description.staticSummary()).toContain(id);
  // One line of the api, and one of the worker, however many starts there are.
  const refusals = stack.logged.filter((said) => said.includes('Temporal refuses search attributes')).length;
  expect([1, 2]).toContain(refusals);

  await stack.call('POST', '/clevertap/v1/messages', { to: '+919800000831', message: 'Hi', service: 'T', custom: 'p1' });
  expect(await stack.settled()).toMatchObject({ accepted: 21, delivered: 21 });
  const { json: upload } = await stack.call('POST', '/api/v1/uploads', 'to\n+919800000832\n', {
    'content-type': 'text/csv',
  });
  await until('the list is read', async () => {
    return (await stack.call('GET', `/api/v1/uploads/${upload.id}`)).json.state === 'ready';
  });
}); // prettier-ignore

test('the campaign of a series starts without them', async () => {
  const campaigns = campaignsOf(stack);
  const { json: series } = await campaigns.create({
    audience: { recipients: people(3, 850) }, recurrence: { cron: '0 10 1 1 *' },
  }); // prettier-ignore
  await client.schedule.getHandle(`series/${series.id}`).trigger();
  const made = await until('its campaign is over', async () => {
    const { items } = (await stack.call('GET', `/api/v1/campaigns?seriesId=${series.id}`)).json;
    return items[0]?.state === 'finished' && items[0];
  });
  expect(made.counts).toMatchObject({ accepted: 3, delivered: 3 });
  await campaigns.act(series.id, 'cancel');
});
