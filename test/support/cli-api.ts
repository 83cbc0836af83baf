/** A small server that speaks the API's contract, for the command line by itself. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cli, type CliOptions, type CliOutcome } from './cli';

/** A request as it came. */
export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Reply = { status?: number; body?: unknown; type?: string };

export interface CliApi {
  /** All requests of the test, in order. */
  seen: Seen[];
  /** What is answered, by method and path; anything else is not found. */
  replies: Record<string, Reply | ((seen: Seen) => Reply)>;
  /** Runs `heliograph <argv>` against it, with a key. */
  run(argv: readonly string[], options?: CliOptions): Promise<CliOutcome>;
  /** Once it runs. */
  url(): string;
}

/** Starts before the tests of a file and stops behind them; each test begins with nothing seen and no replies. */
export function useCliApi(): CliApi {
  let server: Server;
  let url: string;
  const seen: Seen[] = [];
  const replies: CliApi['replies'] = {};

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        const one = { method: request.method!, url: request.url!, headers: request.headers, body };
        seen.push(one);
        const known = replies[`${one.method} ${one.url.split('?')[0]}`];
        const reply = typeof known === 'function' ? known(one) : known;
        const { status = 200, body: answer, type = 'application/json' } = reply ?? {
          status: 404,
          type: 'application/problem+json',
          body: { type: '/docs/errors#not-found', title: 'There is no such thing', status: 404, code: 'not-found', detail: 'No route' },
        }; // prettier-ignore
        response.writeHead(status, { 'content-type': type, connection: 'close' });
        response.end(answer === undefined ? '' : typeof answer === 'string' ? answer : JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    seen.length = 0;
    for (const name of Object.keys(replies)) delete replies[name];
  });

  return {
    seen,
    replies,
    run: (argv, options = {}) =>
      cli(argv, { ...options, env: { HELIOGRAPH_URL: url, HELIOGRAPH_KEY: 'hg_a_b', ...options.env } }),
    url: () => url,
  };
}
