/** CleverTap's callback endpoint on loopback, which answers as a test says and remembers what it received. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ownPath } from './own-path';

export interface ReceivedRecord {
  event: string;
  meta: string;
  code?: string;
  description?: string;
}

export interface CleverTapAnswer {
  status: number;
  body?: object;
  headers?: Record<string, string>;
}

export interface CleverTapEndpoint {
  url: string;
  /** Records of each post, in the order in which they came, whatever they were answered. */
  posts: ReceivedRecord[][];
  /** How often each `event meta` came in a post that was answered 2xx. */
  received: Map<string, number>;
  /** Posts that are not answered yet, and the most there were at a time. */
  open: number;
  mostOpen: number;
  /** Answers a post; what it returns may be a promise that a test resolves. */
  answer: (records: ReceivedRecord[]) => CleverTapAnswer | Promise<CleverTapAnswer>;
  stop(): Promise<void>;
}

/** CleverTap's answer to a post that it processed. */
export const PROCESSED: CleverTapAnswer = {
  status: 200,
  body: { status: 'success', message: 'Callback processed successfully', data: { processed_events: 1 } },
};

/** CleverTap's answer to a post that lacks something. */
export const BAD_REQUEST: CleverTapAnswer = {
  status: 400,
  body: { status: 'error', message: 'Bad request. Some mandatory parameter was missing.', error_code: 400 },
};

export async function startCleverTap(): Promise<CleverTapEndpoint> {
  const respond = async (body: string, response: ServerResponse): Promise<void> => {
    const groups = JSON.parse(body) as { event: string; data: Omit<ReceivedRecord, 'event'>[] }[];
    const records = groups.flatMap(({ event, data }) => data.map((record) => ({ event, ...record })));
    endpoint.posts.push(records);
    endpoint.open += 1;
    endpoint.mostOpen = Math.max(endpoint.mostOpen, endpoint.open);
    const answer = await endpoint.answer(records);
    endpoint.open -= 1;
    if (answer.status < 300) {
      for (const { event, meta } of records) {
        const key = `${event} ${meta}`;
        endpoint.received.set(key, (endpoint.received.get(key) ?? 0) + 1);
      }
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
  };
  const path = `${ownPath()}?account=A`;
  const server = createServer((request, response) => {
    if (request.url !== path) return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void respond(Buffer.concat(chunks).toString('utf8'), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint: CleverTapEndpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    posts: [],
    received: new Map(),
    open: 0,
    mostOpen: 0,
    answer: () => PROCESSED,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return endpoint;
}
