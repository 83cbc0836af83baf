/** What the routes of the documentation say of themselves. */
import { z } from 'zod';
import type { Operation } from '../operation';

const page = (id: string, path: string, summary: string): Operation => ({
  id,
  method: 'get',
  path,
  tag: 'Documentation',
  summary,
  scope: null,
  answers: { 200: { description: 'The page.', schema: z.string(), type: 'text/html' } },
});

export const operations: Operation[] = [
  {
    id: 'getOpenApi',
    method: 'get',
    path: '/openapi.json',
    tag: 'Documentation',
    summary: 'This document.',
    scope: null,
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) } },
  },
  page('getDocumentation', '/docs', 'This document as a page.'),
  page('getErrorDocumentation', '/docs/errors', 'All error codes, as a page.'),
];
