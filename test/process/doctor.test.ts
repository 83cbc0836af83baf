/** The doctor: each fault planted for real, what is said of it, and that nobody else is told of it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { readConfig, type Config } from '../../src/config';
import { createKeyring, type MasterKey } from '../../src/core/accounts/keyring';
import type { CheckId, Finding } from '../../src/core/deployment/finding';
import { drawFreePort } from '../../src/main/embedded/ports';
import { createDoctor, type Doctor, type Patient } from '../../src/runtime/doctor';
import { connectTemporal } from '../../src/runtime/temporal';
import { connectDatabase, type Database } from '../../src/store/database';
import { createSealer } from '../../src/store/seal';
import { createSearchAttributes } from '../../src/workflows/client/search-attributes';
import { cli } from '../support/cli';
import { createDatabase, type TestDatabase } from '../support/database';
import { joinStack, type SharedStack } from '../support/shared';
import { ADMIN_KEY, testNamespace } from '../support/servers';
import { testTemporal } from '../support/temporal';
import { makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

const found = (findings: readonly Finding[], id: CheckId): Finding => findings.find((finding) => finding.id === id)!;

describe('of an account', () => {
  let stack: SharedStack;
  let tenant: Tenant;
  let neighbour: Tenant;
  let gatewayId: string;
  beforeAll(async () => {
    stack = await joinStack();
    tenant = await makeTenant(stack, 'doctor');
    neighbour = await makeTenant(stack, 'healthy');
    gatewayId = await tenant.gateway('doctor-one', 'infobip');
    await neighbour.gateway('doctor-two', 'infobip');
  });
  afterAll(() => stack.stop());

  const ask = async (who: Tenant): Promise<Finding[]> => (await who.call('GET', '/api/v1/doctor')).json.checks as Finding[]; // prettier-ignore
  const set = (assignment: string, values: unknown[] = []) =>
    stack.database.pool.query(`update gateways set ${assignment} where id = $1`, [gatewayId, ...values]);

  test('an account in order has nothing wrong, and an admin key is told of the deployment, too', async () => {
    // Temporal and Postgres may be slow for a moment, which is told too.
    await until('all is in order', async () => {
      const checks = await ask(tenant);
      for (const id of ['outbound', 'callbacks', 'gateways', 'webhooks'] as const)
        expect(found(checks, id).state).toBe('ok');
      for (const id of ['database', 'schema', 'partitions', 'sealed', 'clock', 'temporal', 'search-attributes', 'workers'] as const) expect(found(checks, id)).toMatchObject({ id, state: 'ok' }); // prettier-ignore
      return true;
    });
  });

  test('a key with the scope manage is told of its account alone; one without is refused', async () => {
    const made = async (scope: string) => (await tenant.call('POST', '/api/v1/api-keys', { name: scope, scopes: [scope] })).json.key as string; // prettier-ignore
    const headers = async (scope: string) => ({ authorization: `Bearer ${await made(scope)}` });
    const { json } = await tenant.call('GET', '/api/v1/doctor', undefined, await headers('manage'));
    expect((json.checks as Finding[]).map(({ id }) => id)).toEqual(['outbound', 'callbacks', 'gateways', 'webhooks']);
    expect((await tenant.call('GET', '/api/v1/doctor', undefined, await headers('read'))).status).toBe(403);
  });

  test('a gateway that is paused or held is named, with what lets it; the neighbour is not told', async () => {
    await set(`paused_reason = 'REJECTED_NOT_ENOUGH_CREDITS'`);
    const paused = found(await ask(tenant), 'gateways');
    expect(paused.state).toBe('fail');
    expect(paused.sentence).toContain(`doctor-one (${gatewayId}): REJECTED_NOT_ENOUGH_CREDITS`);
    expect(paused.remedy).toContain(`PATCH /api/v1/gateways/${gatewayId} with {"status":"active"}`);
    expect(found(await ask(neighbour), 'gateways').state).toBe('ok');
    await set('paused_reason = null');
    await stack.database.pool.query(`insert into gateway_health (gateway_id, held_until, hold_reason) values ($1, now() + interval '1 hour', '429')
      on conflict (gateway_id) do update set held_until = excluded.held_until, hold_reason = '429'`, [gatewayId]); // prettier-ignore
    expect(found(await ask(tenant), 'gateways')).toMatchObject({ state: 'warn', remedy: expect.stringContaining('ratePerSecond') }); // prettier-ignore
    await stack.database.pool.query('update gateway_health set held_until = null where gateway_id = $1', [gatewayId]);
  });

  test('callbacks that prove nothing are told', async () => {
    const { rows } = await stack.database.pool.query<{ callback_auth: string }>('select callback_auth from gateways where id = $1', [gatewayId]); // prettier-ignore
    await set('callback_auth = null');
    const open = found(await ask(tenant), 'callbacks');
    expect(open).toMatchObject({ state: 'warn', remedy: expect.stringContaining('callbackAuth') });
    expect(open.sentence).toContain(`doctor-one (${gatewayId})`);
    expect(found(await ask(neighbour), 'callbacks').state).toBe('ok');
    await set('callback_auth = $2', [rows[0]!.callback_auth]);
  });

  test('a host that nobody is let out to is told with what lets it', async () => {
    const { rows } = await stack.database.pool.query<{ base_url: string }>('select base_url from gateways where id = $1', [gatewayId]); // prettier-ignore
    await set(`base_url = 'http://10.11.12.13:8081/infobip'`);
    const blocked = found(await ask(tenant), 'outbound');
    expect(blocked.state).toBe('fail');
    expect(blocked.sentence).toContain('10.11.12.13:8081 of gateway doctor-one');
    expect(blocked.remedy).toContain('Add 10.11.12.13:8081 to HELIOGRAPH_OUTBOUND_ALLOW');
    expect(found(await ask(neighbour), 'outbound').state).toBe('ok');
    // Nothing is sent over a gateway that is switched off.
    await tenant.gateway(stack.vendor('doctor-spare'), 'infobip');
    await set(`status = 'inactive'`);
    expect(found(await ask(tenant), 'outbound').state).toBe('ok');
    await set(`status = 'active', base_url = $2`, [rows[0]!.base_url]);
  });

  test('a webhook that is not told of outcomes is named', async () => {
    const { json } = await tenant.call('POST', '/api/v1/webhooks', { kind: 'standard', url: `${stack.simulator.url}/clevertap/none` }); // prettier-ignore
    const set = (assignment: string) => stack.database.pool.query(`update webhooks set ${assignment} where id = $1`, [json.id]);
    await set(`paused_reason = '503 Service Unavailable', paused_at = now(), probe_at = now() + interval '1 hour', probes = 3`);
    const failing = found(await ask(tenant), 'webhooks');
    expect(failing.state).toBe('fail');
    expect(failing.sentence).toContain(`${json.id} is paused (503 Service Unavailable), 0 wait`);
    expect(failing.remedy).toContain(`heliograph callback replay --webhook ${json.id}`);
    expect(found(await ask(neighbour), 'webhooks').state).toBe('ok');
    const { code, out } = await cli(['doctor'], { env: { HELIOGRAPH_URL: stack.url, HELIOGRAPH_KEY: ADMIN_KEY, HELIOGRAPH_ACCOUNT: tenant.accountId } }); // prettier-ignore
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL {2}webhooks .* is paused \(503 Service Unavailable\)/m);
    await tenant.call('DELETE', `/api/v1/webhooks/${json.id}`);
  }); // prettier-ignore
});

describe('of a deployment', () => {
  let test_: TestDatabase;
  let database: Database;
  const key: MasterKey = { id: 'first', key: randomBytes(32) };
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    test_ = await createDatabase();
    database = connectDatabase({ url: test_.url, connections: 4, onError: () => undefined });
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await database.close();
    await until('all connections are closed', () => test_.drop().then(() => true));
  });

  /** A doctor of this database, unless the test says otherwise. */
  function doctorOf(
    over: Partial<Patient> & { address?: string; namespace?: string; env?: NodeJS.ProcessEnv } = {},
  ): Doctor {
    const { address = testTemporal(), namespace = testNamespace(), env, ...patient } = over;
    const { connection, close } = connectTemporal({ namespace, options: { address } });
    closing.push(close);
    const config: Config = readConfig({ DATABASE_URL: test_.url, ...env });
    const attributes = createSearchAttributes(new Client({ connection, namespace }), () => undefined);
    const keys = patient.keys ?? [key];
    return createDoctor({
      config,
      keys,
      database,
      sealer: createSealer(createKeyring(keys)),
      temporal: { connection, namespace, address },
      searchAttributeProblems: () => attributes.searchAttributeProblems(),
      nowMs: Date.now,
      ...patient,
    });
  }

  test('a database that is away: nothing else is looked at in it', async () => {
    const url = `postgres://x:secret@127.0.0.1:${await drawFreePort()}/heliograph`;
    const away = connectDatabase({ url, connections: 1, onError: () => undefined });
    const checks = await doctorOf({ database: away, env: { DATABASE_URL: url } }).deployment();
    await away.close();
    const { state, sentence, remedy } = found(checks, 'database');
    expect(state).toBe('fail');
    expect(sentence).toMatch(/^Postgres at 127\.0\.0\.1:\d+\/heliograph does not answer: .*ECONNREFUSED/);
    expect(sentence).not.toContain('secret');
    expect(remedy).toContain('Start Postgres, or correct DATABASE_URL');
    expect(checks.map(({ id }) => id)).not.toContain('schema');
  });

  test('a schema that is behind, and one that is ahead', async () => {
    const { rows } = await database.pool.query<{ name: string; timestamp: string }>('select * from kysely_migration order by name desc limit 1'); // prettier-ignore
    const { name, timestamp } = rows[0]!;
    await database.pool.query('delete from kysely_migration where name = $1', [name]);
    expect(found(await doctorOf().deployment(), 'schema')).toMatchObject({
      state: 'fail',
      sentence: `The schema is behind this version by 1 migration: ${name}.`,
      remedy: expect.stringContaining('Run `heliograph migrate`'),
    });
    await database.pool.query('insert into kysely_migration values ($1, $2), ($3, $2)', [
      name,
      timestamp,
      '9999_future',
    ]);
    expect(found(await doctorOf().deployment(), 'schema')).toMatchObject({ state: 'warn', sentence: expect.stringContaining('9999_future') }); // prettier-ignore
    await database.pool.query(`delete from kysely_migration where name = '9999_future'`);
    expect(found(await doctorOf().deployment(), 'schema').state).toBe('ok');
  });

  test('the role that the product runs as may look at the migrations', async () => {
    const runtime = connectDatabase({ url: test_.runtimeUrl, connections: 1, onError: () => undefined });
    expect(found(await doctorOf({ database: runtime }).deployment(), 'schema').state).toBe('ok');
    await runtime.close();
  });

  test('partitions that nobody made ahead', async () => {
    const { rows } = await database.pool.query<{ name: string }>(`select name from partitions_of('messages') order by until_key`);
    for (const { name } of rows.slice(1)) await database.pool.query(`drop table ${name}`);
    const ok = found(await doctorOf().deployment(), 'partitions');
    const endsMs = Date.parse(/\d{4}-\d\d-\d\d/.exec(ok.sentence)![0]);
    const at = async (nowMs: number) => found(await doctorOf({ nowMs: () => nowMs }).deployment(), 'partitions');
    const remedy = expect.stringContaining('heliograph migrate') as string;
    expect(await at(endsMs - 5 * 86_400_000)).toMatchObject({ state: 'warn', sentence: expect.stringContaining('in 5 days'), remedy }); // prettier-ignore
    expect(await at(endsMs)).toMatchObject({ state: 'fail', sentence: expect.stringContaining('nothing can be accepted'), remedy }); // prettier-ignore
  }); // prettier-ignore

  test('a value that no key of the ring opens, and a weak key', async () => {
    const other = createSealer(createKeyring([{ id: 'lost', key: randomBytes(32) }]));
    await database.pool.query(`insert into deployment_secrets (name, value) values ('planted', $1)`, [other.seal('x', 'deployment:planted' as never)]); // prettier-ignore
    expect(found(await doctorOf().deployment(), 'sealed')).toMatchObject({
      state: 'fail',
      sentence: '1 value of deployment_secrets.value is sealed with the master key lost, which is not in the ring (first and '.concat(fingerprint(), ').'), // prettier-ignore
      remedy: expect.stringContaining('heliograph keys reseal'),
    });
    await database.pool.query(`delete from deployment_secrets where name = 'planted'`);
    expect(found(await doctorOf().deployment(), 'sealed').state).toBe('ok');
    const weak = { id: 'typed', key: Buffer.from('0123456789abcdef0123456789abcdef') };
    expect(found(await doctorOf({ keys: [weak] }).deployment(), 'master-key')).toMatchObject({
      state: 'warn',
      sentence: expect.stringMatching(/^The master key typed /),
      remedy: expect.stringContaining('openssl rand -base64 32'),
    });
  });
  const fingerprint = () => createKeyring([{ key: key.key }]).id;

  test('a clock that is off', async () => {
    const checks = await doctorOf({ nowMs: () => Date.now() + 90_000 }).deployment();
    // As exactly as the answer was quick.
    expect(found(checks, 'clock')).toMatchObject({
      state: 'fail',
      sentence: expect.stringMatching(
        /^The clock of this machine is (8[5-9]|9[0-5]) seconds ahead of that of Postgres/,
      ),
      remedy: expect.stringContaining('time server'),
    });
  });

  test('a public URL at which something else answers, or nothing', async () => {
    const stranger = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const port = (stranger.address() as AddressInfo).port;
    const at = async (url: string) => found(await doctorOf({ env: { HELIOGRAPH_PUBLIC_URL: url } }).deployment(), 'public-url');
    expect(await at(`http://127.0.0.1:${port}`)).toMatchObject({ state: 'fail', sentence: expect.stringContaining('something else answers there') }); // prettier-ignore
    await new Promise((resolve) => stranger.close(resolve));
    const nothing = await at(`http://127.0.0.1:${port}`);
    expect(nothing).toMatchObject({ state: 'fail', sentence: expect.stringContaining('ECONNREFUSED') });
    expect(nothing.remedy).toContain('HELIOGRAPH_PUBLIC_URL');
  }); // prettier-ignore

  test('Temporal away: workers and attributes are not looked at', async () => {
    const checks = await doctorOf({ address: `127.0.0.1:${await drawFreePort()}` }).deployment();
    const { state, sentence, remedy } = found(checks, 'temporal');
    expect(state).toBe('fail');
    expect(sentence).toMatch(
      /^Temporal at 127\.0\.0\.1:\d+ \(namespace .*\) does not answer: (no answer within|.*ECONN)/,
    );
    expect(remedy).toContain('correct TEMPORAL_ADDRESS');
    expect(checks.map(({ id }) => id)).not.toContain('workers');
  });

  test('a namespace without search attributes, in which no worker runs', async () => {
    const namespace = `doctor-${randomUUID()}`;
    const connection = await Connection.connect({ address: testTemporal() });
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } }); // prettier-ignore
    await connection.close();
    const checks = await until('the namespace is known', async () => {
      const looked = await doctorOf({ namespace }).deployment();
      return found(looked, 'temporal').state === 'ok' && found(looked, 'workers').sentence.startsWith('No worker') && looked;
    });
    expect(found(checks, 'search-attributes')).toMatchObject({
      state: 'warn',
      sentence: expect.stringContaining('Temporal does not know 4 search attributes'),
      remedy: expect.stringContaining(`temporal operator search-attribute create --namespace ${namespace} --name HeliographAccountId --type KeywordList`), // prettier-ignore
    });
    expect(found(checks, 'workers')).toMatchObject({
      state: 'fail',
      sentence: 'No worker runs: messages are accepted and wait.',
      remedy: expect.stringContaining('Start a worker'),
    });
  }); // prettier-ignore
});
