/** The stack that the demo uses: the one that answers, else one of its own. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LOOPBACK, type Config } from '../../config';
import { isKeyItself } from '../../core/accounts/admin-key';
import type { Logger } from '../logging';
import { startStack } from '../up/stack';
import { causeOf, jsonClient, type JsonClient } from './client';
import { CLEVERTAP_ACCOUNT } from './traffic';

const PROBE_MS = 5_000;

export interface Target {
  simulatorUrl: string;
  api: JsonClient;
  simulator: JsonClient;
  /** Stops what the demo has started; leaves a stack that it found. */
  stop(): Promise<void>;
}

/**
 * Finds or starts the stack, says which, and makes sure that nothing sent through it can leave this machine.
 * @throws Error with a sentence naming the remedy.
 */
export async function openTarget(
  config: Config,
  logger: Logger,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Target> {
  if (config.simulatorPort === undefined) {
    throw new Error('The demo sends through the simulator: give HELIOGRAPH_SIMULATOR_PORT a port instead of "off".');
  }
  if (config.adminKey !== undefined && !isKeyItself(config.adminKey)) {
    throw new Error('The demo calls the API: give HELIOGRAPH_ADMIN_KEY the key itself instead of its hash.');
  }
  const url = `http://${LOOPBACK}:${config.port}`;
  const running = await answers(url);
  say(running ? `It uses the stack at ${url}.` : `No stack runs at ${url}: the demo starts one of its own …`);
  const stack = running ? undefined : await startStack(config, logger, signal);
  const adminKey = stack?.adminKey ?? keyOfRunning(config, url);
  const simulatorUrl = `http://${LOOPBACK}:${config.simulatorPort}`;
  const headers = {
    authorization: `Bearer ${adminKey}`,
    callback_url: `${simulatorUrl}/clevertap/callback?account=${CLEVERTAP_ACCOUNT}`,
  };
  const target: Target = {
    simulatorUrl,
    api: jsonClient(url, headers, signal),
    simulator: jsonClient(simulatorUrl, {}, signal),
    stop: async () => stack?.stop(),
  };
  try {
    await checkGateways(target.api, simulatorUrl);
  } catch (error) {
    await target.stop();
    throw error;
  }
  return target;
}

/** False when nothing listens there. */
async function answers(url: string): Promise<boolean> {
  let answer: Response;
  try {
    answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PROBE_MS) });
  } catch (error) {
    const cause = causeOf(error as Error);
    if (cause === 'ECONNREFUSED') return false;
    throw new Error(`What listens at ${url} does not answer (${cause}): stop it or set HELIOGRAPH_PORT.`);
  }
  const ready = (await answer.json().catch(() => null)) as { checks?: Record<string, string> } | null;
  if (ready?.checks === undefined) {
    throw new Error(`What listens at ${url} is not Heliograph: stop it or set HELIOGRAPH_PORT.`);
  }
  const problems = Object.values(ready.checks).filter((check) => check !== 'ok');
  if (problems.length > 0) throw new Error(`Heliograph at ${url} is not ready: ${problems.join('; ')}.`);
  return true;
}

function keyOfRunning(config: Config, url: string): string {
  if (config.adminKey !== undefined) return config.adminKey;
  const file = path.join(config.dataDir, 'admin.key');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Error(
      `Heliograph runs at ${url}, but its admin key is not in ${file}: set HELIOGRAPH_ADMIN_KEY or HELIOGRAPH_DATA_DIR to that stack's.`,
    );
  }
}

interface GatewayAnswer {
  name: string;
  status: 'active' | 'inactive';
  baseUrl: string | null;
}

/** Whatever takes the demo's messages must be the simulator. */
async function checkGateways(api: JsonClient, simulatorUrl: string): Promise<void> {
  const { items } = await api.call<{ items: GatewayAnswer[] }>('GET', '/api/v1/gateways');
  const active = items.filter(({ status }) => status === 'active');
  const foreign = active.find(({ baseUrl }) => baseUrl?.startsWith(`${simulatorUrl}/`) !== true);
  if (foreign !== undefined) {
    throw new Error(
      `The gateway "${foreign.name}" does not lead to the simulator at ${simulatorUrl}, so the demo would send real messages: set it inactive, or give the demo a data folder and ports of its own.`,
    );
  }
  if (active.length === 0) throw new Error('No gateway is active: activate the one that leads to the simulator.');
}
