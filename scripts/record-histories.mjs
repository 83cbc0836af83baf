// Records one history per workflow type into test/replay/, from the built project on a stack of its own.
// Run it after a deliberate change of a workflow: `npm run build && node scripts/record-histories.mjs`.
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { Client, Connection } = require('@temporalio/client');
const { historyToJSON } = require('@temporalio/common/lib/proto-utils');
const { readConfig } = require(`${root}/dist/config.js`);
const { drawFreePort } = require(`${root}/dist/main/embedded/ports.js`);
const { createLogger } = require(`${root}/dist/main/logging.js`);
const { startStack } = require(`${root}/dist/main/up/stack.js`);
const { createKeyring } = require(`${root}/dist/core/accounts/keyring.js`);
const { createDeploymentSecret } = require(`${root}/dist/store/accounts/deployment-secret.js`);
const { createPayloadCodec } = require(`${root}/dist/runtime/payload-codec.js`);
const { createSealer } = require(`${root}/dist/store/seal/index.js`);
const { connectDatabase } = require(`${root}/dist/store/database.js`);

const DEADLINE_MS = 60_000;

async function until(label, condition) {
  for (const giveUpAt = Date.now() + DEADLINE_MS; ; await sleep(50)) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > giveUpAt) throw new Error(`Not within ${DEADLINE_MS / 1_000} s: ${label}`);
  }
}

/** The same history with its payloads decrypted: it is replayed without the key. */
async function decoded(value) {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (value.metadata?.encoding !== undefined && 'data' in value) return (await codec.decode([value]))[0];
  for (const [name, member] of Object.entries(value)) value[name] = await decoded(member);
  return value;
}

const dataDir = mkdtempSync(path.join(os.tmpdir(), 'heliograph-histories-'));
process.env.HELIOGRAPH_DATA_DIR = dataDir;
for (const name of ['PORT', 'SIMULATOR_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'METRICS_PORT']) {
  process.env[`HELIOGRAPH_${name}`] = String(await drawFreePort());
}
process.env.HELIOGRAPH_MASTER_KEY = randomBytes(32).toString('base64');
const config = readConfig();
const stack = await startStack(config, createLogger('record', 'error'));
const database = connectDatabase({ url: stack.databaseUrl, connections: 1, onError() {} });
const sealer = createSealer(createKeyring(config.masterKeys));
const codec = createPayloadCodec(createDeploymentSecret(database, sealer, 'temporal-payloads'));
const connection = await Connection.connect({ address: stack.temporalAddress });
try {
  const client = new Client({ connection });
  const call = async (method, url, body) => {
    const headers = { authorization: `Bearer ${stack.adminKey}`, 'content-type': 'application/json' };
    const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  // A sender ID refused by receipt: the workflow waits, is signalled, and dispatches a second leg.
  await call('PUT', `http://127.0.0.1:${config.simulatorPort}/control/script`, {
    refuse: [{ outcome: 'sender', senders: ['BRANDA'], at: 'receipt' }],
  });
  const api = `http://127.0.0.1:${config.port}`;
  const message = { to: '919800000001', text: 'Hello', from: 'BRANDA', mid: 'recorded' };
  const time = new Date(Date.now() + 2_000).toISOString();
  await call('POST', `${api}/clevertap/v1/messages`, { ...message, time });
  const [slice] = await until('the message is delivered', async () => {
    const { rows } = await database.pool.query(`select slice_id from messages where state = 'delivered'`);
    return rows.length > 0 ? rows : null;
  });
  const upload = await fetch(`${api}/api/v1/uploads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.adminKey}`, 'content-type': 'text/csv' },
    body: 'to\n919800000001\n',
  }).then((response) => response.json());
  const [webhook] = (await database.pool.query('select id from webhooks')).rows;
  const completed = async (workflowId) => {
    const handle = client.workflow.getHandle(workflowId);
    return (await handle.describe()).status.name === 'COMPLETED' ? handle : null;
  };
  const duty = client.workflow.getHandle('maintenance/statistics');
  await until('a duty of maintenance has taken turns', async () => (await duty.describe()).historyLength > 20);
  const draft = await call('POST', `${api}/api/v1/campaigns`, {
    name: 'recorded',
    message: 'Hello',
    audience: { recipients: [{ to: message.to }] },
    draft: true,
  });
  await call('GET', `${api}/api/v1/campaigns/${draft.id}/forecast`);
  const series = await call('POST', `${api}/api/v1/campaigns`, {
    name: 'recorded',
    message: 'Hello',
    audience: { recipients: [{ to: message.to }] },
    recurrence: { cron: '0 0 1 1 *' },
  });
  await client.schedule.getHandle(`series/${series.id}`).trigger();
  const occurrence = await until('the series has run', async () => {
    for await (const { workflowId } of client.workflow.list({ query: `WorkflowType = 'occurrenceWorkflow'` })) {
      if (await completed(workflowId)) return workflowId;
    }
    return null;
  });
  const { items: gateways } = await call('GET', `${api}/api/v1/gateways`);
  await call('POST', `${api}/api/v1/gateways/${gateways[0].id}/test`, { to: message.to });
  const tested = await until('the test is listed', async () => {
    for await (const found of client.workflow.list({ query: `WorkflowType = 'gatewayTestWorkflow'` })) return found;
    return null;
  });
  // A campaign that is paused and resumed in the middle, and whose sender ID is refused by receipt.
  const campaign = await call('POST', `${api}/api/v1/campaigns`, {
    name: 'recorded',
    message: 'Hello {name}',
    sender: 'BRANDA',
    audience: {
      recipients: Array.from({ length: 60 }, (_, i) => ({
        to: `+9198000001${String(i).padStart(2, '0')}`,
        variables: { name: `BRANDA ${i}` },
      })),
    },
    ratePerSecond: 20,
  });
  const campaignUrl = `${api}/api/v1/campaigns/${campaign.id}`;
  await until('the campaign sends', async () => {
    const { state, counts } = await call('GET', campaignUrl);
    return state === 'running' && counts.submitted + counts.delivered > 0;
  });
  await call('POST', `${campaignUrl}/pause`);
  await call('POST', `${campaignUrl}/resume`);
  const recorded = {
    campaignWorkflow: await until('the campaign is over', () => completed(`campaign/${campaign.id}`)),
    sendWorkflow: await until('the send is over', () => completed(`send/${slice.slice_id}`)),
    relayWorkflow: client.workflow.getHandle(`relay/${webhook.id}`),
    forecastWorkflow: await until('the forecast is made', () => completed(`forecast/${draft.id}`)),
    occurrenceWorkflow: client.workflow.getHandle(occurrence),
    importWorkflow: await until('the import is over', () => completed(`import/${upload.id}`)),
    dutyWorkflow: duty,
    gatewayTestWorkflow: await until('the test is over', () => completed(tested.workflowId)),
  };
  for (const [name, handle] of Object.entries(recorded)) {
    const history = await decoded(await handle.fetchHistory());
    writeFileSync(path.join(root, 'test/replay', `${name}.json`), historyToJSON(history));
    console.log(`test/replay/${name}.json`);
  }
} finally {
  await connection.close();
  await database.close();
  await stack.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
