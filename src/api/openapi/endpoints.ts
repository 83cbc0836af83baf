/** `/openapi.json`, and `/docs`, its page for people. Both are public, need nothing else, and are made when first asked for. */
import type { Response } from 'express';
import { z } from 'zod';
import { endpoint, type Endpoint } from '../endpoint';
import type { Operation } from '../operation';
import { openApiDocument, type OpenApi } from './document';
import { errorsPage } from './errors-page';
import { DOCS_POLICY, operationsPage } from './page';
import { version } from './version';

const CACHE = 'public, max-age=300';
const tag = 'Documentation';

/** The routes that show the API. @param operations all of them, these included. */
export function documentation(operations: () => readonly Operation[]): Endpoint[] {
  const document = onceFor((serverUrl) => openApiDocument(operations(), { version, serverUrl }));
  const json = onceFor((serverUrl) => JSON.stringify(document(serverUrl)));
  const page = onceFor((serverUrl) => operationsPage(document(serverUrl)));
  const errors = onceFor(() => errorsPage());
  return [
    endpoint(
      {
        id: 'getOpenApi',
        method: 'get',
        path: '/openapi.json',
        tag,
        summary: 'This document.',
        scope: null,
        answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) } },
      },
      ({ deps: { publicUrl }, response }) => {
        // Tools in a browser, such as an editor of another origin, may read it: it holds no secret.
        response.set({ 'Cache-Control': CACHE, 'Access-Control-Allow-Origin': '*' }).type('json').send(json(publicUrl));
      },
    ),
    shown('getDocumentation', '/docs', 'This document as a page.', page),
    shown('getErrorDocumentation', '/docs/errors', 'All error codes, as a page.', errors),
  ];
}

const shown = (id: string, path: string, summary: string, text: (serverUrl: string) => string): Endpoint =>
  endpoint(
    {
      id,
      method: 'get',
      path,
      tag,
      summary,
      scope: null,
      answers: { 200: { description: 'The page.', schema: z.string(), type: 'text/html' } },
    },
    ({ deps: { publicUrl }, response }) => sendPage(response, text(publicUrl)),
  );

const sendPage = (response: Response, text: string): void =>
  void response.set({ 'Cache-Control': CACHE, 'Content-Security-Policy': DOCS_POLICY }).type('html').send(text);

/** Keeps what was made last, for the one address that a process has. */
function onceFor<T extends OpenApi | string>(make: (serverUrl: string) => T): (serverUrl: string) => T {
  let made: { serverUrl: string; value: T } | undefined;
  return (serverUrl) => {
    if (made?.serverUrl !== serverUrl) made = { serverUrl, value: make(serverUrl) };
    return made.value;
  };
}
