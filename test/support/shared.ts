/**
 * A product that test files share, as `npm start` runs it: what a flow test talks to unless it stops, kills or configures
 * a process. A file is a client with an account of its own, which is an account of its own at the vendor and at CleverTap,
 * too. Files of one Jest worker take turns at one product, and each Jest worker has its own: so a file may watch a table
 * that nobody else writes to meanwhile, but rows of earlier files are in it.
 */
import { connectDatabase } from '../../src/store/database';
import { noteGateway, type MadeGateway } from './callbacks';
import { callerOf, request, settledBy, type Client } from './client';
import { databaseNamed } from './database';
import { fact, jestWorker, TEST_DATABASE_URL, TEST_PRODUCTS_URL, type ProductKind } from './servers';

export interface SharedStack extends Client {
  /** This file's account: whose everything is that `call` sees and makes, unless a header says otherwise. */
  accountId: string;
  /** Of the account's first gateway; its sender IDs are HELIOG and HELIOB. */
  gatewayId: string;
  /** Where that gateway's provider reports. */
  callbackPath: string;
  /**
   * The simulator's name of an account of this file. Without `name` it is that of the account's first gateway and its
   * default webhook, which `control` asks about unless told otherwise. Needs a worker.
   */
  vendor(name?: string): string;
}

/**
 * Joins this Jest worker's product with an account that has a gateway and a default webhook, both leading to the simulator.
 * @param options `worker: false`: another product, an api alone, where what is accepted stays as it is.
 */
export async function joinStack(options: { worker?: boolean } = {}): Promise<SharedStack> {
  const kind: ProductKind = options.worker === false ? 'api' : 'whole';
  const product = await request(fact(TEST_PRODUCTS_URL), 'GET', `/${kind}/${jestWorker()}`);
  if (product.status !== 200) throw new Error(`The product did not start: ${product.text}`);
  const env = product.json as Record<string, string>;
  const url = `http://127.0.0.1:${env.HELIOGRAPH_PORT}`;
  const simulator = { url: `http://127.0.0.1:${env.HELIOGRAPH_SIMULATOR_PORT}` };
  const database = connectDatabase({
    url: superuserUrlOf(env.DATABASE_URL!),
    connections: 4,
    onError: () => undefined,
  });

  const { json: account } = await callerOf(url)('POST', '/api/v1/accounts', { name: 'Tests' });
  const accountId = account.id as string;
  const call = callerOf(url, { 'x-account-id': accountId });
  const known = new Set<string>();
  const vendor = (name?: string): string => {
    const full = name === undefined ? accountId : `${accountId}-${name}`;
    known.add(full);
    return full;
  };
  const { json: gateway } = await call('POST', '/api/v1/gateways', {
    provider: 'infobip',
    name: 'Simulator',
    credentials: { apiKey: 'simulator' },
    baseUrl: `${simulator.url}/infobip/${vendor()}`,
    sendingPattern: 'batch',
    batchSize: 100,
    maxInFlight: 64,
    defaultSender: 'HELIOG',
    fallbackSender: 'HELIOB',
    receiptDeadlineSeconds: 60,
  });
  noteGateway(gateway as MadeGateway);
  // As the first start makes it: it gives way to any other gateway of the account.
  await database.pool.query('update gateways set demo = true where id = $1', [gateway.id]);
  const callback = `${simulator.url}/clevertap/callback?account=${vendor()}`;
  await call('POST', '/api/v1/webhooks', { kind: 'clevertap', url: callback, isDefault: true });

  const control: Client['control'] = async (method, where, body) => {
    if (where === '/control/reset') {
      const answers = [...known].map((name) => request(simulator.url, method, `${where}?account=${name}`));
      return (await Promise.all(answers))[0]!;
    }
    const mark = where.includes('?') ? '&' : '?';
    const whose = /[?&]account=/.test(where) ? '' : `${mark}account=${vendor()}`;
    return request(simulator.url, method, where + whose, body);
  };
  return {
    url,
    env,
    database,
    simulator,
    accountId,
    gatewayId: gateway.id as string,
    callbackPath: new URL(gateway.callbackUrl as string).pathname,
    vendor,
    call,
    control,
    settled: settledBy(call),
    async stop() {
      if (kind === 'whole') await control('POST', '/control/reset');
      await database.close();
    },
  };
}

/** The same database for what a test does itself. */
const superuserUrlOf = (url: string): string => databaseNamed(fact(TEST_DATABASE_URL), new URL(url).pathname.slice(1));
