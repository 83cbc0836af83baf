/** What every route needs of node:http, without a framework: the simulator must never be the slow part. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './protocol';

/** Far above any vendor's own limit; only there to bound memory. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Thrown by {@link readBody}. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
}

/**
 * Reads the whole body.
 * @throws BodyError when the sender goes away before its end, or it is too big.
 */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) reject(new BodyError('body too big'));
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', () => reject(new BodyError('sender went away')));
  });
}

export function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answer.body),
    ...answer.headers,
  });
  response.end(answer.body);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, { status, body: JSON.stringify(body) });
}

/** Ends the connection with a TCP reset: the client sees ECONNRESET. */
export function resetConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Sends the head and half of the body, then resets the connection. */
export function sendHalf(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...answer.headers,
  });
  response.write(body.subarray(0, body.length / 2), () => resetConnection(response));
}
