/**
 * The product as `npm start` runs it (api, worker and simulator from `dist`), for the test files that are its clients.
 * Jest's own process holds it: a file asks over HTTP, and what it asks for is started once for its Jest worker.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { LOOPBACK, readConfig } from '../../../src/config';
import { drawFreePort } from '../../../src/main/embedded/ports';
import { childService } from '../../../src/main/up/child';
import { environmentOf, type ChildName } from '../../../src/main/up/child-environment';
import { createDatabase } from '../database';
import { keepPayloadSecret } from '../seal';
import { ADMIN_KEY, fact, productNamespace, TEST_TEMPORAL_ADDRESS, type ProductKind } from '../servers';

const DIST = path.resolve(__dirname, '../../../dist/main');
const SERVICES: Record<ProductKind, readonly ChildName[]> = {
  whole: ['simulator', 'worker', 'api'],
  api: ['api'],
};

interface Product {
  /** The environment of its processes. */
  env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Answers `GET /<kind>/<Jest worker>` with the environment of that product's processes, as JSON. */
export async function serveProducts(): Promise<{ url: string; stop(): Promise<void> }> {
  const started = new Map<string, Promise<Product>>();
  const productAt = (where: string): Promise<Product> => {
    const [, kind, workerId] = where.split('/') as [string, ProductKind, string];
    const product = started.get(where) ?? startProduct(kind, workerId);
    started.set(where, product);
    return product;
  };
  const server = createServer((request, response) => {
    // Files ask seldom: a connection that waits for the next one could be closed under it.
    response.setHeader('connection', 'close');
    productAt(request.url!).then(
      ({ env }) => response.setHeader('content-type', 'application/json').end(JSON.stringify(env)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      // One that could not start has told the file that asked for it.
      await Promise.allSettled([...started.values()].map(async (product) => (await product).stop()));
    },
  };
}

async function startProduct(kind: ProductKind, workerId: string): Promise<Product> {
  const { runtimeUrl } = await createDatabase();
  const [port, simulatorPort] = [await drawFreePort(), await drawFreePort()];
  const env: NodeJS.ProcessEnv = {
    DATABASE_URL: runtimeUrl,
    TEMPORAL_ADDRESS: fact(TEST_TEMPORAL_ADDRESS),
    TEMPORAL_NAMESPACE: productNamespace(kind, workerId),
    HELIOGRAPH_MASTER_KEY: randomBytes(32).toString('base64'),
    HELIOGRAPH_ADMIN_KEY: ADMIN_KEY,
    HELIOGRAPH_PORT: String(port),
    HELIOGRAPH_SIMULATOR_PORT: String(simulatorPort),
    // Receivers of webhooks, and gateways of tests, are on this machine.
    HELIOGRAPH_OUTBOUND_ALLOW: LOOPBACK,
    // Where nobody calls back, the api may stand behind a proxy.
    ...(kind === 'api' ? { HELIOGRAPH_PUBLIC_URL: 'https://sms.example.com' } : {}),
  };
  await keepPayloadSecret(runtimeUrl, readConfig(env));
  const start = async (name: ChildName) => {
    const own = { LOG_LEVEL: 'error', HELIOGRAPH_METRICS_PORT: String(await drawFreePort()) };
    const told = environmentOf(name, { ...process.env, ...own, ...env });
    return childService(name, path.join(DIST, `${name}.js`), told).start();
  };
  const services = await Promise.all(SERVICES[kind].map(start));
  return {
    env,
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}
