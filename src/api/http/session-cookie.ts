/**
 * The console's session, as a browser carries it: a cookie that no script reads and no other site's page makes it send.
 * See `docs/decisions/0049-a-session-is-its-key.md`.
 */
import type { Request } from 'express';
import { SESSION_SECONDS } from '../../core/accounts/console-session';
import { AppError } from '../../errors';

const NAME = 'heliograph_session';
/** What no page of another origin can send: a browser asks first, and nobody is allowed it. */
export const CONSOLE_HEADER = 'x-heliograph-console';
/** What a session is good for. */
const PLACES = /^\/(api\/v1\/|console\/session\/?$)/;

/** The session that a request brings, signed as it came; null = none, or one that says nothing at this path. */
export function sessionIn(request: Request): string | null {
  const { cookie } = request.headers;
  if (cookie === undefined || !PLACES.test(request.path)) return null;
  for (const pair of cookie.split(';')) {
    const [name, value] = pair.split('=', 2);
    if (name!.trim() === NAME && value !== undefined && value !== '') return value.trim();
  }
  return null;
}

/**
 * Refuses a session in a request that a page of this origin did not make. Browsers say who asks (`Sec-Fetch-Site`, W3C Fetch
 * Metadata) on HTTPS and on this machine; elsewhere `Origin` and the header of the console, which a page of another origin
 * can't send, have to do.
 * @throws AppError cross-site
 */
export function checkSameOrigin(request: Request): void {
  const site = request.get('sec-fetch-site');
  const isForeign = site === undefined ? isOtherOrigin(request) : site !== 'same-origin';
  const isWrite = request.method !== 'GET' && request.method !== 'HEAD';
  if (!isForeign && (!isWrite || request.get(CONSOLE_HEADER) === '1')) return;
  throw new AppError(
    'cross-site',
    `A session is good for requests of the console itself${isWrite ? `, which have the header ${CONSOLE_HEADER}: 1` : ''}: from elsewhere send a key`,
  );
}

function isOtherOrigin(request: Request): boolean {
  const origin = request.get('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== request.get('host');
}

/** @param publicUrl where people reach the console: over HTTPS the cookie is sent over nothing else. */
export const sessionCookie = (session: string, publicUrl: string): string =>
  `${NAME}=${session}; ${attributes(publicUrl)}; Max-Age=${SESSION_SECONDS}`;

export const endedCookie = (publicUrl: string): string => `${NAME}=; ${attributes(publicUrl)}; Max-Age=0`;

const attributes = (publicUrl: string): string =>
  `Path=/; HttpOnly; SameSite=Strict${publicUrl.startsWith('https:') ? '; Secure' : ''}`;
