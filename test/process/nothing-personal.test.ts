/**
 * What a person, a key or a token leaves behind outside Postgres: nothing. The whole product, as `npm start` runs it and
 * at its most talkative, does all its work and then fails in every way that is known to talk; afterwards everything that
 * it wrote, or shows, is searched for whatever was used.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { connectDatabase, type Database } from '../../src/store/database';
import { drawFreePort } from '../../src/main/embedded/ports';
import { request, type Answer } from '../support/client';
import { collectNeedles } from '../support/needles';
import { temporaryFolder } from '../support/servers';
import { until } from '../support/until';

const ROOT = path.join(__dirname, '..', '..');

const needles = collectNeedles();
const { number, word } = needles;
/** Fictional, and each used in one way only, so that what is found says where it came from. */
const ALICE = number('+919800004701');
const BOB = number('+919800004702');
const CARLA = number('+919800004703');
const DAVE = number('+919800004704');
/** Whose rows Postgres refuses. */
const POISON = number('+919800004798');
const POISON2 = number('+919800004799');
const TEXT = word('Zanzibar gives you 471100');
const REPLY = word('Quagmire no more');
const NAME = word('Quillfeather');
const META = word('meta-quokka-1');
const VENDOR_KEY = word('vendor-key-wombat-77');
const HOOK_PATH = word('hook-path-numbat-88');
const DELIVERED = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' };
const WRONG_KEY = word('hg_0000000000000000_kookaburrakookaburrakookaburra00');

let folder: string;
let up: ChildProcess;
let output = '';
let api: string;
let simulator: string;
let ports: Record<string, string>;
let adminKey: string;
let database: Database;

/** Everything outside Postgres that keeps or shows what passed. A reader of more of it is one line here. */
const READERS: Record<string, () => Promise<string>> = {
  logs: async () => withoutBanner(output),
  'logs of the servers': async () =>
    filesOf(folder, /\.log$/)
      .map((file) => `${file}\n${readFileSync(file, 'utf8')}`)
      .join('\n'),
  'metrics of the api': () => scrape(Number(ports.HELIOGRAPH_METRICS_PORT)),
  'metrics of the worker': () => scrape(Number(ports.HELIOGRAPH_METRICS_PORT) + 1),
  'process arguments': async () =>
    readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .map(argumentsOf)
      .join('\n'),
};

/** What each of them has to have, or nobody has looked: they were read, and the failures below have happened. */
const SIGNS: Record<string, readonly RegExp[]> = {
  logs: [
    /"process":"worker".*"msg":"ready"/,
    /"msg":"Activity failed"|"msg":"Error running local activity/i,
    /"code":"P0001".*"routine"/,
    /"route":"\/api\/v1\/suppressions\/:id"/,
    /"route":"\/callbacks\/:token"/,
  ],
  'logs of the servers': [/postgres\.log/],
  'metrics of the api': [/route="\/callbacks\/:token"/, /route="\/api\/v1\/suppressions\/:id"/],
  'metrics of the worker': [/temporal_/],
  'process arguments': [/dist\/main\/worker\.js/, /dist\/main\/api\.js/, /postgres/],
};

/** The one thing that is printed for a person, key and all, when a start has made one. */
const withoutBanner = (text: string): string => text.replace(/^Heliograph is running[^]*?^curl .*\n+curl .*$/m, '');

const filesOf = (where: string, name: RegExp): string[] =>
  readdirSync(where, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .map((file) => path.join(where, file));

const scrape = async (port: number): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended.
    return '';
  }
}

beforeAll(async () => {
  folder = temporaryFolder();
  ports = {};
  for (const name of ['', 'METRICS_', 'SIMULATOR_', 'TEMPORAL_', 'TEMPORAL_UI_'])
    ports[`HELIOGRAPH_${name}PORT`] = String(await drawFreePort());
  api = `http://127.0.0.1:${ports.HELIOGRAPH_PORT}`;
  simulator = `http://127.0.0.1:${ports.HELIOGRAPH_SIMULATOR_PORT}`;
  up = spawn(process.execPath, [path.join(ROOT, 'dist', 'main', 'up.js')], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...ports,
      ...{ NODE_ENV: 'development', LOG_LEVEL: 'trace', HELIOGRAPH_DATA_DIR: path.join(folder, 'data') },
      ...{ DATABASE_URL: '', TEMPORAL_ADDRESS: '', HELIOGRAPH_ADMIN_KEY: '', HELIOGRAPH_MASTER_KEY: '' },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [up.stdout!, up.stderr!])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await until('the banner', () => /^curl .*meta=/m.test(output) || up.exitCode !== null);
  const data = (file: string): string => readFileSync(path.join(folder, 'data', file), 'utf8').trim();
  adminKey = word(data('admin.key'));
  word(data('master.key'));
  const password = word(data('postgres.password'));
  const url = `postgres://heliograph:${password}@127.0.0.1:${data('postgres.port')}/heliograph`;
  database = connectDatabase({ url, connections: 2, onError: () => undefined });
});
afterAll(async () => {
  await database.close();
  const gone = new Promise((resolve) => up.once('exit', resolve));
  up.kill('SIGTERM');
  await gone;
  rmSync(folder, { recursive: true, force: true });
});

