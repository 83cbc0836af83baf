/** `/openapi.json`, `/docs/api`, its page for people, and the written pages below `/docs`. All are public and need nothing else. */
import type { Response } from 'express';
import { z } from 'zod';
import { endpoint, type Endpoint } from '../endpoint';
import type { Operation } from '../operation';
import { openApiDocument, type OpenApi } from './document';
import { guideFile } from './guides/files';
import { DOCS_POLICY, operationsPage } from './page';
import { version } from '../http/version';

const CACHE = 'public, max-age=300';
const tag = 'Documentation';

/** The routes that show the API. @param operations all of them, these included. */
export function documentation(operations: () => readonly Operation[]): Endpoint[] {
  const document = onceFor((serverUrl) => openApiDocument(operations(), { version, serverUrl }));
  const json = onceFor((serverUrl) => JSON.stringify(document(serverUrl)));
  const page = onceFor((serverUrl) => operationsPage(document(serverUrl)));
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
    pages('getDocumentation', '/docs', 'The index of all pages.', () => ''),
    shown('getApiReference', '/docs/api', 'This document as a page.', page),
    pages('getPage', '/docs/:page', 'A page of the documentation, such as `errors`.', ({ page: name }) => name!),
    pages(
      'getPageOfFolder',
      '/docs/:folder/:page',
      'A page of a folder, such as `providers/infobip`, and what pages are made with.',
      ({ folder, page: name }) => `${folder}/${name}`,
    ),
  ];
}

/** The page that is made of the document. */
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
    ({ deps: { publicUrl }, response }) => sendPage(response, 'html', text(publicUrl)),
  );

/** A route that sends what the build has made. @param name below `/docs` */
const pages = (id: string, path: string, summary: string, name: (params: Record<string, string>) => string): Endpoint =>
  endpoint(
    {
      id,
      method: 'get',
      path,
      tag,
      summary,
      scope: null,
      answers: { 200: { description: 'The page.', schema: z.string(), type: 'text/html', also: ASSETS } },
      errors: path === '/docs' ? [] : ['not-found'],
    },
    ({ params, response }) => {
      const { type, content } = guideFile(name(params));
      sendPage(response, type, content);
    },
  );

/** What pages are made with, beside their text. */
const ASSETS = {
  'text/javascript': z.string(),
  'application/json': z.unknown(),
  'image/png': z.string(),
  'image/webp': z.string(),
  'image/svg+xml': z.string(),
};

const sendPage = (response: Response, type: string, content: string | Buffer): void =>
  void response.set({ 'Cache-Control': CACHE, 'Content-Security-Policy': DOCS_POLICY }).type(type).send(content);

/** Keeps what was made last, for the one address that a process has. */
function onceFor<T extends OpenApi | string>(make: (serverUrl: string) => T): (serverUrl: string) => T {
  let made: { serverUrl: string; value: T } | undefined;
  return (serverUrl) => {
    if (made?.serverUrl !== serverUrl) made = { serverUrl, value: make(serverUrl) };
    return made.value;
  };
}
