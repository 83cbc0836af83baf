/** A TCP proxy before Postgres, for tests in which a process loses its database while everybody else keeps it. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { LOOPBACK } from '../../src/config';

export interface DatabaseProxy {
  /** The connection string by which a process goes through it. */
  url: string;
  /** Connections that were refused since the last cut. */
  readonly refused: number;
  /** Resets every connection, and every new one, until `restore`. */
  cut(): void;
  restore(): void;
  /**
   * Resets, once, a connection whose request names this statement: after the server has carried it out, before its
   * answer is passed on. For statements with few rows: a long answer would begin before they are committed.
   */
  loseAnswerTo(statement: string): void;
  /** Whether the answer of {@link loseAnswerTo} was lost. */
  readonly lost: boolean;
  stop(): Promise<void>;
}

/** @param url the connection string of the database itself. */
export async function startDatabaseProxy(url: string): Promise<DatabaseProxy> {
  const target = new URL(url);
  const pairs = new Set<{ client: Socket; server: Socket }>();
  let isCut = false;
  let refused = 0;
  let statement: string | null = null;
  let lost = false;

  const listener = createServer((client) => {
    client.on('error', () => undefined);
    if (isCut) {
      refused++;
      client.resetAndDestroy();
      return;
    }
    const server = connect(Number(target.port), target.hostname);
    const pair = { client, server };
    let loses = false;
    pairs.add(pair);
    const close = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    client.on('data', (bytes: Buffer) => {
      if (statement !== null && bytes.includes(statement)) {
        loses = true;
        statement = null;
      }
      server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      if (!loses) return void client.write(bytes);
      lost = true;
      client.resetAndDestroy();
      close();
    });
    for (const socket of [client, server]) socket.on('close', close);
    server.on('error', close);
  });
  await new Promise<void>((resolve) => listener.listen(0, LOOPBACK, resolve));
  const through = new URL(url);
  through.hostname = LOOPBACK;
  through.port = String((listener.address() as AddressInfo).port);

  function resetAll(): void {
    for (const { client, server } of pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  }
  return {
    url: through.href,
    get refused() {
      return refused;
    },
    get lost() {
      return lost;
    },
    cut() {
      isCut = true;
      refused = 0;
      resetAll();
    },
    restore() {
      isCut = false;
    },
    loseAnswerTo(name) {
      statement = name;
      lost = false;
    },
    async stop() {
      resetAll();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
