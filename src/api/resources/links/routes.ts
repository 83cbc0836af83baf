/** `GET /l/{code}`: where short links lead. */
import type { Request, Router } from 'express';
import { CODE_LENGTH, shortUrl } from '../../../core/messages/links';
import { AppError } from '../../../errors';
import { findLink, visitLink } from '../../../store/messages/clicks';
import type { ApiDeps } from '../../deps';

const CODE = new RegExp(`^[0-9A-Za-z]{${CODE_LENGTH}}$`);
/** Programs that look at links before, or instead of, people: previews of messengers, crawlers, scanners, scripts. */
const ROBOT =
  /bot\b|bot\/|crawl|spider|slurp|preview|prefetch|facebookexternalhit|facebookcatalog|whatsapp|telegram|skypeuri|google-read-aloud|googleother|mediapartners|proofpoint|mimecast|barracuda|curl\/|wget\/|python|okhttp|go-http-client|java\/|headless/i;

export function linkRoutes(router: Router, deps: ApiDeps): void {
  const { pool } = deps.database;

  router.get('/l/:code', async (request, response) => {
    const { code } = request.params;
    const url = CODE.test(code) ? await follow(request, code) : null;
    if (url === null) throw new AppError('not-found', 'This link leads nowhere, or has ended');
    // The next visit must come here too, and no search engine shall list what was meant for one person.
    response.set({
      'Cache-Control': 'no-store',
      'X-Robots-Tag': 'noindex, nofollow',
      'Referrer-Policy': 'no-referrer',
    });
    response.redirect(302, url);
  });

  async function follow(request: Request, code: string): Promise<string | null> {
    if (!isPerson(request)) return findLink(pool, code);
    const visit = await visitLink(pool, code, shortUrl(deps.publicUrl, code));
    if (visit === null) return null;
    deps.wakeRelays(visit.webhookIds);
    return visit.url;
  }
}

/** Express answers HEAD by the same route. */
function isPerson(request: Request): boolean {
  const purpose = request.get('sec-purpose') ?? request.get('purpose') ?? '';
  return request.method === 'GET' && !/prefetch|preview/i.test(purpose) && !ROBOT.test(request.get('user-agent') ?? '');
}
