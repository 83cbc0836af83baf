/** What becomes of a body that is not read to its end because its request was refused. */
import type { Request, Response } from 'express';

/** How long a client that was refused may go on sending, so that it gets to read why. */
const DISCARD_MS = 5_000;
/** What is left of a small body is read, so that its connection may be used again. */
const SMALL_BYTES = 64 * 1_024;
/** How long a client has to read the answer before its connection is gone. */
const LINGER_MS = 1_000;

/** Requests whose rest is read all the same. */
const discarding = new WeakSet<Request>();

/** Of somebody who is known: reads on for a while without keeping anything; who is cut off may never see the answer. */
export function discardRest(request: Request): void {
  if (request.complete) return;
  discarding.add(request);
  request.unpipe();
  // Once the reader that gave up has let go of it.
  setImmediate(() => request.resume());
  const timer = setTimeout(() => request.socket.destroy(), DISCARD_MS);
  request.once('close', () => clearTimeout(timer));
}

/**
 * Of anybody else: nothing more is read of a large body, and the connection ends with the answer. Call before the answer
 * is written.
 */
export function leaveRest(request: Request, response: Response): void {
  if (request.complete || discarding.has(request)) return;
  const length = Number(request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? NaN : 0));
  if (length <= SMALL_BYTES) return;
  const { socket } = request;
  response.setHeader('Connection', 'close');
  request.unpipe();
  request.removeAllListeners('data');
  // Somebody reads it, as Node sees it, which then does not throw away the rest by itself; nobody asks for more.
  request.read(0);
  request.pause();
  // At once would be a reset, which takes the answer with it where it was not read yet.
  socket.destroySoon = () => {
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
}
