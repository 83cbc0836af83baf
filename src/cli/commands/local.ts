/** What works on this machine: running the product, its schema, its settings, and where its pages are. */
import type { Command, Context, Options, Outcome } from '../command';
import { CliError, EXIT, usage } from '../exit';

async function up({ local }: Context): Promise<Outcome> {
  await local.up();
  return { json: null, lines: [] };
}

async function migrate({ local }: Context): Promise<Outcome> {
  const problem = await local.migrate();
  return {
    json: { migrated: true, problem },
    lines: ['The schema is this version’s.', ...(problem === null ? [] : [problem])],
  };
}

async function config({ local, paper }: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const settings = await local.settings();
  const { problems, mistakes, items } = settings;
  const rows = items.map(({ name, value, source }) => [name, value, source]);
  return {
    json: settings,
    lines: [
      ...(options.print === true ? paper.table(['Setting', 'Value', 'From'], rows) : []),
      ...[...problems, ...mistakes].map((line) => `${paper.state(problems.includes(line) ? 'FAIL' : 'warn')}  ${line}`),
      ...(problems.length + mistakes.length > 0
        ? []
        : [`The settings are right.${options.print === true ? '' : ' --print shows them.'}`]),
    ],
    exitCode: problems.length === 0 ? EXIT.ok : EXIT.failed,
  };
}

const PAGES = { console: '/console', docs: '/docs' } as const;

async function open({ api, local }: Context, [page = 'console']: readonly string[]): Promise<Outcome> {
  if (!(page in PAGES) && page !== 'temporal')
    throw usage(`There is no page ${JSON.stringify(page)}`, 'Name console, docs or temporal.');
  const url = page === 'temporal' ? await local.temporalUi() : `${api.url}${PAGES[page as keyof typeof PAGES]}`;
  if (url === null) {
    const remedy = 'Set TEMPORAL_UI_URL.';
    throw new CliError(EXIT.notFound, { title: 'Nobody knows where the Temporal UI is', remedy });
  }
  return { json: { page, url }, lines: [url] };
}

export const local: readonly Command[] = [
  {
    name: 'up',
    summary: 'Runs the whole product on this machine, as `npm start` does. Ctrl-C stops it.',
    example: 'heliograph up',
    prints: '#Nothing',
    run: up,
  },
  {
    name: 'migrate',
    summary: 'Brings the database of DATABASE_URL to this version’s schema.',
    example: 'heliograph migrate',
    prints: '#Migrated',
    run: migrate,
  },
  {
    name: 'config',
    summary: 'Checks the settings of this machine’s environment.',
    options: [{ flags: '--print', description: 'show them, secrets masked' }],
    example: 'heliograph config --print',
    prints: '#Settings',
    run: config,
  },
  {
    name: 'open',
    summary: 'Prints the address of a page: console, docs or temporal.',
    args: [{ spec: '[page]', description: 'console (unless given), docs or temporal' }],
    example: 'heliograph open console',
    prints: '#Page',
    run: open,
  },
];
