/** A vendor's edge for tests: a real HTTP server on a free loopback port that gives scripted answers. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * What the vendor does with a request it has read: answers, never answers (`hang`), closes the connection (`reset`), or
 * starts an answer that never ends (`drip`).
 */
export type Answer = { status?: number; headers?: Record<string, string>; body?: string } | 'hang' | 'reset' | 'drip';

/** A request as it arrived. */
export interface SeenRequest {
  method: string;
  /** Path and query. */
  path: string;
  /** Without those that every request has: host, connection, content-length, and what `userAgents` tells. */
  headers: Record<string, string>;
  body: string;
}

export interface Vendor {
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  /** `127.0.0.1:<port>`, for the list of allowed hosts. */
  host: string;
  seen: SeenRequest[];
  /** `User-Agent` of each request; undefined = it had none. */
  userAgents: (string | undefined)[];
  /** Given one after the other; the last one again and again. */
  answers: Answer[];
  /** Resolves when `count` requests have been read. */
  hasSeen(count: number): Promise<void>;
  close(): Promise<void>;
}

const CONNECTION_HEADERS = ['host', 'connection', 'content-length', 'user-agent'];

export async function startVendor(...answers: Answer[]): Promise<Vendor> {
  const sockets = new Set<Socket>();
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !CONNECTION_HEADERS.includes(name)),
      ) as Record<string, string>;
      vendor.userAgents.push(request.headers['user-agent']);
      vendor.seen.push({ method: request.method ?? '', path: request.url ?? '', headers, body });
      give(vendor.answers.length > 1 ? vendor.answers.shift() : vendor.answers[0], request, response);
      for (const { count, resolve } of waiting) if (vendor.seen.length >= count) resolve();
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const vendor: Vendor = {
    origin: `http://${host}`,
    host,
    seen: [],
    userAgents: [],
    answers,
    hasSeen: (count) =>
      new Promise((resolve) => (vendor.seen.length >= count ? resolve() : waiting.push({ count, resolve }))),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
  return vendor;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function give(answer: Answer | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (answer === 'hang') return;
  if (answer === 'reset' || answer === undefined) return void request.socket.destroy();
  if (answer === 'drip') {
    response.write('x');
    const timer = setInterval(() => response.write('x'), 5);
    return void response.on('close', () => clearInterval(timer));
  }
  response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '');
}
