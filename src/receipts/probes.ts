/** Callbacks that are tests: portals ask whether a URL is there before they take it, each in its own way. */
import type { CallbackRequest, CallbackResult } from '../providers/provider';

/**
 * Whether an authentic callback only asks if somebody is there: by HEAD, or with nothing in it. It is answered 200 and
 * changes nothing.
 */
export function isProbe(request: CallbackRequest, result: CallbackResult): boolean {
  if (request.method === 'HEAD') return true;
  return result.kind === 'malformed' && isBlank(request);
}

/** No body, and no parameter with a value: a portal leaves those of its template blank. */
function isBlank({ body, query }: CallbackRequest): boolean {
  return [...query.values()].every((value) => value.trim() === '') && body.toString('latin1').trim() === '';
}
