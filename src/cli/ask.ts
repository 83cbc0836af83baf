/** What commands ask of people and read from files. */
import { createReadStream } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import type { Context, Options } from './command';
import { CliError, EXIT, usage } from './exit';

/** Asks before what can't be undone, where there is somebody to ask; `--yes` answers. @throws CliError when it is a no. */
export async function confirm({ stdin, stderr }: Context, options: Options, question: string): Promise<void> {
  if (options.yes === true || stdin.isTTY !== true) return;
  stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: stdin });
  const answer = await lines.question('');
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.interrupted, { title: 'Nothing was done' });
}

export const YES = { flags: '--yes', description: 'do not ask' } as const;

/** The text of a file, `-` = standard input. @throws CliError naming the file. */
export async function readText({ stdin }: Pick<Context, 'stdin'>, file: string): Promise<string> {
  if (file !== '-') {
    return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw usage(
        `${file} can’t be read (${error.code ?? error.message})`,
        'Name a file that is there, or - for standard input.',
      );
    });
  }
  let all = '';
  for await (const part of stdin.setEncoding('utf8')) all += part as string;
  return all;
}

/** A JSON object of a file. @throws CliError naming the file. */
export async function readJsonObject(context: Pick<Context, 'stdin'>, file: string): Promise<Record<string, unknown>> {
  const text = await readText(context, file);
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The sentence below says it; the file's text may be secret.
  }
  throw usage(`${file === '-' ? 'Standard input' : file} is no JSON object`, 'Give one, such as {"apiKey":"…"}.');
}

/** A file as a request takes it in, piece by piece. @throws CliError naming the file. */
export async function openFile({ stdin }: Pick<Context, 'stdin'>, file: string): Promise<ReadableStream> {
  if (file === '-') return Readable.toWeb(stdin) as ReadableStream;
  await access(file).catch((error: NodeJS.ErrnoException) => {
    throw usage(
      `${file} can’t be read (${error.code ?? error.message})`,
      'Name a file that is there, or - for standard input.',
    );
  });
  return Readable.toWeb(createReadStream(file)) as ReadableStream;
}

/** A whole number of an option. @throws CliError naming the option and the value. */
export function wholeNumber(value: string | undefined, flag: string): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value)) throw usage(`${flag} is ${JSON.stringify(value)}`, `Give a whole number: ${flag} 100.`);
  return Number(value);
}

/** `name=value` pairs. @throws CliError naming the pair. */
export function pairs(values: readonly string[], flag: string): Record<string, string> {
  return Object.fromEntries(
    values.map((pair) => {
      const border = pair.indexOf('=');
      if (border < 1) throw usage(`${flag} is ${JSON.stringify(pair)}`, `Give a name and a value: ${flag} name=Asha.`);
      return [pair.slice(0, border), pair.slice(border + 1)];
    }),
  );
}

/** An object without what is undefined. */
export const given = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
