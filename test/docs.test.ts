/** Documentation and code say the same: settings, routes, field names, dependencies, links, paths and commands. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ALIASES } from '../src/api/clevertap/fields';
import rules from '../scripts/import-rules.json';
import { describeEnvironment } from '../src/config';
import { ROOT, codeBlocks, filesBelow, readDocument, tableRows } from './support/markdown';

interface ImportRules {
  rooms: Record<string, { may: string[] }>;
  exceptions: Record<string, string>;
}

const decisions = filesBelow('docs/decisions', '.md').sort();
const pages = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')];
const { dependencies, scripts } = JSON.parse(readDocument('package.json')) as Record<string, Record<string, string>>;

test('docs/configuration.md has every setting with its default and meaning, and no other', () => {
  const rows = tableRows(readDocument('docs/configuration.md'), ['Variable', 'Default', 'Meaning']);
  const documented = rows.map((cells) => cells.map((cell) => cell.replaceAll('&lt;', '<')));
  expect(documented).toEqual(describeEnvironment().map((v) => [v.name, v.fallback ?? '', v.description]));
});

test('docs/README.md is made of the first lines of all pages', () => {
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/docs-index.mjs'), '--check'], { stdio: 'pipe' });
});

describe('ARCHITECTURE says who may import whom as scripts/import-rules.json does', () => {
  const inside: Record<string, ImportRules> = rules.inside;
  const architecture = readDocument('ARCHITECTURE.md');

  test.each<[string, string, ImportRules]>([
    ['Folder', 'src/', rules],
    ...Object.entries(inside).map(([part, table]): [string, string, ImportRules] => [
      `Inside \`src/${part}\``,
      '',
      table,
    ]),
  ])('%s', (heading, prefix, { rooms, exceptions }) => {
    const spelled = Object.entries(rooms).map(([room, { may }]) => {
      if (may.includes('*')) return [room, 'everything'];
      const more = Object.keys(exceptions).flatMap((exception) => {
        const [, user, used, types] = /^(\S+) → ([a-z][\w/-]*)( \(types\))?$/.exec(exception) ?? [];
        if (user === undefined || user.split('/')[0] !== room) return []; // Another room's, or of a package.
        const who = user === room ? '' : `${user.slice(room.length + 1)} → `;
        return [`${who}${types === undefined ? '' : 'types of '}${used}`];
      });
      return [room, [may.join(', ') || 'nothing', ...more].join('; ')];
    });
    const rows = tableRows(architecture, [heading, 'Holds', 'May import']);
    const documented = rows.map(([room, , may]) => [
      room!.replaceAll('`', '').replace(prefix, ''),
      may!.replaceAll('`', ''),
    ]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(spelled));
  });
});

test('docs/clevertap.md has every field with its names in order, and no other', () => {
  const rows = tableRows(readDocument('docs/clevertap.md'), ['Field', 'Names', 'Meaning']);
  const documented = rows.map(([field, names]) => [field, names!.replaceAll('`', '').split(', ')]);
  expect(Object.fromEntries(documented)).toEqual(ALIASES);
  expect(rows).toHaveLength(Object.keys(ALIASES).length);
});

test('every runtime dependency has a reason, and no other package has one', () => {
  const rows = tableRows(readDocument('docs/decisions/0008-dependencies.md'), ['Package', 'Reason']);
  expect(rows.map(([name]) => name)).toEqual(Object.keys(dependencies!));
});

test('decisions are numbered without gaps and have the five headings', () => {
  expect(decisions.map((file) => Number(path.basename(file).slice(0, 4)))).toEqual(decisions.map((_, i) => i + 1));
  for (const file of decisions) {
    const headings = [...readDocument(file).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect([file, ...headings]).toEqual([
      file, 'Context', 'Decision', 'Consequences', 'Alternatives', 'How we will know',
    ]); // prettier-ignore
  }
});

describe.each(pages)('%s', (page) => {
  const text = readDocument(page);

  test('links lead somewhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !linkHolds(page, link))).toEqual([]);
  });

  test('paths that it names exist', () => {
    const named = [...text.matchAll(/`((?:src|test|db|docs|scripts|store)\/[\w./-]*\w)`/g)].map(([, file]) => file!);
    const missing = named.filter((file) => !exists(file.replace(/^store\//, 'src/store/')));
    expect(missing).toEqual([]);
  });

  test('commands that it names exist', () => {
    const named = [...text.matchAll(/\bnpm (?:run )?(start|test|[a-z]+)\b/g)]
      .map(([command, name]) => ({ command, name: name! }))
      .filter(({ command, name }) => command.startsWith('npm run') || name === 'start' || name === 'test');
    expect(named.filter(({ name }) => scripts![name] === undefined)).toEqual([]);
  });

  test('its JSON is JSON', () => {
    for (const block of codeBlocks(text, 'json')) expect(() => JSON.parse(block) as unknown).not.toThrow();
  });
});

/** A file or folder, or a TypeScript file named without its ending. */
const exists = (file: string): boolean => ['', '.ts'].some((ending) => existsSync(path.join(ROOT, file + ending)));

/** The file exists, and so does the heading after `#`. */
function linkHolds(page: string, link: string): boolean {
  const [file, anchor] = link.split('#') as [string, string | undefined];
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(ROOT, target))) return false;
  if (anchor === undefined) return true;
  const headings = [...readDocument(target).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  return headings.includes(anchor);
}

test('each curl that sends something to the operations API says of which type it is, so that it works as pasted', () => {
  const commands = pages.flatMap((page) =>
    readDocument(page)
      .replaceAll('\\\n', ' ')
      .split(/\n(?=curl |```)/)
      .map((command) => [page, command.split('\n```')[0]!] as const),
  );
  const sending = commands.filter(([, text]) => /^curl .*\/api\/v1\//.test(text) && / (-d|--data\S*) /.test(text));
  expect(sending.length).toBeGreaterThan(5);
  const untyped = sending.filter(([, text]) => !/Content-Type: (application\/json|text\/csv)/i.test(text));
  expect(untyped).toEqual([]);
});
