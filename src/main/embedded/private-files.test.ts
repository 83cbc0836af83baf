import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../../../test/support/servers';
import { makeDataFolder, withPrivateFiles } from './private-files';

let folder: string;
let umask: number;
beforeEach(() => {
  folder = temporaryFolder();
  umask = process.umask();
});
afterEach(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true, force: true });
});

const modeOf = (...names: string[]): string => (statSync(path.join(folder, ...names)).mode & 0o7777).toString(8);

test.each([0o000, 0o022, 0o077, 0o777])(
  'under the umask %o a new data folder is private, and the way to it open',
  (mask) => {
    process.umask(mask);
    makeDataFolder(path.join(folder, 'a', 'b', 'data'));
    expect([modeOf('a'), modeOf('a', 'b'), modeOf('a', 'b', 'data')]).toEqual(['711', '711', '700']);
  },
);

test('what an earlier release left open is closed, and what is not ours left as it is', () => {
  const data = path.join(folder, 'data');
  mkdirSync(path.join(data, 'pictures'), { recursive: true });
  const ours = [
    'temporal-1.9.1.db',
    'temporal-1.9.1.db-wal',
    'temporal.log',
    'postgres.port',
    'master.key',
    'supervisor.json',
  ];
  for (const name of [...ours, 'holiday.jpg']) writeFileSync(path.join(data, name), 'x');
  for (const name of [...ours, 'holiday.jpg']) chmodSync(path.join(data, name), 0o664);
  chmodSync(path.join(data, 'pictures'), 0o755);
  makeDataFolder(data);
  expect(ours.map((name) => modeOf('data', name))).toEqual(ours.map(() => '600'));
  expect([modeOf('data', 'holiday.jpg'), modeOf('data', 'pictures'), modeOf('data')]).toEqual(['664', '755', '700']);
});

test('a folder of everybody stays one', () => {
  chmodSync(folder, 0o1777);
  makeDataFolder(folder);
  expect(modeOf()).toBe('1777');
});

test('a process that is started privately leaves nothing open, and who started it keeps his umask', () => {
  process.umask(0o022);
  const script = `umask > ${folder}/mask`;
  withPrivateFiles(() => execFileSync('/bin/sh', ['-c', script]));
  expect(readFileSync(path.join(folder, 'mask'), 'utf8').trim()).toBe('0077');
  expect(process.umask()).toBe(0o022);
  expect(() =>
    withPrivateFiles(() => {
      throw new Error('no such program');
    }),
  ).toThrow('no such program');
  expect(process.umask()).toBe(0o022);
});
