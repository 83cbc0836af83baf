/** Free and taken TCP ports on loopback. */
import { randomInt } from 'node:crypto';
import net from 'node:net';
import { LOOPBACK } from '../../config';

/** Free ports are drawn below the range that systems use for outgoing connections, so that a remembered one stays free. */
const FIRST_DRAWN_PORT = 15_000;
const LAST_DRAWN_PORT = 30_000;
const MAX_DRAWS = 100;

/** True when a server could listen on `port` (1–65535) of loopback now. */
export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Draws a free port. It is not reserved: start the server soon. */
export async function drawFreePort(): Promise<number> {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const port = randomInt(FIRST_DRAWN_PORT, LAST_DRAWN_PORT);
    if (await portIsFree(port)) return port;
  }
  throw new Error(`No free port between ${FIRST_DRAWN_PORT} and ${LAST_DRAWN_PORT} was found in ${MAX_DRAWS} draws.`);
}
