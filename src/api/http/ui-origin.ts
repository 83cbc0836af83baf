/** Which page of another origin may read answers: the Temporal UI those of the codec, and nobody anything else. */
import type { RequestHandler } from 'express';

/** What the Temporal UI sends along: its namespace, and a credential that the person gave to the browser. */
const HEADERS = 'authorization, content-type, x-namespace';
/** Seconds for which a browser need not ask again. */
const MAX_AGE_SECONDS = 600;

/**
 * CORS (Fetch standard) for the routes below a path, and for one origin. To others nothing is said, so a browser keeps the
 * answer from them.
 * @param uiUrl of the Temporal UI; undefined = no origin is allowed.
 */
export function allowTemporalUi(path: string, uiUrl: string | undefined): RequestHandler {
  const allowed = uiUrl === undefined ? null : new URL(uiUrl).origin;
  return (request, response, next) => {
    if (!request.path.startsWith(path)) return next();
    response.vary('Origin');
    if (allowed === null || request.get('origin') !== allowed) return next();
    response.setHeader('Access-Control-Allow-Origin', allowed);
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    if (request.method !== 'OPTIONS') return next();
    response.setHeader('Access-Control-Allow-Methods', 'POST');
    response.setHeader('Access-Control-Allow-Headers', HEADERS);
    response.setHeader('Access-Control-Max-Age', MAX_AGE_SECONDS);
    response.status(204).end();
  };
}
