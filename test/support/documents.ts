/**
 * The commands and the JSON of a page, as a reader meets them: read from its Markdown, and run. A comment above a block says
 * what is special about it:
 *
 *     <!-- not run: why -->       it is not run; the JSON below it is not compared either
 *     <!-- until: words -->       it is run until its output has these words: something happens meanwhile
 *     <!-- fails: 409 -->         it is answered with this status
 *     <!-- request: POST /… -->   JSON that is sent there, and taken; `simulator PUT /…` is sent to the simulator
 *     <!-- answer: part -->       JSON that shows some members of the answer, not all
 *
 * `<!-- page not run: why -->` anywhere is about all blocks of the page.
 *
 * JSON without a comment is the answer of the command above it: it has the same members of the same types.
 */
import { spawnSync } from 'node:child_process';

export interface Block {
  language: 'sh' | 'json';
  text: string;
  /** Of the page, from 1. */
  line: number;
  directives: Record<string, string>;
}

const FENCE = /((?:^ *<!-- .* -->\n+)*)^( *)```(sh|json)\n([\s\S]*?)^ *```$/gm;
const DIRECTIVE = /<!-- (not run|until|fails|request|answer): (.*?) -->/g;

const WHOLE_PAGE = /^<!-- page not run: (.*) -->$/m;

/** The blocks of a page that are commands or JSON, in order. */
export function blocksOf(markdown: string): Block[] {
  const [, reason] = WHOLE_PAGE.exec(markdown) ?? [];
  const ofPage: Record<string, string> = reason === undefined ? {} : { 'not run': reason };
  return [...markdown.matchAll(FENCE)].map((match) => {
    const [, comments = '', indent = '', language, text = ''] = match;
    return {
      language: language as Block['language'],
      text: text.replace(new RegExp(`^${indent}`, 'gm'), ''),
      line: markdown.slice(0, match.index + comments.length).split('\n').length,
      directives: {
        ...ofPage,
        ...Object.fromEntries([...comments.matchAll(DIRECTIVE)].map(([, name, value]) => [name!, value!])),
      },
    };
  });
}

/** What the commands of a page are told. */
export interface Surroundings {
  /** Where they are run: what they write lies there. */
  folder: string;
  /** The environment of the shell, `HELIOGRAPH` and `KEY` among it. */
  env: NodeJS.ProcessEnv;
  /** What stands in commands as a reader has it, and what it is here. */
  replaced: Record<string, string>;
  /** A header that goes with every request. */
  header: string;
}

export interface Ran {
  block: Block;
  output: string;
}

const MARK = '@@@';
/** Enough for a campaign that is due in a minute's time. */
const PATIENCE_S = 90;
/** Of a command that does not end by itself. */
const PAGE_MS = 170_000;

/**
 * Runs the commands of one page in one shell, so that what one sets the next has, and stops at the first that fails.
 * @returns what each printed, in order
 * @throws Error naming the line of the page whose command failed, with what it printed
 */
export function runCommands(blocks: readonly Block[], { folder, env, replaced, header }: Surroundings): Ran[] {
  const preamble = [
    'set -euo pipefail',
    `curl() { command curl --fail-with-body --max-time 30 -H '${header}' "$@"; }`,
    'heliograph() { node "$HELIOGRAPH_CLI" "$@"; }',
    'npx() { "$@"; }',
    `curl_refused() { command curl --max-time 30 -w '\\n%{http_code}\\n' -H '${header}' "$@"; }`,
    'patiently() { local words="$1" end=$((SECONDS + ' +
      `${PATIENCE_S})) out; while :; do out="$(commands 2>&1)" || true; ` +
      'if grep -qF -- "$words" <<<"$out"; then printf "%s\\n" "$out"; return; fi; ' +
      'if ((SECONDS > end)); then printf "never said %s: %s\\n" "$words" "$out" >&2; return 1; fi; sleep 0.1; done; }',
  ];
  const script = [...preamble, ...blocks.map((block, at) => `printf '\\n${MARK}%s\\n' ${at}\n${commandOf(block)}`)]
    .join('\n')
    .replace(new RegExp(Object.keys(replaced).map(escaped).join('|'), 'g'), (found) => replaced[found]!);
  const { stdout, stderr, status } = spawnSync('bash', ['-s'], {
    input: script,
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: PAGE_MS,
  });
  const outputs = new Map(
    stdout
      .split(`\n${MARK}`)
      .slice(1)
      .map((part) => [Number(/^\d+/.exec(part)![0]), part.replace(/^\d+\n/, '')]),
  );
  const last = outputs.size - 1;
  if (status !== 0) {
    const at = blocks[last];
    throw new Error(`line ${at?.line}: ${at?.text ?? ''}\nprinted: ${outputs.get(last) ?? ''}\n${stderr}`);
  }
  return blocks.map((block, at) => ({ block, output: outputs.get(at) ?? '' }));
}

function commandOf({ text, directives: { until, fails } }: Block): string {
  if (until !== undefined) return `commands() { ${text}\n}\npatiently '${until}'`;
  // Its status comes last, on a line of its own.
  if (fails !== undefined) return `refused() {\n${text}\n}\nrefused`.replace(/\bcurl\b/g, 'curl_refused');
  return text;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The last JSON of what commands printed; several may stand in a row, each on a line of its own or not. */
export function lastJson(output: string): unknown {
  const text = output.replace(/\n\d{3}\s*$/, '').trimEnd();
  for (let from = text.length - 1; from >= 0; from--) {
    if (text[from] !== '{' && text[from] !== '[') continue;
    // What an inner value ends with is no answer: the whole is what begins a line or follows another answer.
    if (from > 0 && !/[\n}\]]/.test(text[from - 1]!)) continue;
    try {
      return JSON.parse(text.slice(from)) as unknown;
    } catch {
      // It begins further ahead.
    }
  }
  throw new Error(`there is no JSON in: ${output}`);
}

/**
 * In what an answer differs from the one that is documented: members, and types of values; null is of any type. Of a list
 * the first entry is looked at.
 */
export function differences(documented: unknown, actual: unknown, isPart: boolean, at = 'answer'): string[] {
  if (documented === null || actual === null) return [];
  if (Array.isArray(documented) && Array.isArray(actual)) {
    if (documented.length === 0) return [];
    return actual.length === 0 ? [`${at} is empty`] : differences(documented[0], actual[0], isPart, `${at}[0]`);
  }
  if (isRecord(documented) && isRecord(actual)) {
    const missing = Object.keys(documented).filter((name) => !(name in actual));
    const untold = isPart ? [] : Object.keys(actual).filter((name) => !(name in documented));
    return [
      ...missing.map((name) => `${at}.${name} does not come`),
      ...untold.map((name) => `${at}.${name} comes and is not documented`),
      ...Object.keys(documented).flatMap((name) =>
        name in actual ? differences(documented[name], actual[name], isPart, `${at}.${name}`) : [],
      ),
    ];
  }
  return typeof documented === typeof actual && Array.isArray(documented) === Array.isArray(actual)
    ? []
    : [`${at} is a ${typeof actual}, not a ${typeof documented}`];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
