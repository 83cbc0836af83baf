/** What is installed is what was looked at: the lock file is judged with planted faults, the lists made of it are its own. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  componentsOf,
  lockProblems,
  toBom,
  toLicenceList,
  type LockEntry,
  type LockFile,
  type Manifest,
} from '../scripts/lock-file.cjs';
import { ROOT } from './support/markdown';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const lock = JSON.parse(read('package-lock.json')) as LockFile;
const manifest = JSON.parse(read('package.json')) as Manifest;

/** The lock file with one entry changed, or added. */
function planted(place: string, changes: LockEntry): LockFile {
  return { ...lock, packages: { ...lock.packages, [place]: { ...lock.packages[place], ...changes } } };
}

test('the lock file is sound', () => expect(lockProblems(lock, manifest)).toEqual([]));

const PG = 'node_modules/pg';
test.each<[string, LockFile, RegExp]>([
  ['no hash', planted(PG, { integrity: undefined }), /node_modules\/pg has no SHA-512/],
  ['SHA-1', planted(PG, { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }), /node_modules\/pg has no SHA-512/],
  ['half a hash', planted(PG, { integrity: 'sha512-AAAA' }), /node_modules\/pg has no SHA-512/],
  ['a repository', planted(PG, { resolved: 'git+ssh://git@github.com/x/pg.git#abc' }), /pg comes from git\+ssh/],
  ['a file', planted(PG, { resolved: 'file:../pg' }), /pg comes from file:/],
  ['plain http', planted(PG, { resolved: 'http://registry.npmjs.org/pg/-/pg-8.23.1.tgz' }), /pg comes from http:/],
  ['another host', planted(PG, { resolved: 'https://registry.npmjs.org.evil.example/pg.tgz' }), /pg comes from https/],
  ['a linked folder', planted('node_modules/mine', { ...lock.packages[PG], link: true }), /mine lies outside/],
  ['a workspace', planted('packages/mine', { ...lock.packages[PG] }), /packages\/mine lies outside/],
  ['an install script', planted(PG, { hasInstallScript: true }), /pg runs a script when it is installed/],
  ['a copyleft licence', planted(PG, { license: 'AGPL-3.0-only' }), /pg has the licence AGPL-3\.0-only/],
  ['one of two', planted(PG, { license: 'MIT AND GPL-3.0-only' }), /pg has the licence MIT AND GPL/],
  ['no licence', planted(PG, { license: undefined }), /pg has the licence unknown/],
])('%s is refused, by name', (_, changed, problem) => {
  expect(lockProblems(changed, manifest)).toEqual([expect.stringMatching(problem)]);
});

test.each(['^8.23.1', 'latest', 'github:x/pg', 'https://example.com/pg.tgz', 'npm:other@1.0.0'])(
  'a dependency on %s is refused',
  (version) => {
    const changed = { ...manifest, dependencies: { ...manifest.dependencies, pg: version } };
    expect(lockProblems(lock, changed)).toEqual([expect.stringContaining(`dependencies has pg as ${version}`)]);
  },
);

test('a script that is allowed for what is not installed is told', () => {
  const changed = { ...manifest, allowScripts: { ...manifest.allowScripts, gone: true } };
  expect(lockProblems(lock, changed)).toEqual([expect.stringContaining('allowScripts names gone')]);
});

interface Bom {
  components: { 'bom-ref': string; hashes: { content: string }[]; scope: string; purl: string }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

test('the bill of materials has every package with its hash, what it needs, and nothing that differs from day to day', () => {
  const text = read('docs/sbom.cdx.json');
  const bom = JSON.parse(text) as Bom;
  expect(bom).toEqual(toBom(lock, componentsOf(lock)));
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
  expect(text).not.toMatch(/serialNumber|timestamp/);
  const refs = bom.components.map((component) => component['bom-ref']);
  expect(refs.length).toBeGreaterThan(600);
  expect(new Set(refs).size).toBe(refs.length);
  for (const { hashes, purl } of bom.components) {
    expect(hashes[0]!.content).toMatch(/^[0-9a-f]{128}$/);
    expect(purl).toMatch(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@[\w.+-]+$/);
  }
  const known = new Set([...refs, 'heliograph@0.1.0']);
  for (const { ref, dependsOn = [] } of bom.dependencies)
    expect([ref, ...dependsOn].filter((each) => !known.has(each))).toEqual([]);
  const own = bom.dependencies.find(({ ref }) => ref === 'heliograph@0.1.0')!.dependsOn!;
  expect(own).toContain(`pg@${manifest.dependencies!.pg}`);
  expect(bom.components.find(({ purl }) => purl === `pkg:npm/pg@${manifest.dependencies!.pg}`)!.scope).toBe('required');
  expect(bom.components.find(({ purl }) => purl.startsWith('pkg:npm/jest@'))!.scope).toBe('excluded');
});

test('the list of licences is that of the lock file', () => {
  expect(read('docs/licenses.md')).toBe(toLicenceList(componentsOf(lock)));
});
