/** The command line, made of the commands: parses, runs, prints, and says by its exit code how it went. */
import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Command as Parser, CommanderError, Option } from 'commander';
import { createApi, type Api } from './client';
import type { Command, Context, Local, Options } from './command';
import { commands, GROUPS } from './commands';
import { CliError, EXIT, toLines, usage } from './exit';
import { isColoured, Paper, printable } from './output/paper';
import type { Screen } from './output/progress';
import { isZone } from './output/times';

/** A process, as far as the command line needs one. */
export interface Io {
  /** What was typed after the name of the program. */
  argv: readonly string[];
  env: NodeJS.ProcessEnv;
  stdin: Readable & { isTTY?: boolean };
  stdout: Screen;
  stderr: Screen;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  local: Local;
}

/** Of every command. */
interface Globals {
  url?: string;
  keyFile?: string;
  account?: string;
  zone?: string;
  json?: boolean;
}

/** Runs one command. @returns the exit code (docs/cli.md). */
export async function runCli(io: Io): Promise<number> {
  let exitCode: number = EXIT.ok;
  const wantsJson = io.argv.includes('--json');
  let base: string | undefined;
  try {
    refuseKeyInArguments(io.argv);
    const parser = createParser(io, async (command, args, options) => {
      const globals = options as Globals;
      const context = contextOf(io, globals);
      base = context.api.url;
      const outcome = await command.run(context, args, options);
      const text = globals.json === true ? JSON.stringify(outcome.json, null, 2) : printable(outcome.lines.join('\n'));
      if (text !== '') io.stdout.write(`${text}\n`);
      exitCode = outcome.exitCode ?? EXIT.ok;
    });
    await parser.parseAsync([...io.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return conclude(io, error, wantsJson, base);
  }
}

/** Tells on standard error what went wrong. */
function conclude({ stderr, signal }: Io, error: unknown, wantsJson: boolean, base: string | undefined): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (signal.aborted) return EXIT.interrupted;
  if (error instanceof CliError) {
    const text = wantsJson ? JSON.stringify(error.problem) : printable(toLines(error.problem, base).join('\n'));
    stderr.write(`${text}\n`);
    return error.exitCode;
  }
  const title = error instanceof Error ? error.message : String(error);
  stderr.write(`${wantsJson ? JSON.stringify({ title }) : printable(toLines({ title }).join('\n'))}\n`);
  return EXIT.failed;
}

/** Everybody on the machine sees what a program was called with, and shells keep it. */
function refuseKeyInArguments(argv: readonly string[]): void {
  if (!argv.some((word) => /^--(api-)?key(=|$)/.test(word))) return;
  throw usage(
    'A key is not taken from the command line: the list of processes and the shell’s history would show it',
    'Set HELIOGRAPH_KEY, or name a file that has the key with --key-file (- = standard input).',
  );
}

type Act = (command: Command, args: readonly string[], options: Options) => Promise<void>;

function createParser({ stdout, stderr, local }: Io, act: Act): Parser {
  const root = prepared(new Parser('heliograph'), stdout, stderr)
    .description('The operator’s command line of Heliograph.')
    .version(local.version)
    .option('--url <url>', 'base of the API; else HELIOGRAPH_URL, else this machine’s')
    .option('--key-file <file>', 'file that has the API key, - = standard input; else HELIOGRAPH_KEY')
    .option('--account <id>', 'act in this account (with an admin key); else HELIOGRAPH_ACCOUNT')
    .option('--zone <zone>', 'time zone that times are shown in, such as Asia/Kolkata; else this machine’s')
    .option('--json', 'print one JSON document')
    .showHelpAfterError('(--help shows what may be given)')
    .addHelpText(
      'after',
      `\nExit codes: 0 done, 1 failed, 2 wrong command line or request, 3 not found, 4 no key or not allowed,\n5 not reachable, 6 in another state, 130 left by Ctrl-C. More: docs/cli.md`,
    );
  const groups = new Map<string, Parser>();
  for (const command of commands) {
    const words = command.name.split(' ');
    const leaf = words.pop()!;
    const [group] = words;
    let parent = root;
    if (group !== undefined) {
      parent = groups.get(group) ?? root.command(group).description(GROUPS[group] ?? '');
      groups.set(group, parent);
    }
    addCommand(parent.command(leaf), command, act);
  }
  return root;
}

function prepared(parser: Parser, stdout: Screen, stderr: Screen): Parser {
  return parser
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'heliograph: ')),
    });
}

