/** Requests to api and simulator, of which any may get no answer. */

/** Longer than an answer takes while all is well. */
const ANSWER_MS = 8_000;

export interface Reply {
  /** Null: no answer came. */
  status: number | null;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of many routes.
  json: any;
}

export const isTaken = ({ status }: Reply): boolean => status !== null && status >= 200 && status < 300;

/** Not taken, and not refused either: the request may have been carried out. */
export const isOpen = ({ status }: Reply): boolean => status === null || status >= 500;

/** @param body an object goes as JSON, parameters as a form. Never throws. */
export async function ask(
  method: string,
  url: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const isForm = body instanceof URLSearchParams;
  const typed = body === undefined || isForm ? headers : { 'content-type': 'application/json', ...headers };
  try {
    const response = await fetch(url, {
      method,
      headers: typed,
      body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? null : JSON.parse(text) };
  } catch {
    return { status: null, json: null };
  }
}

/** The same, for what nothing may be the matter with. @throws Error when it is not answered with a 2xx. */
export async function demand(
  method: string,
  url: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Reply['json']> {
  const reply = await ask(method, url, body, headers);
  if (!isTaken(reply))
    throw new Error(`${method} ${url} was answered ${reply.status ?? 'nothing'}: ${JSON.stringify(reply.json)}`);
  return reply.json;
}
