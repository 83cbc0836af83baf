/**
 * The one client of the API. What goes wrong is a value, never thrown: a problem of the API (RFC 9457), or one of the
 * connection. The session's cookie is the credential.
 */
import { signal } from '@preact/signals';
import type { AnswerOf, Method, OperationOf, OptionsOf, PathWith } from './types';

/** What went wrong, in the API's words. */
export interface Problem {
  /** Of HTTP; 0 = there was no answer. */
  status: number;
  /** Of docs/errors.md, or `offline`, `aborted`, `unreadable`. */
  code: string;
  title: string;
  detail: string;
  /** By field. */
  errors?: { field: string; message: string }[];
}

export type Result<T> = { ok: true; data: T } | { ok: false; problem: Problem };

/** Whether the server could not be reached when it was asked last. */
export const offline = signal(false);
/** Counts how often an answer said that the session has ended. */
export const sessionEnded = signal(0);

/** Waits before a read is tried again that got no answer. */
const RETRY_MS = [300, 1_000];
/** Between two looks whether the server is back, at most. */
const MAX_PROBE_MS = 10_000;

interface Sent {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
  idempotencyKey?: string;
}

type Call<M extends Method> = <P extends PathWith<M>>(
  path: P,
  ...options: Record<never, never> extends OptionsOf<OperationOf<M, P>>
    ? [options?: OptionsOf<OperationOf<M, P>>]
    : [options: OptionsOf<OperationOf<M, P>>]
) => Promise<Result<AnswerOf<OperationOf<M, P>>>>;

const call = (method: Method) =>
  ((path: string, options: Sent = {}) => send(method, addressOf(path, options), options)) as unknown;

/** `api.get('/api/v1/messages/{id}', { params: { id } })`. */
export const api = {
  get: call('get') as Call<'get'>,
  post: call('post') as Call<'post'>,
  put: call('put') as Call<'put'>,
  patch: call('patch') as Call<'patch'>,
  delete: call('delete') as Call<'delete'>,
};

/** A path with its parameters and query filled in: for links to files, such as CSV. */
export function addressOf(path: string, { params = {}, query = {} }: Pick<Sent, 'params' | 'query'>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.append(name, String(value));
  }
  return search.size === 0 ? filled : `${filled}?${search.toString()}`;
}

/** A request whose method and path the API itself has named, as the remedy of a verdict. */
export function follow(action: { method: string; path: string; body?: unknown }): Promise<Result<unknown>> {
  return send(action.method.toLowerCase() as Method, action.path, { body: action.body });
}

/** Sends one request and reads its answer. A read that gets no answer is tried again; a write is not. */
export async function send<T>(method: Method, url: string, { body, signal, idempotencyKey }: Sent): Promise<Result<T>> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'get') headers['X-Heliograph-Console'] = '1';
  const isFile = typeof Blob !== 'undefined' && body instanceof Blob;
  if (body !== undefined) headers['Content-Type'] = isFile ? body.type : 'application/json';
  if (idempotencyKey !== undefined) headers['Idempotency-Key'] = idempotencyKey;
  const init: RequestInit = {
    method: method.toUpperCase(),
    headers,
    credentials: 'same-origin',
    body: body === undefined ? undefined : isFile ? body : JSON.stringify(body),
    signal,
  };
  for (let tries = 0; ; tries++) {
    try {
      return await read<T>(await fetch(url, init));
    } catch {
      if (signal?.aborted === true) return failed('aborted', 'This was stopped', 'Nobody waits for it any more.');
      const waitMs = method === 'get' ? RETRY_MS[tries] : undefined;
      if (waitMs === undefined) break;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
  noteOffline();
  const safe =
    method === 'get' ? 'Nothing was changed.' : 'It may have been done all the same: look before you repeat it.';
  return failed('offline', 'Heliograph can’t be reached', `The connection was lost. ${safe}`);
}

async function read<T>(response: Response): Promise<Result<T>> {
  offline.value = false;
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  const text = await response.text();
  const json = isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined;
  if (response.ok) return { ok: true, data: json as T };
  if (response.status === 401) sessionEnded.value++;
  // A list that was refused as a whole says why at its entries.
  const said = (Array.isArray(json) ? { detail: (json[0] as { error?: string })?.error } : (json ?? {})) as Partial<Problem>; // prettier-ignore
  const problem: Problem = {
    status: response.status,
    code: said.code ?? 'unreadable',
    title: said.title ?? `The answer was ${response.status}`,
    detail: said.detail ?? 'It says nothing more.',
    errors: said.errors,
  };
  return { ok: false, problem };
}

const failed = (code: string, title: string, detail: string): Result<never> => ({
  ok: false,
  problem: { status: 0, code, title, detail },
});

let probing = false;

const isAnswered = (): Promise<boolean> =>
  fetch('/healthz').then(
    () => true,
    () => false,
  );

/** Whether the server answers; where it does not, everybody is told, and it is asked until it does. */
export async function checkServer(): Promise<boolean> {
  const isThere = await isAnswered();
  if (!isThere) noteOffline();
  return isThere;
}

/** Asks until the server answers; `offline` tells everybody. */
function noteOffline(): void {
  offline.value = true;
  if (probing) return;
  probing = true;
  const probe = async (waitMs: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (offline.value) offline.value = !(await isAnswered());
    if (offline.value) return probe(Math.min(2 * waitMs, MAX_PROBE_MS));
    probing = false;
  };
  void probe(1_000);
}
