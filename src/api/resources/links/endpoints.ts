/** `GET /l/{code}`: where short links lead. */
import type { Request } from 'express';
import { z } from 'zod';
import { linkCodeIn, shortUrl } from '../../../core/messages/links';
import { AppError } from '../../../errors';
import { findLink, visitLink } from '../../../store/messages/clicks';
import type { ApiDeps } from '../../deps';
import { endpoint, type Endpoint } from '../../endpoint';

/** Programs that look at links before, or instead of, people: previews of messengers, crawlers, scanners, scripts. */
const ROBOT =
  /bot\b|bot\/|crawl|spider|slurp|preview|prefetch|facebookexternalhit|facebookcatalog|whatsapp|telegram|skypeuri|google-read-aloud|googleother|mediapartners|proofpoint|mimecast|barracuda|curl\/|wget\/|python|okhttp|go-http-client|java\/|headless/i;

export const links: Endpoint[] = [
  endpoint(
    {
      id: 'followLink',
      method: 'get',
      path: '/l/:code',
      tag: 'Short links',
      summary: 'Leads from a short link to its URL',
      description:
        'The first visit counts as the click of its message. HEAD requests and programs that fetch previews do not count. ' +
        'The answer is always a redirect, or 404: there is no 2xx.',
      scope: null,
      params: { code: z.string() },
      answers: { 302: { description: 'To the URL that stood in the text' } },
      errors: ['not-found'],
    },
    async ({ deps, params, request, response }) => {
      const code = linkCodeIn(params.code);
      const url = code === null ? null : await follow(deps, request, code);
      if (url === null) throw new AppError('not-found', 'This link leads nowhere, or has ended');
      // The next visit must come here too, and no search engine shall list what was meant for one person.
      response.set({
        'Cache-Control': 'no-store',
        'X-Robots-Tag': 'noindex, nofollow',
        'Referrer-Policy': 'no-referrer',
      });
      response.redirect(302, url);
    },
  ),
];

async function follow(
  { database: { pool }, publicUrl, wakeRelays }: ApiDeps,
  request: Request,
  code: string,
): Promise<string | null> {
  if (!isPerson(request)) return findLink(pool, code);
  const visit = await visitLink(pool, code, shortUrl(publicUrl, code));
  if (visit === null) return null;
  wakeRelays(visit.webhookIds);
  return visit.url;
}

/** Express answers HEAD by the same route. */
function isPerson(request: Request): boolean {
  const purpose = request.get('sec-purpose') ?? request.get('purpose') ?? '';
  return request.method === 'GET' && !/prefetch|preview/i.test(purpose) && !ROBOT.test(request.get('user-agent') ?? '');
}
