/** Who may import whom, and where SQL may stand: the linter's rules, tried with planted violations. `npm run lint` holds them against all of src. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { rules } from '../scripts/import-rules.cjs';
import table from '../scripts/import-rules.json';

const ROOT = path.join(__dirname, '..');

interface Rules {
  rooms: Record<string, { may: string[]; why: string }>;
  exceptions: Record<string, string>;
}

const inside: Record<string, Rules> = table.inside;
const tables: [string, Rules][] = [['src', table], ...Object.entries(inside).map(([part, t]) => [`src/${part}`, t] as [string, Rules])]; // prettier-ignore

const linter = new Linter({ cwd: ROOT });

/** What the linter says of a file's imports and SQL, one line each. */
function lint(file: string, text: string): string[] {
  const config: Linter.Config = {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parser: tseslint.parser as Linter.Parser, parserOptions: { jsDocParsingMode: 'none' } },
    plugins: { heliograph: { rules } },
    rules: { 'heliograph/imports': 'error', 'heliograph/sql': 'error' },
  };
  const found = linter.verify(text, config, { filename: path.join(ROOT, file) });
  return found
    .filter(({ ruleId }) => ruleId === null || ruleId.startsWith('heliograph/'))
    .map(({ message }) => message.replace(' (scripts/import-rules.json)', ''));
}

/** `src/…` of every file that the rules hold for. */
function sources(): string[] {
  return readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join('src', file.split(path.sep).join('/')))
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|^src\/providers\/testing\//.test(file));
}

const texts = new Map(sources().map((file) => [file, readFileSync(path.join(ROOT, file), 'utf8')]));

/** Prints the files of which the linter, as it is set up, would not say what breaks one of the rules. */
const UNHELD = `
import { ESLint } from 'eslint';
const [files, names] = process.argv.slice(1).map((json) => JSON.parse(json));
const eslint = new ESLint();
const missed = [];
for (const file of files) {
  const { rules = {} } = (await eslint.calculateConfigForFile(file)) ?? {};
  if (names.some((name) => rules[name]?.[0] !== 2)) missed.push(file);
}
console.log(JSON.stringify(missed));`;

test('the linter holds both rules against every file of src', () => {
  expect(texts.size).toBeGreaterThan(250);
  const asked = [[...texts.keys()], ['heliograph/imports', 'heliograph/sql']].map((list) => JSON.stringify(list));
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', UNHELD, ...asked], { cwd: ROOT });
  // Generated: types alone.
  expect(JSON.parse(answer.toString())).toEqual(['src/console/api/schema.d.ts']);
});

test('every rule and every exception has its reason', () => {
  const reasons = [
    table.sql.why,
    ...Object.values(table.sql.exceptions),
    ...tables.flatMap(([, { rooms, exceptions }]) => [
      ...Object.values(rooms).map(({ why }) => why),
      ...Object.values(exceptions),
    ]),
  ];
  expect(reasons.filter((reason) => !/^[A-Z].{20,}\.$/.test(reason))).toEqual([]);
});

test.each(tables)('inside %s, what may be imported are its rooms, and no two import each other', (_, { rooms }) => {
  const names = Object.keys(rooms);
  const problems = Object.entries(rooms).flatMap(([room, { may }]) => [
    ...may.filter((place) => place !== '*' && !names.includes(place.split('/')[0]!)).map((to) => `${room} → ${to}`),
    ...may.filter((place) => rooms[place]?.may.includes(room)).map((other) => `${room} ↔ ${other}`),
  ]);
  expect(problems).toEqual([]);
});

const exceptions = tables.flatMap(([root, t]) => Object.keys(t.exceptions).map((text) => ({ root, text, table: t })));

test.each(exceptions)('inside $root, the exception $text is needed', ({ root, text, table: { exceptions: all } }) => {
  const [from, to] = text.split(' → ') as [string, string];
  const place = `${root}/${from}`;
  // Whoever imports it writes its name.
  const users = [...texts].filter(
    ([file, source]) =>
      (file.replace(/\.tsx?$/, '') === place || file.startsWith(`${place}/`)) &&
      source.includes(path.posix.basename(to.replace(' (types)', ''))),
  );
  const problems = () => users.flatMap(([file, source]) => lint(file, source));
  expect(problems()).toEqual([]);
  const reason = all[text]!;
  delete all[text];
  try {
    expect(problems()).not.toEqual([]);
  } finally {
    all[text] = reason;
  }
});

const QUIET = /: [A-Z].*$/;

