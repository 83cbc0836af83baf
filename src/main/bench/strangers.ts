/**
 * Clients without a key, in a process of their own: large bodies, wrong keys and idle sockets, one after the other and as
 * fast as they are answered, until the parent sends a message, which is answered with how many requests there were.
 * Started with the port of the api.
 */
import { connect, type Socket } from 'node:net';
import { LOOPBACK } from '../../config';

const CLIENTS = 8;
/** Sockets that each client opens and never asks anything on. */
const IDLE_SOCKETS = 25;
const BODY_BYTES = 4 * 1_024 * 1_024;
/** Wrong keys behind each large body. */
const GUESSES = 10;
/** An idle socket that was closed is opened again after so long. */
const REOPEN_MS = 1_000;

const port = Number(process.argv[2]);
/** Small objects: what a parser has most to do with. */
const RECORD = '{"to":"919800000001","text":"x"},';
const body = Buffer.from(
  `{"list":[${RECORD.repeat(Math.floor(BODY_BYTES / RECORD.length) - 1)}{}]}`.padEnd(BODY_BYTES - 1),
);

let asked = 0;

/** Sends a request on a new connection; resolves with the first of its answer, or when the connection ends. */
function ask(head: string, content?: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK);
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(void asked++));
    socket.once('data', () => socket.destroy());
    socket.write(head);
    if (content !== undefined) socket.write(content);
  });
}

function idle(): void {
  const socket: Socket = connect(port, LOOPBACK);
  socket.on('error', () => undefined);
  socket.once('close', () => setTimeout(idle, REOPEN_MS));
}

const guess = (id: number): string =>
  `GET /api/v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer hg_${String(id).padStart(16, '0')}_${'0'.repeat(32)}\r\n\r\n`;
const large = `POST /clevertap/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;

async function client(no: number): Promise<void> {
  for (let i = 0; i < IDLE_SOCKETS; i++) idle();
  for (let round = 0; process.connected; round++) {
    await ask(large, body);
    for (let i = 0; i < GUESSES; i++) await ask(guess(no * 1_000_000_000 + round * GUESSES + i));
  }
}

process.once('message', () => process.send!(asked, () => process.exit(0)));
for (let no = 0; no < CLIENTS; no++) void client(no);
