/** `/openapi.json`, and `/docs`, its page for people. Both are public, need nothing else, and are made when first asked for. */
import type { Response, Router } from 'express';
import type { ApiDeps } from '../deps';
import { operations } from '../operations';
import { openApiDocument } from './document';
import { errorsPage } from './errors-page';
import { DOCS_POLICY, operationsPage } from './page';
import { version } from './version';

const CACHE = 'public, max-age=300';

export function openApiRoutes(router: Router, { publicUrl }: ApiDeps): void {
  const document = once(() => openApiDocument(operations, { version, serverUrl: publicUrl }));
  const json = once(() => JSON.stringify(document()));
  const page = once(() => operationsPage(document()));
  const errors = once(errorsPage);

  router.get('/openapi.json', (_request, response) => {
    // Tools in a browser, such as an editor of another origin, may read it: it holds no secret.
    response.set({ 'Cache-Control': CACHE, 'Access-Control-Allow-Origin': '*' }).type('json').send(json());
  });

  router.get('/docs', (_request, response) => sendPage(response, page()));
  router.get('/docs/errors', (_request, response) => sendPage(response, errors()));
}

const sendPage = (response: Response, text: string): void =>
  void response.set({ 'Cache-Control': CACHE, 'Content-Security-Policy': DOCS_POLICY }).type('html').send(text);

function once<T extends object | string>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
