/** The way of api and worker to a server: a TCP proxy that can be cut while the server itself goes on. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { LOOPBACK } from '../../config';

export interface Link {
  /** On loopback. */
  port: number;
  /** Resets every connection, and every new one, until {@link restore}. */
  cut(): void;
  restore(): void;
  stop(): Promise<void>;
}

/** @param port of the server, on loopback; it need not be there. */
export async function startLink(port: number): Promise<Link> {
  const pairs = new Set<readonly [client: Socket, server: Socket]>();
  let isCut = false;
  const listener = createServer((client) => {
    client.on('error', () => undefined);
    if (isCut) return void client.resetAndDestroy();
    const server = connect(port, LOOPBACK);
    const pair = [client, server] as const;
    pairs.add(pair);
    const close = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    server.on('error', close);
    for (const socket of pair) socket.on('close', close);
    client.pipe(server);
    server.pipe(client);
  });
  await new Promise<void>((resolve) => listener.listen(0, LOOPBACK, resolve));
  const resetAll = (): void => {
    for (const [client, server] of pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  };
  return {
    port: (listener.address() as AddressInfo).port,
    cut() {
      isCut = true;
      resetAll();
    },
    restore() {
      isCut = false;
    },
    async stop() {
      resetAll();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
