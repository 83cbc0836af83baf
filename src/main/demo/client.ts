/** JSON over HTTP to the api and to the simulator's control routes. */
import { setMaxListeners } from 'node:events';

/** An answer outside 2xx, or none; the message is a sentence for the person who runs the demo. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

export interface JsonClient {
  /**
   * @param body A string is sent as a form, anything else as JSON.
   * @throws RequestError when it isn't answered with a 2xx.
   */
  call<T>(method: string, path: string, body?: string | object): Promise<T>;
  /** Posts a CSV file; otherwise like {@link call}. */
  upload<T>(path: string, csv: string): Promise<T>;
}

/** @param signal Aborting it ends every call. */
export function jsonClient(base: string, headers: Record<string, string>, signal: AbortSignal): JsonClient {
  // Each call listens until it is collected, and a run makes thousands: Node would take that for a leak.
  setMaxListeners(0, signal);
  async function send<T>(method: string, path: string, body: string | undefined, type: string): Promise<T> {
    const typed = body === undefined ? headers : { ...headers, 'content-type': type };
    const request = { method, signal, headers: typed, body };
    const response = await fetch(base + path, request).catch((error: Error) => {
      signal.throwIfAborted();
      throw new RequestError(`${method} ${base}${path} got no answer (${causeOf(error)})`);
    });
    const text = await response.text();
    if (!response.ok) throw new RequestError(`${method} ${base}${path} was answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
  return {
    call: (method, path, body) =>
      typeof body === 'object'
        ? send(method, path, JSON.stringify(body), 'application/json')
        : send(method, path, body, 'application/x-www-form-urlencoded'),
    upload: (path, csv) => send('POST', path, csv, 'text/csv'),
  };
}

/** `fetch` hides the reason one level down. */
export function causeOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return (cause as NodeJS.ErrnoException).code ?? cause.message;
}
