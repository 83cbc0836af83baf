/** How much memory bodies may take, and what becomes of one that is refused: over raw sockets. */
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import express, { type Request, type Response } from 'express';
import { ByteBudget } from '../../core/concurrency/byte-budget';
import { until } from '../../../test/support/until';
import { BodyReader, readBody } from './body';
import { errorHandler } from './problems';
import { leaveRest } from './unread';

const MB = 1_048_576;
let server: Server;
let budget: ByteBudget;
/** Requests that were read and not answered yet. */
let held: Response[];
let handle: (request: Request, response: Response) => Promise<void>;
const share = (request: Request) => () => ({ budget, party: request.get('x-party') ?? '' });
const hold = async (request: Request, response: Response): Promise<void> => {
  await readBody(request, response, share(request));
  held.push(response);
};

beforeAll(async () => {
  const app = express();
  app.use((request, response) => handle(request, response));
  app.use(errorHandler({ info: () => undefined, error: () => undefined }));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  [budget, held, handle] = [new ByteBudget(8 * MB), [], hold];
});
afterEach(async () => {
  for (const response of held) response.end();
  server.closeAllConnections();
  await until('all memory is given back', () => budget.used === 0);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** Begins a request; what comes back is gathered. */
function begin(bytes: number, sent: number, headers: string[] = []): { socket: Socket; said(): string } {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  socket.on('error', () => undefined);
  const length = headers.some((header) => /chunked/.test(header)) ? [] : [`Content-Length: ${bytes}`];
  socket.write(`${['POST / HTTP/1.1', 'Host: x', ...length, ...headers].join('\r\n')}\r\n\r\n`);
  socket.write(Buffer.alloc(sent, 'x'));
  return { socket, said: () => answer };
}
const party = (name: string): string[] => [`X-Party: ${name}`];

test('503 busy, with when to come again, for a party that has its share; another one is taken meanwhile', async () => {
  begin(3 * MB, 3 * MB, party('a'));
  await until('it is read', () => held.length === 1);
  const more = begin(3 * MB, 3 * MB, party('a'));
  await until('it is refused', () => more.said() !== '');
  expect(more.said()).toMatch(/^HTTP\/1\.1 503 [\s\S]*Retry-After: 1[\s\S]*"code":"busy"/);
  begin(2 * MB, 2 * MB, party('b'));
  await until('the other is read', () => held.length === 2);
});

test('what is announced and never sent takes nothing; what goes away gives back', async () => {
  const requests = Array.from({ length: 20 }, () => begin(4 * MB, 100_000, party('a')));
  await until('some of each has come', () => budget.used > MB);
  expect(budget.used).toBeLessThan(3 * MB);
  for (const { socket } of requests) socket.destroy();
  await until('nothing is kept', () => budget.used === 0);
});

test('small bodies are not counted', async () => {
  for (let i = 0; i < 10; i++) begin(10_000, 10_000, party('a'));
  await until('they are read', () => held.length === 10);
  expect(budget.used).toBe(0);
});

test('413 at once where the length says so, and at the bound where nothing does', async () => {
  const told = begin(5 * MB, 0);
  await until('it is refused', () => told.said() !== '');
  expect(told.said()).toMatch(/^HTTP\/1\.1 413 [\s\S]*4 MB/);
  budget = new ByteBudget(32 * MB);
  const chunked = begin(0, 0, ['Transfer-Encoding: chunked']);
  const piece = `${(64 * 1_024).toString(16)}\r\n${'x'.repeat(64 * 1_024)}\r\n`;
  for (let i = 0; i < 70; i++) chunked.socket.write(piece);
  await until('it is refused', () => chunked.said() !== '');
  expect(chunked.said()).toMatch(/^HTTP\/1\.1 413 /);
});

test('a body is read to a bound, left there, and read on to its end', async () => {
  const steps: [boolean, number][] = [];
  handle = async (request, response) => {
    const reader = new BodyReader(request, response);
    steps.push([await reader.readTo(100_000, share(request)()), reader.content.length]);
    steps.push([await reader.readTo(4 * MB, share(request)()), reader.content.length]);
    response.end('done');
  };
  const { said } = begin(2 * MB, 2 * MB);
  await until('it is answered', () => said().includes('done'));
  expect(steps.map(([whole]) => whole)).toEqual([false, true]);
  expect([steps[0]![1] > 100_000, steps[0]![1] < 400_000, steps[1]![1]]).toEqual([true, true, 2 * MB]);
});

test('a refused body is not read on: its client reads the answer, and then the connection ends', async () => {
  let stranger: Socket | undefined;
  handle = (request, response) => {
    leaveRest(request, response);
    response.status(401).end('no');
    stranger = request.socket;
    return Promise.resolve();
  };
  const { socket, said } = begin(64 * MB, 0);
  // As fast as it is taken.
  const piece = Buffer.alloc(256 * 1_024);
  let sent = 0;
  const send = (): void => {
    while (!socket.destroyed && sent < 64 * MB && socket.write(piece)) sent += piece.length;
  };
  socket.on('drain', send);
  send();
  await until('it is closed', () => socket.destroyed);
  expect(said()).toMatch(/^HTTP\/1\.1 401 [\s\S]*Connection: close[\s\S]*no$/i);
  expect(stranger!.bytesRead).toBeLessThan(2 * MB);
});

test('after a small body that was refused the connection is used again', async () => {
  handle = (request, response) => {
    leaveRest(request, response);
    response.status(401).end('no');
    return Promise.resolve();
  };
  const { socket, said } = begin(10_000, 10_000);
  await until('it is refused', () => said().includes('no'));
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab`);
  await until('and the next one is answered', () => said().split('HTTP/1.1 401').length === 3);
  socket.destroy();
});
