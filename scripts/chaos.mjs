// Kills a process of the whole product again and again while a campaign runs, and counts what became of its messages:
// `npm run chaos -- [--recipients 20000] [--kills 10] [--target worker|api|temporal|all] [--seed 1] [--provider infobip|twilio]`.
// One stack per target, in a temporary folder; one JSON line per target. Exits 1 when a ledger does not add up, a
// message is lost, or one was sent twice without being said to be unknown.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { readConfig } = require(`${root}/dist/config.js`);
const { drawFreePort } = require(`${root}/dist/main/embedded/ports.js`);
const { createLogger } = require(`${root}/dist/main/logging.js`);
const { startStack } = require(`${root}/dist/main/up/stack.js`);

const TARGETS = ['worker', 'api', 'temporal'];
/** What died is back soon, however often it dies: that is not what is tried here. */
const RESTARTS = { firstDelayMs: 250, maxDelayMs: 1_000, healthyMs: 60_000 };
/** The campaign is as fast as leaves room for its kills: so much of it between two of them, at least. */
const BETWEEN_KILLS_MS = 6_000;
const RECEIPT_DEADLINE_SECONDS = 30;
/** Without a message more that left or was settled. */
const STALL_MS = 180_000;
const POLL_MS = 100;

const { recipients, kills, targets, seed, provider } = readOptions();
const log = (line) => process.stderr.write(`${line}\n`);
// The processes of the stack say what they say on the standard output of whoever starts them: that is a child of ours,
// whose output goes where messages go, so that results have the standard output for themselves.
if (process.send === undefined) {
  const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2), { stdio: ['ignore', 2, 2, 'ipc'] });
  child.on('message', (result) => process.stdout.write(`${JSON.stringify(result)}\n`));
  const [code] = await once(child, 'exit');
  process.exit(code ?? 1);
}
let failed = false;
for (const target of targets) {
  const result = await tryOut(target);
  failed ||= !result.addsUp || result.lost > 0 || result.doubles > 0 || result.kills < kills;
  await new Promise((resolve) => process.send(result, resolve));
}
process.exit(failed ? 1 : 0);

function readOptions() {
  const { values } = parseArgs({
    options: {
      recipients: { type: 'string', default: '20000' },
      kills: { type: 'string', default: '10' },
      target: { type: 'string', default: 'all' },
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      provider: { type: 'string', default: 'infobip' },
    },
  });
  const number = (name, least) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least) usage(`--${name} must be a whole number from ${least}`);
    return value;
  };
  if (values.target !== 'all' && !TARGETS.includes(values.target)) usage(`--target is ${TARGETS.join(', ')} or all`);
  if (!['infobip', 'twilio'].includes(values.provider)) usage('--provider is infobip or twilio');
  return {
    recipients: number('recipients', 100),
    kills: number('kills', 1),
    targets: values.target === 'all' ? TARGETS : [values.target],
    seed: number('seed', 0),
    provider: values.provider,
  };
}

function usage(problem) {
  process.stderr.write(`chaos: ${problem}\n`);
  process.exit(2);
}

