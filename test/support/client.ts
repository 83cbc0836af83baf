/** A client of the api and of the simulator's control: what every flow test holds, whoever runs the processes. */
import type { Database } from '../../src/store/database';
import { checkAnswer } from './contract';
import { ADMIN_KEY } from './servers';
import { LOST_TASK_MS, until } from './until';

export interface Answer {
  status: number;
  headers: Headers;
  /** The body as it came. */
  text: string;
  /** The body when it is JSON, else undefined. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read answers of many shapes.
  json: any;
}

export interface Client {
  /** The api, `http://host:port`. */
  url: string;
  /** The environment of the processes, and of those that join them. */
  env: NodeJS.ProcessEnv;
  database: Database;
  /** Where gateways lead. */
  simulator: { url: string };
  /** Calls the api; fails when the answer is not what the OpenAPI document says. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A simulator's control endpoint. */
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Waits until nothing of the account is open; returns its ledger. */
  settled(deadlineMs?: number): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

/** One request; an object is sent as JSON. */
export async function request(
  base: string,
  method: string,
  where: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const isText = typeof body === 'string' || body instanceof URLSearchParams;
  const response = await fetch(base + where, {
    method,
    headers: { ...(isText || body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : isText ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

/** Accounts that tests make send at any time of day and whatever is registered, unless a test says otherwise. */
const MADE_BY_TESTS = { indiaStrict: false, promotionalOutsideWindow: 'send' };
const isObject = (body: unknown): body is object => typeof body === 'object' && body !== null;
const isNewAccount = (method: string, where: string): boolean => method === 'POST' && where === '/api/v1/accounts';

/** Calls with the admin key, and with `defaults`, unless a call's own headers say otherwise. */
export function callerOf(url: string, defaults: Record<string, string> = {}): Client['call'] {
  return async (method, where, given, headers = {}) => {
    const body = isNewAccount(method, where) && isObject(given) ? { ...MADE_BY_TESTS, ...given } : given;
    const all = { authorization: `Bearer ${ADMIN_KEY}`, ...defaults, ...headers };
    const answer = await request(url, method, where, body, all);
    const contentType = answer.headers.get('content-type');
    checkAnswer(method, where, { status: answer.status, contentType, body: answer.text });
    return answer;
  };
}

export function settledBy(call: Client['call']): Client['settled'] {
  return (deadlineMs = LOST_TASK_MS) =>
    until(
      'no message is open',
      async () => {
        const { ledger } = (await call('GET', '/api/v1/stats')).json as { ledger: Record<string, number> };
        return ledger.open === 0 && ledger.accepted! > 0 ? ledger : null;
      },
      { deadlineMs },
    );
}
