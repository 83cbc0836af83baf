/** docs/cli.md says what the commands say of themselves. */
import { commands } from '../src/cli/commands';
import { CHECKS } from '../src/core/deployment/finding';
import { EXIT } from '../src/cli/exit';
import { printProblems } from './support/cli';
import { readDocument, tableRows } from './support/markdown';

const bare = (cell: string): string => cell.replaceAll('`', '');

const page = readDocument('docs/cli.md');

test('the table has every command with its arguments, what it does and what it prints', () => {
  const rows = tableRows(page, ['Command', 'Does', '`--json` prints']);
  const spelled = commands.map(({ name, args = [], summary, prints }) => [
    [name, ...args.map(({ spec }) => spec)].join(' '),
    bare(summary),
    prints.replace('#', ''),
  ]);
  expect(rows.map((cells) => cells.map(bare))).toEqual(spelled);
});

test('every check and every exit code has its line', () => {
  const checks = tableRows(page, ['Check', 'Finds']).map(([id]) => bare(id!));
  expect(checks).toEqual(['api', ...CHECKS]);
  const codes = tableRows(page, ['Exit code', 'Means']).map(([code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});

test('every command that the page shows is one', () => {
  const shown = [...page.matchAll(/^(?:.*\| )?heliograph ([a-z][a-z ]*[a-z])/gm)].map(([, words]) => words!);
  const names = commands.map(({ name }) => name);
  expect(shown.length).toBeGreaterThan(20);
  expect(shown.filter((words) => !names.some((name) => words === name || words.startsWith(`${name} `)))).toEqual([]);
});

test('schemas of its own refuse what does not fit', () => {
  const own = [...new Set(commands.map(({ prints }) => prints).filter((prints) => prints.startsWith('#')))];
  for (const prints of own) expect(printProblems(prints, 'no such document')).not.toEqual([]);
});
