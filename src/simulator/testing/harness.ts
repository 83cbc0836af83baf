/** What the simulator's own tests share: a receiver of receipts, and calls to a simulator. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import type { Counts } from '../account';
import { REFUSALS } from '../script';
import { startSimulator, type Simulator } from '../server';

/** One report of Infobip's v3 or v2 body, as far as tests look at it. */
export interface SeenReport {
  messageId: string;
  to: string;
  sender?: string;
  from?: string;
  smsCount?: number;
  callbackData?: string;
  doneAt: string;
  status: { id: number; groupId: number; name: string };
  error: { id: number; groupName: string };
}

/** A request as the receiver got it. */
export interface SeenRequest {
  method: string;
  /** Path and query. */
  path: string;
  query: Record<string, string>;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  port: number;
  /** In the order in which they came, refused ones too. */
  requests: SeenRequest[];
  /** Bodies in the order in which they came, refused ones too. */
  bodies: string[];
  /** Reports of all bodies that are JSON. */
  reports(): SeenReport[];
  stop(): Promise<void>;
}

/** @param statusOf the status of the nth answer, from 0; default 200. */
export async function startReceiver(statusOf: (n: number) => number = () => 200, port = 0): Promise<Receiver> {
  const bodies: string[] = [];
  const requests: SeenRequest[] = [];
  const server = http.createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const query = Object.fromEntries(new URL(path, 'http://receiver').searchParams);
      requests.push({ method, path, query, headers, body: Buffer.concat(chunks).toString() });
      bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(statusOf(bodies.length - 1)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const actual = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${actual}/receipts`,
    port: actual,
    requests,
    bodies,
    reports: () => bodies.flatMap(reportsOf),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * For each test of the file a simulator of its own and a receiver of its reports, which end with the test. What is returned
 * stands for those of the test that runs.
 */
export function eachWithSimulator(): {
  simulator: Omit<Simulator, 'stop'>;
  receiver: Omit<Receiver, 'stop'>;
  /** Another receiver takes its place, which answers so. */
  receiveWith(statusOf: (n: number) => number): Promise<void>;
} {
  let simulator: Simulator;
  let receiver: Receiver;
  beforeEach(async () => {
    simulator = await startSimulator({ port: 0 });
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await simulator.stop();
    await receiver.stop();
  });
  return {
    simulator: {
      get url() {
        return simulator.url;
      },
      get port() {
        return simulator.port;
      },
    },
    receiver: {
      get url() {
        return receiver.url;
      },
      get port() {
        return receiver.port;
      },
      get requests() {
        return receiver.requests;
      },
      get bodies() {
        return receiver.bodies;
      },
      reports: () => receiver.reports(),
    },
    async receiveWith(statusOf) {
      await receiver.stop();
      receiver = await startReceiver(statusOf);
    },
  };
}

/** The reports of one body; none when it is not JSON. */
export function reportsOf(body: string): SeenReport[] {
  try {
    return (JSON.parse(body) as { results: SeenReport[] }).results;
  } catch {
    return [];
  }
}

export interface Reply<Body> {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Body;
}

/** Sends JSON (or text as it is) and reads the answer as text. */
export async function callText(
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<string>> {
  const answer = await request(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
}

/** Sends JSON (or text as it is) and reads the JSON answer. */
export async function call<Body = unknown>(
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<Body>> {
  const { body: text, ...answer } = await callText(method, url, body, headers);
  return { ...answer, body: JSON.parse(text) as Body };
}

/** Sends a form and reads the JSON answer. Fields that are undefined are left out. */
export function callForm<Body = unknown>(
  url: string,
  fields: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<Reply<Body>> {
  const form = formOf(fields).toString();
  return call<Body>('POST', url, form, { 'content-type': 'application/x-www-form-urlencoded', ...headers });
}

/** Fields as a form or query. */
export function formOf(fields: Record<string, string | undefined>): URLSearchParams {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return new URLSearchParams(given);
}

export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** A script whose submissions or reports are refused by the last digit of their number: 1 to 4 as in {@link REFUSALS}. */
export function refusing(at: 'submit' | 'receipt', more: object = {}): object {
  return { refuse: REFUSALS.map((outcome, n) => ({ outcome, numberEndsWith: String(n + 1), at })), ...more };
}

/** What was sent by its number, as `/control/messages` has it. */
export async function keptOf(simulator: { url: string }, query: string): Promise<Record<string, unknown>[]> {
  const url = `${simulator.url}/control/messages?${query}`;
  return (await call<{ messages: Record<string, unknown>[] }>('GET', url)).body.messages;
}

export interface SubmitAnswer {
  bulkId: string;
  messages: { messageId: string; destination: string; status: { groupId: number; id: number; name: string } }[];
}

/** An Infobip message to one number; `over` replaces fields of the message. */
export function message(to: string, messageId: string, over: Record<string, unknown> = {}): Record<string, unknown> {
  return { sender: 'HELIOS', destinations: [{ to, messageId }], content: { text: 'Your order has left.' }, ...over };
}

/** Where a message reports to. */
export const reportTo = (receiver: { url: string }) => ({ webhooks: { delivery: { url: receiver.url } } });

/** Submits over Infobip's wire; `account` is the part of the path after `/infobip`, for example `/alpha`. */
export function submit<Body = SubmitAnswer>(
  simulator: { url: string },
  messages: unknown[],
  account = '',
): Promise<Reply<Body>> {
  const url = `${simulator.url}/infobip${account}/sms/3/messages`;
  return call<Body>('POST', url, { messages }, { authorization: 'App secret' });
}

export function put(simulator: { url: string }, script: unknown, account?: string): Promise<Reply<unknown>> {
  return call('PUT', `${simulator.url}/control/script${account ? `?account=${account}` : ''}`, script);
}

export async function countsOf(simulator: { url: string }, account = 'infobip'): Promise<Counts> {
  return (await call<Counts>('GET', `${simulator.url}/control/counts?account=${account}`)).body;
}

/** A fictional Indian number. */
export const number = (n: number) => `91980${String(n).padStart(7, '0')}`;
