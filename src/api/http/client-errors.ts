/** What Node refuses before there is a request to answer: told as problem details on the bare socket. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, type ErrorCode } from '../../errors';
import { toProblem } from './problems';

/** Node's codes, and what they mean to the caller. */
const MEANING: Record<string, [ErrorCode, string]> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'URL and headers together are larger than 16 KB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time'],
};
const OTHER: [ErrorCode, string] = ['malformed-request', 'This is no HTTP request'];

/** Connections whose request may take longer than `requestTimeout`. */
const patient = new WeakSet<Duplex>();

/**
 * Lets a request take as long as it takes. Its route sees to it that it goes on; the next request on the connection is
 * timed again.
 */
export function takesItsTime(request: IncomingMessage): void {
  const { socket } = request;
  patient.add(socket);
  request.once('close', () => patient.delete(socket));
}

/** Answers what can't be read, is too large or comes too slowly, and closes the connection. */
export function answerClientErrors(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    // Node says so once per request, and leaves it to us what becomes of the connection.
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && patient.has(socket)) return;
    const refusal = new AppError(...(MEANING[error.code ?? ''] ?? OTHER));
    const { contentType, body } = toProblem(refusal);
    const text = JSON.stringify(body);
    socket.end(
      [
        `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
        `Content-Type: ${contentType}; charset=utf-8`,
        `Content-Length: ${Buffer.byteLength(text)}`,
        'Connection: close',
        '',
        text,
      ].join('\r\n'),
      // What was refused must not be taken all the same, should the rest arrive now: so nothing is read any more.
      () => socket.destroy(),
    );
  });
}