function addCommand(parser: Parser, command: Command, act: Act): void {
  parser.description(command.summary).addHelpText('after', `\nExample:\n  ${command.example.replaceAll('\n', '\n  ')}`);
  for (const { spec, description } of command.args ?? []) parser.argument(spec, description);
  for (const { flags, description, choices, repeats, required, fallback } of command.options ?? []) {
    const option = new Option(flags, description);
    if (choices !== undefined) option.choices([...choices]);
    if (required === true) option.makeOptionMandatory();
    if (fallback !== undefined) option.default(fallback);
    if (repeats === true) option.argParser((one: string, all: string[] = []) => [...all, one]);
    parser.addOption(option);
  }
  parser.action(async (...given: unknown[]) => {
    const self = given.at(-1) as Parser;
    const args = given
      .slice(0, -2)
      .flat()
      .filter((word) => word !== undefined) as string[];
    await act(command, args, self.optsWithGlobals());
  });
}

function contextOf(io: Io, globals: Globals): Context {
  const { env, stdin, stdout, stderr, signal, local } = io;
  if (globals.zone !== undefined && !isZone(globals.zone)) {
    throw usage(
      `--zone is ${JSON.stringify(globals.zone)}`,
      'Give a zone of the IANA list, such as Asia/Kolkata or UTC.',
    );
  }
  const isJson = globals.json === true;
  const paper = new Paper({ isColoured: isColoured(stdout, env), zone: globals.zone });
  return { api: apiOf(io, globals), local, paper, isJson, stdout, stderr, stdin, env, signal };
}

function apiOf(io: Io, globals: Globals): Api {
  const { env, stderr, signal, local } = io;
  // A port that is none is what `config` tells.
  const port = /^\d+$/.test(env.HELIOGRAPH_PORT ?? '') ? env.HELIOGRAPH_PORT : '8080';
  const url = urlOf(globals.url ?? env.HELIOGRAPH_URL ?? `http://127.0.0.1:${port}`);
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !isHere) {
    stderr.write(`heliograph: ${url.origin} is asked without TLS: the key can be read on the way.\n`);
  }
  return createApi({
    url: url.origin + url.pathname.replace(/\/+$/, ''),
    key: () => keyOf(io, globals.keyFile, isHere),
    account: globals.account ?? env.HELIOGRAPH_ACCOUNT,
    version: local.version,
    signal,
  });
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw usage(`The URL of the API is ${JSON.stringify(text)}`, 'Give one such as https://sms.example.com.');
}

/** The key of the data folder goes to this machine only. */
async function keyOf(
  { env, stdin, stderr, local }: Io,
  file: string | undefined,
  isHere: boolean,
): Promise<string | null> {
  if (file === '-') return (await readAll(stdin)).trim();
  if (file !== undefined) {
    try {
      const { mode } = await stat(file);
      if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
        stderr.write(`heliograph: ${file} can be read by others on this machine: chmod 600 ${file}\n`);
      }
      return (await readFile(file, 'utf8')).trim();
    } catch (error) {
      throw usage(`${file} can’t be read (${(error as NodeJS.ErrnoException).code})`, 'Name a file that has the key.');
    }
  }
  if ((env.HELIOGRAPH_KEY ?? '') !== '') return env.HELIOGRAPH_KEY!;
  return isHere ? local.adminKey() : null;
}

async function readAll(stdin: Readable): Promise<string> {
  let all = '';
  for await (const part of stdin.setEncoding('utf8')) all += part as string;
  return all;
}
