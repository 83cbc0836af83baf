/**
 * What a machine must have before anything is installed or compiled on it: a Node that is new enough, room on the disk,
 * and for `npm start` free ports. Uses Node's own modules only; all problems are told at once.
 */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
// As a whole: a Node that lacks parseEnv is to be told so in a sentence.
import util from 'node:util';

const NODE_FLOOR = [20, 19];
/** Dependencies take 480 MB, the first data folder 150 MB; the rest is for messages. */
const DISK_FLOOR_BYTES = 1_500 * 1_048_576;
const LOOPBACK = '127.0.0.1';

/** Null when this Node will do. @param version as `process.versions.node` has it. */
export function nodeProblem(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1])) return null;
  return `Heliograph needs Node ${NODE_FLOOR.join('.')} or newer, this is v${version}: install a newer one.`;
}

/** Null when the disk of `root` has room for a first start. @param freeBytes what is free; asked of the disk by default. */
export function diskProblem(root, freeBytes = freeBytesOf(root)) {
  if (freeBytes >= DISK_FLOOR_BYTES) return null;
  const [free, floor] = [freeBytes, DISK_FLOOR_BYTES].map((bytes) => Math.round(bytes / 1_048_576));
  return `The disk of ${root} has ${free} MB free; installing and starting take ${floor} MB: make room.`;
}

function freeBytesOf(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** The environment as the start will see it: `.env` of `root` says what `env` does not. */
export function environmentOf(root, env) {
  const file = path.join(root, '.env');
  if (!existsSync(file)) return env;
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  return { ...util.parseEnv(readFileSync(file, 'utf8')), ...Object.fromEntries(given) };
}

/** Whether an earlier start is running or has left processes behind, which the next one stops: it knows their ports. */
export const hasEarlierStart = (root, env) =>
  existsSync(path.resolve(root, env.HELIOGRAPH_DATA_DIR || '.heliograph', 'supervisor.json'));

/**
 * The ports that `npm start` listens on, by variable: the environment's, else the defaults of `.env.example`, which is
 * generated from the configuration. What is elsewhere, off or no number is left to the configuration's own check.
 */
export function wantedPorts(root, env) {
  const example = readFileSync(path.join(root, '.env.example'), 'utf8');
  const defaults = [...example.matchAll(/^# (HELIOGRAPH_(?:\w+_)?PORT)=(\d*)$/gm)].map(([, name, port]) => [
    name,
    port,
  ]);
  return defaults
    .filter(
      ([name]) => !(/TEMPORAL/.test(name) && env.TEMPORAL_ADDRESS) && !(/POSTGRES/.test(name) && env.DATABASE_URL),
    )
    .map(([name, port]) => [name, Number(env[name] || port || NaN)])
    .filter(([, port]) => port > 0 && port < 65_536);
}

/** One line for each port that something else listens on, unless that may be an earlier start of ours. */
export async function portProblems(root, given = process.env) {
  const env = environmentOf(root, given);
  if (hasEarlierStart(root, env)) return [];
  const problems = await Promise.all(
    wantedPorts(root, env).map(async ([name, port]) =>
      (await isFree(port)) ? [] : [`port ${port} (${name}) is taken; stop what uses it or set ${name}`],
    ),
  );
  return problems.flat();
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
