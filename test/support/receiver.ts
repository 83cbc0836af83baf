/** A receiver of customer webhooks on loopback, which checks signatures as the specification tells receivers to. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ownPath } from './own-path';

export interface Delivery {
  headers: IncomingHttpHeaders;
  body: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read events of many kinds.
  json: any;
}

export interface Receiver {
  url: string;
  /** In the order in which they came, whatever they were answered. */
  deliveries: Delivery[];
  /** How the next ones are answered; `hang` = not at all. */
  answer: { status: number; headers?: Record<string, string> } | 'hang';
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const hanging: ServerResponse[] = [];
  const path = ownPath();
  const server = createServer((request, response) => {
    if (request.url !== path) return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      receiver.deliveries.push({ headers: request.headers, body, json: JSON.parse(body) });
      if (receiver.answer === 'hang') hanging.push(response);
      else response.writeHead(receiver.answer.status, receiver.answer.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    deliveries: [],
    answer: { status: 204 },
    stop: () =>
      new Promise((resolve) => {
        for (const response of hanging) response.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

/** How many of a delivery's signatures this secret made. */
export function signaturesBy(secret: string, { headers, body }: Delivery): number {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const expected = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((signature) => signature === expected).length;
}