test.each([
  ['src/core/time/x.ts', `import { pool } from '../../store/database';`, 'core may not import store/database'],
  ['src/core/time/x.ts', `import fs from 'node:fs';`, 'core/time/x may not import node:fs'],
  ['src/core/gateways/x.ts', `import { DateTime } from 'luxon';`, 'core/gateways/x may not import luxon'],
  ['src/core/time/x.ts', `import { a } from '../messages/ids';`, 'time may not import messages/ids'],
  ['src/core/audience/x.ts', `import { a } from '../campaigns/text';`, 'audience may not import campaigns/text'],
  ['src/workflows/x.ts', `import { send } from '../activities';`, 'workflows may not import activities'],
  ['src/workflows/x.ts', `import { type A, b } from '../activities';`, 'workflows may not import activities'],
  ['src/workflows/x.ts', `import { z } from 'zod';`, 'workflows/x may not import zod'],
  ['src/workflows/x.ts', `import { C } from '@temporalio/client';`, 'workflows/x may not import @temporalio/client'],
  ['src/workflows/x.ts', `export * from '../store/dispatch/claim';`, 'workflows may not import store/dispatch/claim'],
  ['src/api/http/x.ts', `import { h } from '../../outbound/client';`, 'api may not import outbound/client'],
  ['src/api/http/x.ts', `import { h } from '../../providers/twilio';`, 'api may not import providers/twilio'],
  ['src/api/server.ts', `import { send } from '../workflows/send';`, 'api may not import workflows/send'],
  ['src/api/http/x.ts', `import { s } from '../server';`, 'http may not import server'],
  ['src/api/http/x.ts', `import { d } from '../deps';`, 'http may not import deps'],
  [
    'src/api/resources/links/x.ts',
    `import { r } from '../stats/schema';`,
    'resources/links may not import resources/stats/schema',
  ],
  ['src/api/clevertap/x.ts', `import { r } from '../resources/stats/schema';`, 'clevertap may not import resources/stats/schema'], // prettier-ignore
  ['src/providers/x/index.ts', `const s = require('../../store/seal');`, 'providers may not import store/seal'],
  ['src/store/x.ts', `const e = await import('../errors');`, 'store may not import errors'],
  ['src/store/dispatch/x.ts', `import { a } from '../receipts/parts';`, 'dispatch may not import receipts/parts'],
  ['src/store/messages/x.ts', `import { a } from '../dispatch/claim';`, 'messages may not import dispatch/claim'],
  ['src/store/webhooks/x.ts', `import { a } from '../messages/slices';`, 'webhooks may not import messages/slices'],
  ['src/store/x.ts', `import { a } from './messages/slices';`, 'x has no rule in scripts/import-rules.json'],
  [
    'src/simulator/x.ts',
    `import type { P } from '../providers/provider';`,
    'simulator may not import providers/provider (types)',
  ],
  [
    'src/simulator/x.ts',
    `let p: import('../providers/provider').Provider;`,
    'simulator may not import providers/provider (types)',
  ],
  ['src/api/x.ts', `import { until } from '../../test/support/until';`, 'test/support/until is no part of the product'],
  ['src/console/api/x.ts', `import { p } from '../parts';`, 'api may not import parts'],
  ['src/console/parts/x.tsx', `import { Now } from '../pages/now/Now';`, 'parts may not import pages/now/Now'],
  ['src/console/pages/now/Now.tsx', `import { F } from '../find/Find';`, 'pages/now may not import pages/find/Find'],
  ['src/console/pages/now/Now.tsx', `import { E } from '../../../errors';`, 'console may not import errors'],
  ['src/console/pages/now/Now.tsx', `import axios from 'axios';`, 'console/pages/now/Now may not import axios'],
  ['src/new/x.ts', `import { ERRORS } from '../errors';`, 'new has no rule in scripts/import-rules.json'],
])('a planted import is found: %s, %s', (file, text, expected) => {
  expect(lint(file, text).map((line) => line.replace(QUIET, ''))).toEqual([expected]);
});

test.each([
  ['src/workflows/x.ts', `import type { Activities } from '../activities';`],
  ['src/workflows/x.ts', `import { type Activities } from '../activities';`],
  ['src/workflows/client/x.ts', `import { Client } from '@temporalio/client/lib/client';`],
  ['src/api/http/x.ts', `import { start } from '../../workflows/client'; import { here } from './near';`],
  ['src/api/resources/stats/x.ts', `import { a } from '../../http/page'; import { b } from './schema';`],
  ['src/store/campaigns/x.ts', `import { a } from '../audience/groups'; import { b } from '../tables';`],
  ['src/main/up/x.ts', `import { startApi } from '../../runtime/api';`],
  ['src/store/dispatch/x.test.ts', `import { a } from '../receipts/parts';`],
])('what the table allows is left alone: %s, %s', (file, text) => {
  expect(lint(file, text)).toEqual([]);
});

test.each([
  `import { Pool } from 'pg';`,
  `import { sql, type Kysely } from 'kysely';`,
  'const now = sql`select now()`;',
  `void db.selectFrom('accounts').execute();`,
  `void db.deleteFrom('accounts').execute();`,
  `void pool.query('select 1');`,
  'void pool.query(`\n  with gone as (delete from links) select from gone`);',
  `void pool.query({ name: 'x', text: 'update messages set meta = null' });`,
])('SQL outside store is found: %s', (text) => {
  expect(new Set(lint('src/activities/relay/x.ts', text))).toEqual(new Set([table.sql.why]));
  expect(lint('src/store/accounts/x.ts', text)).toEqual([]);
  expect(lint('src/main/bench/x.ts', text)).toEqual([]);
});

test('types of the query builder and words that begin like SQL are left alone', () => {
  const text = `import type { Kysely } from 'kysely'; import type { Pool } from 'pg'; throw new Error('selected by nobody');`;
  expect(lint('src/activities/relay/x.ts', text)).toEqual([]);
});
