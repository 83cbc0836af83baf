/** How a command ends: exit codes, and what went wrong in words. */

/** As docs/cli.md has them. Stable: scripts branch on them. */
export const EXIT = {
  ok: 0,
  /** It was done and did not succeed: a check fails, a test was refused, a campaign failed. */
  failed: 1,
  /** The command line, or what it names, is not what it has to be. */
  usage: 2,
  notFound: 3,
  /** No key, a wrong one, or one that may not. */
  refused: 4,
  /** Nobody answers, or not now. */
  unreachable: 5,
  /** The thing is in another state. */
  conflict: 6,
  /** Left by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What an error answer of the API has (RFC 9457), as far as it is shown. */
export interface Problem {
  title: string;
  detail?: string;
  code?: string;
  status?: number;
  /** Path of the page that explains the code. */
  type?: string;
  errors?: { field: string; message: string }[];
  remedy?: string;
}

/** A command that could not be carried out. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly exitCode: ExitCode,
    readonly problem: Problem,
  ) {
    super(problem.detail ?? problem.title);
  }
}

/** A command line that is wrong; `remedy` says what would be right. */
export const usage = (title: string, remedy?: string): CliError => new CliError(EXIT.usage, { title, remedy });

const BY_STATUS: Record<number, ExitCode> = {
  401: EXIT.refused,
  403: EXIT.refused,
  404: EXIT.notFound,
  405: EXIT.notFound,
  409: EXIT.conflict,
  429: EXIT.unreachable,
};

/** The exit code that stands for an error answer. */
export function exitCodeOf(status: number): ExitCode {
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 502 && status <= 504) return EXIT.unreachable;
  return status >= 500 ? EXIT.failed : EXIT.usage;
}

/** A problem as lines for people: title, detail, fields, remedy. */
export function toLines({ title, detail, code, type, errors, remedy }: Problem, base?: string): string[] {
  const repeats = detail === undefined || detail === title;
  const where = type?.startsWith('/') === true && base !== undefined ? `${base}${type}` : undefined;
  return [
    `heliograph: ${title}${code === undefined ? '' : ` (${code})`}`,
    ...(repeats ? [] : [`  ${detail}`]),
    ...(errors ?? []).map(({ field, message }) => `  ${field} ${message}`),
    ...(remedy === undefined ? [] : [`  → ${remedy}`]),
    ...(where === undefined ? [] : [`  More: ${where}`]),
  ];
}
