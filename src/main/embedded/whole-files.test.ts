import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../../../test/support/servers';
import { openDataFolder } from '../up/data-folder';
import { keepPasswords } from './postgres-roles';
import { createFile, replaceFile } from './whole-files';

let folder: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = path.join(folder, 'some.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a reader gets who opened the file before `change`: a file that is replaced stays whole, one that is written over does not. */
async function readAcross(name: string, change: () => unknown): Promise<string> {
  const descriptor = openSync(name, 'r');
  await change();
  const text = readFileSync(descriptor, 'utf8');
  closeSync(descriptor);
  return text;
}

test('a file is replaced whole, and nothing is left beside it', async () => {
  writeFileSync(file, 'old');
  expect(await readAcross(file, () => replaceFile(file, 'new and longer'))).toBe('old');
  expect(readFileSync(file, 'utf8')).toBe('new and longer');
  expect([readdirSync(folder), statSync(file).mode & 0o777]).toEqual([['some.json'], 0o600]);
});

test('a file is made once, and nothing is left beside it', () => {
  expect([createFile(file, 'first'), createFile(file, 'second')]).toEqual([true, false]);
  expect(readFileSync(file, 'utf8')).toBe('first');
  expect([readdirSync(folder), statSync(file).mode & 0o777]).toEqual([['some.json'], 0o600]);
  expect(() => createFile(path.join(folder, 'none', 'x'), '')).toThrow('ENOENT');
});

test('the record of what runs is whole while it is written', async () => {
  const record = path.join(folder, 'supervisor.json');
  const data = await openDataFolder(folder);
  const before = await readAcross(record, async () => {
    await Promise.all(['api', 'worker'].map((name) => data.record([{ name, pid: process.pid }])));
  });
  expect(JSON.parse(before)).toMatchObject({ children: [] });
  expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({ children: [{ name: 'worker' }] });
  await data.release();
});

test('keys and passwords are made once, whole, by whoever comes first', async () => {
  const data = await openDataFolder(folder);
  expect([data.secret('admin.key', () => 'one'), data.secret('admin.key', () => 'two')]).toEqual(['one', 'one']);
  const passwords = await Promise.all([keepPasswords(folder), keepPasswords(folder)]);
  expect(passwords[0]).toEqual(passwords[1]);
  expect(passwords[0].owner).toMatch(/^.{24}$/);
  await data.release();
});
