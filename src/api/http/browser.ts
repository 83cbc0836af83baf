/**
 * What keeps pages of other sites from acting with what a browser keeps for this one: the operations API takes JSON only,
 * which no such page can send unasked, nothing that a browser marks as another site's, and asks for no password.
 */
import type { Request } from 'express';
import { AppError } from '../../errors';
import { hasBody } from './body';

const OPERATIONS = /^\/(api\/v1\/|send(?=[?/]|$)|console\/session(?=[?/]|$))/;

/** Whether a path is one of the operations API, not of a contract that others have made. */
export const isOperation = (path: string): boolean => OPERATIONS.test(path);

/** The schemes that a 401 offers. A browser asks its person for a password where Basic is among them. */
export const challengeFor = (url: string): string =>
  isOperation(url) ? 'Bearer realm="heliograph"' : 'Bearer realm="heliograph", Basic realm="heliograph"';

/**
 * Refuses what a page of another site sent, or a link on one (`Sec-Fetch-Site`, W3C Fetch Metadata Request Headers,
 * section 2.3; programs send no such header).
 * @throws AppError cross-site
 */
export function refuseForeignSite(request: Pick<Request, 'headers'>): void {
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    throw new AppError('cross-site', 'A page of another site may not ask this: call the API from your own server');
  }
}

export const JSON_ONLY = ['application/json'];

/**
 * Refuses a body of another type.
 * @param types absent = `application/json`.
 * @throws AppError unsupported-media-type
 */
export function checkMediaType(request: Pick<Request, 'headers'>, types: readonly string[]): void {
  const { headers } = request;
  if (!hasBody(request) || headers['content-length'] === '0') return;
  const given = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (types.includes(given)) return;
  const came = given === '' ? 'has no Content-Type' : `came as ${given}`;
  throw new AppError(
    'unsupported-media-type',
    `The body ${came}: send it with the header Content-Type: ${types.join(' or ')}`,
  );
}