interface Account {
  call(method: string, where: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** That somebody was answered as meant; returns the JSON. */
  made(method: string, where: string, body?: unknown): Promise<{ id: string; [field: string]: unknown }>;
  callbackUrl: string;
  key: string;
}

/** An account with a key, a gateway whose vendor account has its name, and a default webhook. */
async function makeAccount(name: string): Promise<Account> {
  const asAdmin = { authorization: `Bearer ${adminKey}` };
  // What it sends is registered nowhere, at any time of day.
  const lax = { name, indiaStrict: false, promotionalOutsideWindow: 'send' };
  const { json: account } = await request(api, 'POST', '/api/v1/accounts', lax, asAdmin);
  const scopes = ['send', 'read', 'manage'];
  const { json: granted } = await request(api, 'POST', '/api/v1/api-keys', { name, scopes, accountId: account.id }, asAdmin);
  const key = word(granted.key as string);
  word(key.split('_')[2]!);
  const call: Account['call'] = (method, where, body, headers) =>
    request(api, method, where, body, { authorization: `Bearer ${key}`, ...headers });
  const made: Account['made'] = async (method, where, body) => {
    const { status, text, json } = await call(method, where, body);
    if (status >= 300) throw new Error(`${method} ${where} was answered ${status}: ${text}`);
    return json;
  };
  const gateway = await made('POST', '/api/v1/gateways', {
    ...{ provider: 'infobip', name, credentials: { apiKey: VENDOR_KEY }, defaultSender: 'TXTSMS', callbackAuth: null },
    ...{ baseUrl: `${simulator}/infobip/${name}`, sendingPattern: 'loop' },
  });
  const callbackUrl = gateway.callbackUrl as string;
  word(callbackUrl.split('/').at(-1)!);
  await request(simulator, 'PUT', `/control/script?account=${name}`, { receipts: { url: callbackUrl, delayMs: 20 } });
  await made('POST', '/api/v1/webhooks', { kind: 'clevertap', isDefault: true, url: `${simulator}/clevertap/callback?account=${name}&token=${HOOK_PATH}` });
  return { call, made, callbackUrl, key };
} // prettier-ignore

const send = (account: Account, to: string, over: object = {}) =>
  account.call('POST', '/clevertap/v1/messages', { to, text: TEXT, service: 'T', custom: META, ...over });

async function reaches(account: Account, to: string, state: string): Promise<void> {
  await until(`a message is ${state}`, async () => {
    const { json } = await account.call('GET', `/api/v1/messages?to=${encodeURIComponent(to)}`);
    return json.items.some((item: { state: string }) => item.state === state);
  });
} // prettier-ignore

/** Has Postgres refuse rows of a table, with a message and a detail that quote them, as constraints do. */
async function poison(table: string, when: string, row: 'old' | 'new'): Promise<void> {
  await database.pool.query(`create or replace function refuse_${table}() returns trigger language plpgsql as $$
    begin raise exception 'refused %', ${row} using detail = 'Failing row: ' || ${row}::text, table = '${table}'; end $$`);
  await database.pool.query(
    `create trigger refuse before ${when} on ${table} for each row execute function refuse_${table}()`,
  );
}

async function workAll(): Promise<void> {
  const asha = await makeAccount('work-asha');
  const { access_token: token } = (await request(api, 'POST', '/oauth/token',
    new URLSearchParams({ grant_type: 'client_credentials', client_id: asha.key.split('_')[1]!, client_secret: asha.key.split('_')[2]! }),
  )).json as { access_token: string }; // prettier-ignore
  word(token);
  await asha.call('GET', '/api/v1/messages', undefined, { authorization: `Bearer ${token}` });
  expect((await send(asha, ALICE)).status).toBe(200);
  // Credentials and numbers in the query, as partners send them.
  const query = new URLSearchParams({ username: 'x', password: asha.key, from: 'TXTSMS', to: BOB, text: TEXT });
  expect((await request(api, 'GET', `/ct/api/v1/send?${query}`)).status).toBe(200);
  const upload = await asha.call('POST', '/api/v1/uploads', `to,name\n${CARLA},${NAME}\nnobody,${NAME}\n`, {
    'content-type': 'text/csv',
  });
  const group = await asha.made('POST', '/api/v1/groups', { name: 'friends' });
  await asha.made('POST', `/api/v1/groups/${group.id}/members`, { to: DAVE, name: NAME, variables: { name: NAME } });
  for (const audience of [{ uploadId: upload.json.id }, { groupId: group.id }]) {
    await until('the upload is ready', async () =>
      ['ready', 'failed'].includes((await asha.call('GET', `/api/v1/uploads/${upload.json.id}`)).json.state),
    );
    const campaign = { name: `to ${NAME}`, message: `${TEXT}, {name}`, audience };
    await asha.made('POST', '/api/v1/campaigns', campaign);
  }
  for (const to of [ALICE, BOB, CARLA, DAVE]) await reaches(asha, to, 'delivered');
  await request(simulator, 'POST', '/control/inbound', { account: 'work-asha', from: ALICE, text: REPLY });
  await request(simulator, 'POST', '/control/inbound', { account: 'work-asha', from: BOB, text: 'STOP' });
  const suppression = await asha.made('POST', '/api/v1/suppressions', { to: CARLA, reason: REPLY });
  expect((await asha.call('DELETE', `/api/v1/suppressions/${suppression.id}`)).status).toBe(204);
  expect((await asha.call('DELETE', `/api/v1/suppressions/${encodeURIComponent(CARLA)}`)).status).toBe(404);
}

async function failAll(): Promise<void> {
  const vikram = await makeAccount('fail-vikram');
  const away = { provider: 'infobip', name: 'away', credentials: { apiKey: VENDOR_KEY }, sendingPattern: 'loop' };
  // Nobody listens at port 9; the path is as secret as that of a webhook.
  const allowed = simulator.replace('http://', '');
  await vikram.made('POST', '/api/v1/gateways', { ...away, priority: 1, baseUrl: `http://${allowed}/${HOOK_PATH}` });
  await vikram.made('POST', '/api/v1/webhooks', { kind: 'standard', url: `http://${allowed}/${HOOK_PATH}/nowhere` });
  await request(api, 'GET', '/api/v1/messages', undefined, { authorization: `Bearer ${WRONG_KEY}` });
  await vikram.call('POST', '/clevertap/v1/messages', `{"to":"${ALICE}","text":"${TEXT}`);
  await send(vikram, `not ${BOB}`, { text: TEXT });

  const poisoned = await vikram.made('POST', '/api/v1/suppressions', { to: POISON, reason: REPLY });
  await poison('suppressions', 'delete', 'old');
  await poison('parked_receipts', 'insert', 'new');
  await poison('messages', 'update', 'new');
  const lifted = await vikram.call('DELETE', `/api/v1/suppressions/${poisoned.id}`);
  expect(lifted.status).toBe(500);
  const report = { to: POISON, messageId: 'of-nobody', status: DELIVERED, text: REPLY };
  const reported = await request(vikram.callbackUrl, 'POST', '', { results: [report] });
  expect(reported.status).toBe(500);
  await send(vikram, POISON2);
  await until('an activity failed', () => /"msg":"Activity failed/.test(output));
}

test('what a full and a failing run leave behind names nobody and opens nothing', async () => {
  await workAll();
  await failAll();
  for (const [name, read] of Object.entries(READERS)) {
    // What a process wrote comes a moment after what it did.
    const text = await until(`${name} have what has happened`, async () => {
      const now = await read();
      for (const sign of SIGNS[name]!) expect([name, now]).toEqual([name, expect.stringMatching(sign)]);
      return now;
    });
    expect([name, ...needles.foundIn(text)]).toEqual([name]);
  }
}, 400_000);

test('the search finds what it is to find', () => {
  for (const text of [`to ${ALICE}`, '98000 04701', '%2B91%209800-004701', `=${encodeURIComponent(TEXT)}&`])
    expect([text, ...needles.foundIn(text)]).toHaveLength(2);
  expect(needles.foundIn(`Basic ${Buffer.from(VENDOR_KEY).toString('base64')}`)).toHaveLength(1);
});
