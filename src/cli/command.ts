/** A command, said once: from it come the command line, its help, its completion, its docs and its tests. */
import type { Readable } from 'node:stream';
import type { Finding } from '../core/deployment/finding';
import type { Api } from './client';
import type { ExitCode } from './exit';
import type { Paper } from './output/paper';
import type { Screen } from './output/progress';

/** What works on this machine and not over the API; handed in by the entry point. */
export interface Local {
  version: string;
  /** Runs the whole product until a signal ends it. */
  up(): Promise<void>;
  /** Brings the database to this version's schema. @returns what is to be said of its roles; null = nothing. */
  migrate(): Promise<string | null>;
  /** Seals everything anew with the first key. @param onColumn is told of each column that is done. */
  reseal(onColumn: (done: ResealedColumn) => void): Promise<Resealed>;
  /** The settings of the environment, secrets masked. */
  settings(): Promise<Settings>;
  /** The admin key of the data folder, or of the environment; null = there is none here. */
  adminKey(): Promise<string | null>;
  /** Whether a deployment of this machine can be looked at: its environment or data folder names a database. */
  isHere(): Promise<boolean>;
  /** Checks the deployment without the API. @param deep also servers and accounts, not the settings alone. */
  examine(deep: boolean): Promise<Finding[]>;
  /** Where the Temporal UI is; null = nobody knows. */
  temporalUi(): Promise<string | null>;
}

export interface ResealedColumn {
  column: string;
  resealed: number;
  left: number;
}

export interface Resealed {
  keyId: string;
  otherKeyIds: string[];
  columns: ResealedColumn[];
  left: number;
  refused: string[];
}

export interface Settings {
  problems: string[];
  mistakes: string[];
  items: { name: string; value: string | null; source: 'environment' | 'default' | 'unset'; description: string }[];
}

/** What a command is given to work with. */
export interface Context {
  api: Api;
  local: Local;
  paper: Paper;
  /** One JSON document is printed in the end, so nothing else may be. */
  isJson: boolean;
  stdout: Screen;
  stderr: Screen;
  stdin: Readable & { isTTY?: boolean };
  env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

/** Values of options by their camelCase names. */
export type Options = Record<string, string | boolean | string[] | undefined>;

/** What a command has to say: a document for `--json`, lines for people. */
export interface Outcome {
  json: unknown;
  lines: readonly string[];
  exitCode?: ExitCode;
}

export interface OptionSpec {
  /** `--state <state>`, `--draft`. */
  flags: string;
  description: string;
  choices?: readonly string[];
  /** May be given several times. */
  repeats?: true;
  required?: true;
  fallback?: string;
}

export interface Command {
  /** As it is typed: `campaign list`. */
  name: string;
  summary: string;
  /** `<id>` has to be given, `[id]` may be. */
  args?: readonly { spec: string; description: string }[];
  options?: readonly OptionSpec[];
  /** Works as pasted, apart from ids. */
  example: string;
  /** What `--json` prints: the answer of an operation (`GET /api/v1/campaigns`), or a schema of docs/cli-schemas.json. */
  prints: string;
  run(context: Context, args: readonly string[], options: Options): Promise<Outcome>;
}

/** The text of an option; undefined when it was not given. */
export const text = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** The values of an option that repeats. */
export const texts = (options: Options, name: string): string[] => {
  const value = options[name];
  return Array.isArray(value) ? value : [];
};
