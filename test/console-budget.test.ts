/** What a browser has to fetch for the console, as it was built. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const FOLDER = path.join(__dirname, '..', 'dist', 'console');
const ASSETS = path.join(FOLDER, 'assets');
const KB = 1_024;
/** All pages with everything that they load later. */
const MAX_ALL = 150 * KB;
/** What the first page waits for: the page's own HTML names it. */
const MAX_FIRST = 60 * KB;

const sizeOf = (file: string): number => gzipSync(readFileSync(path.join(ASSETS, file))).length;
const sum = (files: string[]): number => files.map(sizeOf).reduce((a, b) => a + b, 0);
const page = readFileSync(path.join(FOLDER, 'index.html'), 'utf8');
const files = readdirSync(ASSETS).filter((file) => /\.(js|css)$/.test(file));
const first = [...page.matchAll(/\/console\/assets\/([^"]+)/g)].map(([, file]) => file!);

test('all of it is small', () => {
  expect(first.length).toBeGreaterThanOrEqual(3);
  expect(sum(first)).toBeLessThan(MAX_FIRST);
  expect(sum(files)).toBeLessThan(MAX_ALL);
});

test('charts come only where there is a chart', () => {
  expect(files.some((file) => file.startsWith('uPlot'))).toBe(true);
  expect(first.some((file) => file.startsWith('uPlot'))).toBe(false);
});

test('nothing is asked of another origin', () => {
  const links = files.flatMap((file) => readFileSync(path.join(ASSETS, file), 'utf8').match(/["'(]https?:\/\/[\w.-]+/g) ?? []); // prettier-ignore
  expect(links.filter((link) => !link.includes('www.w3.org'))).toEqual([]);
});
