/** The client of the public API: one request after the other, errors as {@link CliError}. */
import { CliError, EXIT, exitCodeOf, type Problem } from './exit';

export interface ApiSettings {
  /** Base of the API; no trailing slash. */
  url: string;
  /** Asked for at the first request, and then once: null = nobody has one. */
  key(): Promise<string | null>;
  /** Act in this account; needs an admin key. */
  account?: string;
  version: string;
  signal?: AbortSignal;
}

/** A query; what is undefined is left out, a list is repeated. */
export type Query = Record<string, string | number | boolean | undefined>;

export interface Request {
  query?: Query;
  /** Sent as JSON; a text or a stream as it is, as `contentType`. */
  body?: unknown;
  contentType?: string;
  /** Milliseconds until it is given up. */
  timeoutMs?: number;
  /** Sent instead of the account's own settings. */
  headers?: Record<string, string>;
}

/** A page of a list; what else it says is passed on. */
export interface Page {
  items: unknown[];
  nextCursor: string | null;
}

export interface Api {
  readonly url: string;
  /** Asks without a key whether the API is there. @throws CliError when it is not. */
  reach(): Promise<void>;
  /** The answer's JSON. @throws CliError */
  call(method: string, path: string, request?: Request): Promise<unknown>;
  /** The answer as text, such as CSV. @throws CliError */
  text(method: string, path: string, request?: Request): Promise<string>;
  /** All pages of a list, up to `most` items. @throws CliError */
  pages(path: string, query: Query, most: number): Promise<Page>;
}

const TIMEOUT_MS = 30_000;
const REACH_MS = 5_000;
const PAGE = 100;
/** A search may give empty pages on the way. */
const MAX_PAGES = 100;

const NO_KEY: Problem = {
  title: 'There is no API key',
  remedy: 'Set HELIOGRAPH_KEY, or name a file that has the key with --key-file.',
};

export function createApi(settings: ApiSettings): Api {
  const { url } = settings;
  let key: Promise<string | null> | undefined;

  async function send(method: string, path: string, request: Request = {}): Promise<Response> {
    key ??= settings.key();
    const presented = await key;
    if (presented === null) throw new CliError(EXIT.refused, NO_KEY);
    const { body, contentType = 'application/json', timeoutMs = TIMEOUT_MS } = request;
    const signals = [AbortSignal.timeout(timeoutMs), ...(settings.signal === undefined ? [] : [settings.signal])];
    const headers = {
      authorization: `Bearer ${presented}`,
      'user-agent': `heliograph-cli/${settings.version}`,
      ...(body === undefined ? {} : { 'content-type': contentType }),
      ...(settings.account === undefined ? {} : { 'x-account-id': settings.account }),
      ...request.headers,
    };
    const isRaw = body === undefined || typeof body === 'string' || body instanceof ReadableStream;
    const sent = isRaw ? body : JSON.stringify(body);
    // What is streamed is answered at its end.
    const init = { method, headers, body: sent, signal: AbortSignal.any(signals), duplex: 'half' };
    const answer = await fetch(url + withQuery(path, request.query), init as RequestInit).catch((error: unknown) => {
      throw settings.signal?.aborted === true ? error : unreachable(url, error);
    });
    if (answer.status >= 400) throw await refusal(answer);
    return answer;
  }

  const api: Api = {
    url,
    async reach() {
      const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(REACH_MS) }).catch(
        (error: unknown) => {
          throw unreachable(url, error);
        },
      );
      const text = await answer.text();
      if (!text.includes('"status":"ok"')) throw unreachable(url, new Error('something else answers there'));
    },
    async call(method, path, request) {
      const text = await (await send(method, path, request)).text();
      return text === '' ? null : JSON.parse(text);
    },
    async text(method, path, request) {
      return (await send(method, path, request)).text();
    },
    async pages(path, query, most) {
      const items: unknown[] = [];
      let last: Page = { items: [], nextCursor: null };
      let cursor: string | null = null;
      let asked = 0;
      do {
        const limit = Math.min(PAGE, most - items.length);
        const wanted: Query = { ...query, limit, ...(cursor === null ? {} : { cursor }) };
        last = (await api.call('GET', path, { query: wanted })) as Page;
        items.push(...last.items);
        cursor = last.nextCursor;
        asked++;
      } while (cursor !== null && items.length < most && asked < MAX_PAGES);
      return { ...last, items };
    },
  };
  return api;
}

function withQuery(path: string, query: Query = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) pairs.append(name, String(value));
  return pairs.size === 0 ? path : `${path}?${pairs.toString()}`;
}

function unreachable(url: string, error: unknown): CliError {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  const why = name === 'TimeoutError' ? 'it took too long' : (cause?.code ?? cause?.message ?? message);
  return new CliError(EXIT.unreachable, {
    title: `${url} can’t be reached`,
    detail: why,
    remedy:
      'Start it (`heliograph up`), name it with --url or HELIOGRAPH_URL, or ask `heliograph doctor` what is wrong.',
  });
}

/** The problem of an error answer, also where a proxy gave it. */
async function refusal(answer: Response): Promise<CliError> {
  const text = await answer.text().catch(() => '');
  const problem = parse(text);
  const known =
    typeof problem?.title === 'string'
      ? (problem as unknown as Problem)
      : (refusedRecords(problem) ?? { title: `${answer.status} ${answer.statusText}`.trim(), status: answer.status });
  const exitCode = exitCodeOf(answer.status);
  return new CliError(exitCode, { ...known, remedy: known.remedy ?? REMEDIES[known.code ?? answer.status] });
}

/** What to do, where the answer itself does not say it. */
const REMEDIES: Record<string, string> = {
  unauthorized: 'Set HELIOGRAPH_KEY to a valid key, or name its file with --key-file.',
  forbidden: 'Use a key with that scope: `heliograph key create`.',
  'not-found': 'Check the id, and that it is this account’s (--account).',
  'wrong-state': 'Look at it again, and do what its state allows.',
  'no-gateway': 'Add one: `heliograph gateway add`.',
  'rate-limited': 'Wait a second and repeat it.',
  unavailable: 'Repeat it; `heliograph doctor` says what is away.',
  'temporal-unavailable': 'Repeat it; `heliograph doctor` says what is away.',
  'test-unanswered': 'See that a worker runs: `heliograph doctor`.',
};

/** An answer of the generic CleverTap route in which nothing was accepted. */
function refusedRecords(answer: Record<string, unknown> | undefined): Problem | null {
  if (!Array.isArray(answer?.rejected)) return null;
  const rejected = answer.rejected as { field: string; message: string; code: string }[];
  return { title: 'Nothing was accepted', code: rejected[0]?.code, errors: rejected };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
