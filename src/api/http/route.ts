import type { IncomingMessage } from 'node:http';

/**
 * The pattern of a request's route, such as `/callbacks/{token}` in Express's spelling: paths carry ids, numbers and
 * tokens, so logs and metrics get this. `none` = no route took it.
 */
export function routeOf(request: IncomingMessage): string {
  return (request as { route?: { path?: string } }).route?.path ?? 'none';
}
