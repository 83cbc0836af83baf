import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readEnvironmentFile } from './environment-file';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'heliograph-env-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string): void => writeFileSync(path.join(folder, '.env'), text);

test('what the file says is taken, what the environment says wins, and an empty value is none', () => {
  write('# A comment\nHELIOGRAPH_PORT=9080\nLOG_LEVEL="warn"\nHELIOGRAPH_BIND=\nTEMPORAL_NAMESPACE=of-the-file\n');
  const environment: NodeJS.ProcessEnv = { TEMPORAL_NAMESPACE: 'of-the-shell' };
  expect(readEnvironmentFile(folder, environment)).toEqual(['HELIOGRAPH_PORT', 'LOG_LEVEL']);
  expect(environment).toEqual({ HELIOGRAPH_PORT: '9080', LOG_LEVEL: 'warn', TEMPORAL_NAMESPACE: 'of-the-shell' });
});

test('without a file nothing changes', () => {
  const environment: NodeJS.ProcessEnv = {};
  expect(readEnvironmentFile(folder, environment)).toEqual([]);
  expect(environment).toEqual({});
});

test('a file that can’t be read is named', () => {
  write('A=1\n');
  chmodSync(path.join(folder, '.env'), 0);
  // Root reads it all the same.
  if (process.getuid?.() === 0) rmSync(path.join(folder, '.env'));
  else expect(() => readEnvironmentFile(folder, {})).toThrow(/\.env can't be read \(EACCES\): correct its permissions/);
});
