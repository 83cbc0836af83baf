/** Numbers that nothing is sent to. */
import path from 'node:path';
import { given, openFile, wholeNumber } from '../ask';
import { text, type Command, type Context, type Options, type Outcome } from '../command';
import { CliError, EXIT } from '../exit';
import { watch } from '../wait';

const SUPPRESSIONS = '/api/v1/suppressions';
const UPLOAD_MS = 600_000;
const CLASSES = { flags: '--classes <what>', description: 'what is stopped; else as the account has it', choices: ['all', 'promotional'] } as const; // prettier-ignore

interface Suppression {
  id: string;
  to: string;
  source: string;
  classes: string;
  reason: string | null;
  at: string;
}

interface Import {
  id: string;
  state: string;
  rows: number;
  valid: number;
  invalid: number;
  added: number;
  reason?: string;
  errors: { row: number; message: string }[];
}

async function importFile(context: Context, [file]: readonly string[], options: Options): Promise<Outcome> {
  const { api } = context;
  const query = { name: file === '-' ? undefined : path.basename(file!), classes: text(options, 'classes') };
  const request = { query, body: await openFile(context, file!), contentType: 'text/csv', timeoutMs: UPLOAD_MS };
  const begun = (await api.call('POST', SUPPRESSIONS, request)) as Import;
  const { value } = await watch<Import>(context, {
    look: async () => (await api.call('GET', `${SUPPRESSIONS}/imports/${begun.id}`)) as Import,
    isOver: ({ state }) => state !== 'processing',
    line: ({ rows, added, invalid }) => `${rows} rows read · ${added} numbers added · ${invalid} refused`,
  });
  return {
    json: value,
    lines: [
      ...(value.reason === undefined ? [] : [`It failed: ${value.reason}`]),
      ...value.errors.slice(0, 10).map(({ row, message }) => `Refused, row ${row}: ${message}`),
    ],
    exitCode: value.state === 'failed' || value.invalid > 0 ? EXIT.failed : EXIT.ok,
  };
}

async function add({ api }: Context, [to]: readonly string[], options: Options): Promise<Outcome> {
  const body = given({ to, reason: text(options, 'reason'), classes: text(options, 'classes') });
  const made = (await api.call('POST', SUPPRESSIONS, { body })) as Suppression;
  return {
    json: made,
    lines: [`Nothing${made.classes === 'promotional' ? ' promotional' : ''} is sent to ${made.to} any more.`],
  };
}

/** By number, as people know it; addresses name the id, never the number. */
async function remove({ api }: Context, [number]: readonly string[]): Promise<Outcome> {
  const query = { to: number!.replace(/^\+/, '') };
  const { items } = (await api.call('GET', SUPPRESSIONS, { query })) as { items: Suppression[] };
  const [found] = items;
  if (found === undefined) {
    const remedy = 'See `heliograph suppress list`.';
    throw new CliError(EXIT.notFound, { title: 'The number is not suppressed', remedy });
  }
  await api.call('DELETE', `${SUPPRESSIONS}/${found.id}`);
  return {
    json: { id: found.id, removed: true },
    lines: [`${found.to} may be sent to again; the record of it stays.`],
  };
}

async function list({ api, paper }: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const page = await api.pages(
    SUPPRESSIONS,
    { to: text(options, 'to')?.replace(/^\+/, '') },
    wholeNumber(text(options, 'limit'), '--limit')!,
  );
  const rows = (page.items as Suppression[]).map(({ id, to, source, classes, reason, at }) => [
    to, classes, source, reason, paper.time(at), id,
  ]); // prettier-ignore
  return {
    json: page,
    lines: paper.table(['To', 'Stops', 'Source', 'Reason', 'Since', 'Id'], rows, 'Nobody is suppressed.'),
  };
}

const NUMBER = { spec: '<number>', description: 'number with country code' };

export const suppressions: readonly Command[] = [
  {
    name: 'suppress import',
    summary: 'Suppresses the numbers of a CSV file.',
    args: [{ spec: '<file>', description: 'CSV with a header row, - = standard input' }],
    options: [CLASSES],
    example: 'heliograph suppress import opted-out.csv',
    prints: 'GET /api/v1/suppressions/imports/{id}',
    run: importFile,
  },
  {
    name: 'suppress add',
    summary: 'Suppresses one number.',
    args: [NUMBER],
    options: [{ flags: '--reason <text>', description: 'why' }, CLASSES],
    example: "heliograph suppress add +919800000001 --reason 'asked by phone'",
    prints: 'POST /api/v1/suppressions',
    run: add,
  },
  {
    name: 'suppress remove',
    summary: 'Lets a number be sent to again.',
    args: [NUMBER],
    example: 'heliograph suppress remove +919800000001',
    prints: '#Removed',
    run: remove,
  },
  {
    name: 'suppress list',
    summary: 'Lists suppressed numbers, newest first.',
    options: [
      { flags: '--to <number>', description: 'this number only' },
      { flags: '--limit <count>', description: 'at most so many', fallback: '20' },
    ],
    example: 'heliograph suppress list',
    prints: 'GET /api/v1/suppressions',
    run: list,
  },
];
