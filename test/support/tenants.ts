/** Accounts that live side by side on one stack: one that misbehaves, and one that is watched meanwhile. */
import { noteGateway, portalOf, type MadeGateway } from './callbacks';
import type { Client } from './client';
import type { TestStack } from './stack';
import { LOST_TASK_MS, until } from './until';

/** Providers as the simulator plays them: one that knows our ids and is sent to again under them, one that knows its own only. */
export const KNOWS_OUR_IDS = 'infobip';
export const KNOWS_ITS_OWN = 'pingbix';
/** Knows its own ids only, and can be asked. */
export const CAN_BE_ASKED = 'twilio';

const CREDENTIALS: Partial<Record<string, (name: string) => object>> = {
  [KNOWS_OUR_IDS]: (name) => ({ apiKey: `${name}-key` }),
  [KNOWS_ITS_OWN]: (name) => ({ userId: name, password: `${name}-password` }),
  [CAN_BE_ASKED]: () => ({ accountSid: `AC${'0'.repeat(32)}`, authToken: 'token-1' }),
  mobtexting: (name) => ({ token: `${name}-token` }),
};

/** An account with a key of its own. */
export interface Tenant {
  accountId: string;
  call: TestStack['call'];
  /** Makes a gateway that leads to the simulator's account of this name; returns its id. Other providers need `credentials`. */
  gateway(name: string, provider: string, over?: object): Promise<string>;
  /** Scripts the simulator's account of this name. */
  script(name: string, script: { receipts?: object; [option: string]: unknown }): Promise<void>;
  /** What the simulator's account of this name counted. */
  counts(name: string): Promise<Record<string, number>>;
  /** Sends texts to numbers of its own; returns the messages' ids. */
  send(count: number, record?: object): Promise<string[]>;
  /** States of messages by id, in the order of `ids`. */
  states(ids: readonly string[]): Promise<string[]>;
  /** Waits until all of them are in this state. */
  reach(ids: readonly string[], state: string, deadlineMs?: number): Promise<void>;
}

let serial = 0;

/** Makes an account on the stack. @param settings of it, where it differs from those that tests make. */
export async function makeTenant(
  stack: Pick<Client, 'call' | 'control' | 'database' | 'simulator'>,
  name: string,
  settings: object = {},
): Promise<Tenant> {
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name, ...settings });
  const accountId = account.id as string;
  const call: Tenant['call'] = (method, path, body, headers) =>
    stack.call(method, path, body, { 'x-account-id': accountId, ...headers });
  // Ten million fictional numbers, none of them given to two messages of a run.
  const number = () => `91980${String(++serial).padStart(7, '0')}`;
  /** What a vendor's portal is told: where its reports go, for those whose requests don't say, and what proves them. */
  const portals = new Map<string, object>();
  /** As they were given, also before there was a gateway. */
  const scripts = new Map<string, Parameters<Tenant['script']>[1]>();
  const tenant: Tenant = {
    accountId,
    call,
    async gateway(gatewayName, provider, over) {
      const draft = {
        provider,
        name: gatewayName,
        credentials: CREDENTIALS[provider]?.(gatewayName),
        baseUrl: `${stack.simulator.url}/${provider}/${gatewayName}`,
        sendingPattern: 'loop',
        defaultSender: 'TXTSMS',
        ...over,
      };
      const { status, json } = await call('POST', '/api/v1/gateways', draft);
      if (status !== 201) throw new Error(`the gateway ${gatewayName} was answered ${status}: ${JSON.stringify(json)}`);
      noteGateway(json as MadeGateway);
      portals.set(gatewayName, portalOf(json as MadeGateway));
      await tenant.script(gatewayName, scripts.get(gatewayName) ?? {});
      return json.id as string;
    },
    async script(gatewayName, script) {
      scripts.set(gatewayName, script);
      const receipts = { ...portals.get(gatewayName), ...script.receipts };
      const whole = { ...script, receipts };
      const { status, text } = await stack.control('PUT', `/control/script?account=${gatewayName}`, whole);
      if (status !== 200) throw new Error(`the script of ${gatewayName} was answered ${status}: ${text}`);
    },
    counts: async (gatewayName) => (await stack.control('GET', `/control/counts?account=${gatewayName}`)).json,
    async send(count, record = {}) {
      const list = Array.from({ length: count }, () => ({
        to: number(),
        text: 'Your code is 1234',
        service: 'T',
        ...record,
      }));
      const { status, json } = await call('POST', '/clevertap/v1/messages', { list });
      if (status !== 200 || json.accepted !== count)
        throw new Error(`a send was answered ${status}: ${JSON.stringify(json)}`);
      return json.ids as string[];
    },
    async states(ids) {
      const { rows } = await stack.database.pool.query<{ id: string; state: string }>(
        `select m.id, case when b.claim is null then m.state::text else 'submitting' end as state
         from messages m left join blocks b on b.slice_id = m.slice_id and m.id = any(b.ids) where m.id = any($1)`,
        [ids],
      );
      const byId = new Map(rows.map(({ id, state }) => [id, state]));
      return ids.map((id) => byId.get(id) ?? 'absent');
    },
    async reach(ids, state, deadlineMs = LOST_TASK_MS) {
      const label = `${ids.length} messages of ${name} are ${state}`;
      await until(label, async () => (await tenant.states(ids)).every((now) => now === state), { deadlineMs });
    },
  };
  return tenant;
}
