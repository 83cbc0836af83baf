/** The command line in this process: what it printed, where, and how it ended. */
import { PassThrough } from 'node:stream';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Local } from '../../src/cli/command';
import { runCli } from '../../src/cli/run';
import { contractDocument, schemaProblems } from './contract';
import { readDocument } from './markdown';

export interface CliOutcome {
  code: number;
  out: string;
  err: string;
}

export interface CliOptions {
  env?: NodeJS.ProcessEnv;
  local?: Partial<Local>;
  stdin?: string;
  /** Standard output and input are a terminal's. */
  isTTY?: boolean;
  signal?: AbortSignal;
}

const refuse = (what: string) => () => Promise.reject(new Error(`${what} is not part of this test`));

const NOWHERE: Local = {
  version: '0.0.0-test',
  up: refuse('up'),
  migrate: refuse('migrate'),
  reseal: refuse('reseal'),
  settings: refuse('settings'),
  adminKey: () => Promise.resolve(null),
  isHere: () => Promise.resolve(false),
  examine: refuse('examine'),
  temporalUi: () => Promise.resolve(null),
};

/** Runs `heliograph <argv>`. Times are shown in UTC. */
export async function cli(argv: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const outcome: CliOutcome = { code: -1, out: '', err: '' };
  const screen = (name: 'out' | 'err') => ({
    isTTY: options.isTTY,
    write: (text: string) => void (outcome[name] += text),
  });
  const stdin = Object.assign(new PassThrough(), { isTTY: options.isTTY });
  stdin.end(options.stdin ?? '');
  outcome.code = await runCli({
    argv: [...argv, '--zone', 'UTC'],
    env: options.env ?? {},
    stdin,
    stdout: screen('out'),
    stderr: screen('err'),
    signal: options.signal ?? new AbortController().signal,
    local: { ...NOWHERE, ...options.local },
  });
  return outcome;
}

let own: ((name: string) => ValidateFunction) | undefined;

/** Schemas of what the command line itself makes. */
function ownSchema(name: string): ValidateFunction {
  if (own === undefined) {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addSchema(JSON.parse(readDocument('docs/cli-schemas.json')) as object, 'cli');
    own = (wanted) => ajv.compile({ $ref: `cli#/$defs/${wanted}` });
  }
  return own(name);
}

/** Whether the API has this operation, `GET /api/v1/campaigns`. */
export function isDocumented(operation: string): boolean {
  const [method, path] = operation.split(' ') as [string, string];
  return contractDocument().paths[path]?.[method.toLowerCase()] !== undefined;
}

/**
 * Problems of a printed document against what the command says that it prints; empty = it fits.
 * @param prints `#Name` of docs/cli-schemas.json, or an operation: any of its good answers.
 */
export function printProblems(prints: string, document: unknown): string[] {
  if (prints.startsWith('#')) {
    const validate = ownSchema(prints.slice(1));
    return validate(document) ? [] : validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
  }
  const [method, path] = prints.split(' ') as [string, string];
  const operation = contractDocument().paths[path]![method.toLowerCase()]!;
  const good = Object.keys(operation.responses).filter((status) => status.startsWith('2'));
  const found = good.map((status) =>
    schemaProblems(
      ['paths', path, method.toLowerCase(), 'responses', status, 'content', 'application/json', 'schema'],
      document,
    ),
  );
  return found.some((problems) => problems.length === 0) ? [] : found.flat();
}
