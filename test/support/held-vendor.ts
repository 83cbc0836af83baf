/** The simulator behind a door that a test opens: a vendor that answers nothing for exactly as long as it is to. */
import { createServer, request as callVendor, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '../../src/config';

export interface HeldVendor {
  /** In the place of the simulator's; the product must be allowed to call it (`HELIOGRAPH_OUTBOUND_ALLOW`). */
  url: string;
  /** Requests that came so far. */
  readonly came: number;
  /** Passes on what waits, and from then on whatever comes. */
  release(): void;
  stop(): Promise<void>;
}

export async function holdRequestsTo(simulator: { url: string }): Promise<HeldVendor> {
  let came = 0;
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));

  async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    came++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await opened;
    const { method, url } = request;
    // A connection each, on both sides: one that was kept could be closed just as the next request goes out on it.
    const options = { method, headers: { ...request.headers, connection: 'close' }, agent: false };
    const passed = callVendor(`${simulator.url}${url}`, options, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    passed.end(Buffer.concat(chunks));
  }
  const server = createServer((request, response) => {
    // Whoever asked may be gone by the time that it would be answered.
    passOn(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    get came() {
      return came;
    },
    release: open,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
