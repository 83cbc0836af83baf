/**
 * For `NODE_OPTIONS=--import=…/loopback-only.mjs?log=<file>`: in a process that loads it no TCP connection leaves this
 * machine, whatever the program was told to call. Each process appends `loaded <script>` and `refused <host>` to that file.
 * It stands in the address because children are given few variables, of which NODE_OPTIONS is one.
 */
import { appendFileSync } from 'node:fs';
import net from 'node:net';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i;
const { connect } = net.Socket.prototype;

const log = new URL(import.meta.url).searchParams.get('log');
const note = (line) => {
  if (log) appendFileSync(log, `${line}\n`);
};

net.Socket.prototype.connect = function (...args) {
  // Inside Node the arguments come as one normalised array: [options, callback].
  const [options] = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args);
  const { host = 'localhost', path } = options;
  // A path is a socket of this machine. A name is refused before it is looked up.
  if (path || LOOPBACK.test(host)) return connect.apply(this, args);
  note(`refused ${host}`);
  process.nextTick(() => this.destroy(new Error(`loopback only: ${host} was not called`)));
  return this;
};

note(`loaded ${process.argv[1] ?? 'node'}`);