/** mulberry32: the same seed kills at the same moments of the campaign. */
function dice(from) {
  let state = from | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function tryOut(target) {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'heliograph-chaos-'));
  // Postgres may run as another user.
  chmodSync(dataDir, 0o711);
  process.env.HELIOGRAPH_DATA_DIR = dataDir;
  for (const name of ['PORT', 'SIMULATOR_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'METRICS_PORT']) {
    process.env[`HELIOGRAPH_${name}`] = String(await drawFreePort());
  }
  Object.assign(process.env, { LOG_LEVEL: 'silent', DATABASE_URL: '', TEMPORAL_ADDRESS: '' });
  const config = readConfig();
  log(`${target}: starting Postgres, Temporal, simulator, worker and api …`);
  const stack = await startStack(config, createLogger('chaos', 'silent'), undefined, RESTARTS);
  try {
    return await killDuringCampaign(target, dataDir, config, stack.adminKey);
  } finally {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function killDuringCampaign(target, dataDir, config, key) {
  const api = `http://127.0.0.1:${config.port}`;
  const simulator = `http://127.0.0.1:${config.simulatorPort}`;
  const call = async (method, url, body) => {
    const isText = typeof body === 'string';
    const headers = { authorization: `Bearer ${key}`, 'content-type': isText ? 'text/csv' : 'application/json' };
    const response = await fetch(url, { method, headers, body: isText ? body : body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  };
  /** The api may be the one that is away. */
  const patiently = async (method, url, body) => {
    for (const giveUpAt = Date.now() + STALL_MS; ; await sleep(POLL_MS)) {
      try {
        return await call(method, url, body);
      } catch (error) {
        if (Date.now() > giveUpAt) throw error;
      }
    }
  };
  const counts = () => call('GET', `${simulator}/control/counts`);

  const routeId = await makeRoute(call, api, simulator);
  // Half of the reports come after another worker took over: what was in doubt must be resolved without them.
  await call('PUT', `${simulator}/control/script`, {
    latencyMs: { min: 20, max: 300 },
    receipts: { delayMs: { min: 50, max: 1_000 }, late: { share: 0.5, delayMs: 15_000 } },
  });
  const rows = Array.from({ length: recipients }, (_, i) => `+9198${String(i).padStart(8, '0')}`);
  const upload = await call('POST', `${api}/api/v1/uploads`, `to\n${rows.join('\n')}\n`);
  await until(
    'the list is read',
    async () => (await call('GET', `${api}/api/v1/uploads/${upload.id}`)).state === 'ready',
  );

  const startedAt = Date.now();
  const ratePerSecond = Math.max(1, Math.floor(recipients / ((kills * BETWEEN_KILLS_MS) / 1_000)));
  const campaign = await call('POST', `${api}/api/v1/campaigns`, {
    name: `chaos ${target}`,
    message: 'The sale is on.',
    audience: { uploadId: upload.id },
    routeId,
    ratePerSecond,
  });
  const read = () => patiently('GET', `${api}/api/v1/campaigns/${campaign.id}`);

  const random = dice(seed);
  const moments = Array.from({ length: kills }, () => Math.floor(random() * 0.95 * recipients)).sort((a, b) => a - b);
  let killed = 0;
  let victim = 0;
  for (const moment of moments) {
    let sent = 0;
    // The next one is another process than the last.
    await until(
      `${moment} of ${recipients} were submitted`,
      async () => (sent = (await counts()).submissions) >= moment && runningPid(dataDir, target, victim) !== null,
      () => sent,
    );
    // A campaign that is done can't be hurt.
    if (sent >= recipients) break;
    victim = runningPid(dataDir, target, victim);
    process.kill(victim, 'SIGKILL');
    killed++;
    log(`${target}: killed after ${sent} of ${recipients}`);
  }

  let settled = -1;
  const done = await until(
    'the campaign is finished',
    async () => {
      const now = await read();
      settled = now.counts.accepted - now.counts.open;
      return now.state === 'finished' ? now : null;
    },
    () => settled,
  );
  const { accepted, delivered, failed: lostOnes, expired, suppressed, cancelled, unknown, open } = done.counts;
  const ledger = { accepted, delivered, failed: lostOnes, expired, suppressed, cancelled, unknown, open };
  const { messages } = await call('GET', `${simulator}/control/messages?limit=50000&account=${provider}`);
  const taken = messages.filter(({ outcome }) => outcome === 'accepted');
  const numbers = new Set(taken.map(({ to }) => to)).size;
  return {
    target,
    provider,
    recipients,
    kills: killed,
    seed,
    ledger,
    addsUp:
      accepted === recipients && accepted === delivered + lostOnes + expired + suppressed + cancelled + unknown + open,
    // Neither sent nor said to be unknown.
    lost: Math.max(0, recipients - numbers - unknown),
    doubles: taken.length - numbers,
    // Under the same id, recognised by the provider.
    resent: messages.reduce((sum, { seen }) => sum + seen - 1, 0),
    unknown,
    seconds: Math.round((Date.now() - startedAt) / 1_000),
  };
}

async function makeRoute(call, api, simulator) {
  const settings = { sendingPattern: 'loop', maxInFlight: 64, receiptDeadlineSeconds: RECEIPT_DEADLINE_SECONDS };
  const { items } = await call('GET', `${api}/api/v1/gateways`);
  const gateway =
    provider === 'infobip'
      ? await call('PATCH', `${api}/api/v1/gateways/${items[0].id}`, settings)
      : await call('POST', `${api}/api/v1/gateways`, {
          provider,
          name: 'Twilio',
          credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'simulator' },
          baseUrl: `${simulator}/twilio`,
          defaultSender: '+15005550006',
          ...settings,
        });
  const route = await call('POST', `${api}/api/v1/routes`, { name: 'chaos', legs: [{ gatewayId: gateway.id }] });
  return route.id;
}

/** The supervisor's record of what runs; null while the target is away, or is still the last victim. */
function runningPid(dataDir, name, victim) {
  try {
    const { children } = JSON.parse(readFileSync(path.join(dataDir, 'supervisor.json'), 'utf8'));
    const pid = children.find((child) => child.name === name)?.pid ?? null;
    return pid === victim ? null : pid;
  } catch {
    // It is being written.
    return null;
  }
}

/** @param progress what must change from time to time. */
async function until(label, condition, progress = () => 0) {
  let last;
  for (let giveUpAt = 0; ; await sleep(POLL_MS)) {
    const value = await condition();
    if (value) return value;
    if (progress() !== last || giveUpAt === 0) {
      last = progress();
      giveUpAt = Date.now() + STALL_MS;
    }
    if (Date.now() > giveUpAt) throw new Error(`nothing went on for ${STALL_MS / 1_000} s: ${label}`);
  }
}
