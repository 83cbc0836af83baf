/** Whatever the API says that leads to the console leads to a page of it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const PAGES = [...read('src/console/pages/index.ts').matchAll(/path: '([^']+)'/g)].map(([, page]) => page!);
/** A path with its parameters, as a pattern: `/console/messages/${id}` is `/messages/:id`. */
const patternOf = (link: string): string => link.replace(/^\/console|\?.*$/g, '').replace(/\$\{[^}]*\}/g, ':id');

const links = ['src/core', 'src/api']
  .flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true }).map((file) => path.join(folder, file as string)),
  )
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .flatMap((file) =>
    [...read(file).matchAll(/link: ['`](\/console[^'`]*)|=> `(\/console\/[^`]*)`/g)].map(
      (found) => found[1] ?? found[2]!,
    ),
  );

test('there are some', () => expect(links.length).toBeGreaterThan(15));

test.each([...new Set(links)])('%s', (link) => expect(PAGES).toContain(patternOf(link)));
