import { z } from 'zod';
import type { Operation } from '../../operation';

export const operations: Operation[] = [
  {
    id: 'followLink',
    method: 'get',
    path: '/l/:code',
    tag: 'Short links',
    summary: 'Leads from a short link to its URL',
    description:
      'The first visit counts as the click of its message. HEAD requests and programs that fetch previews do not count.',
    scope: null,
    params: { code: z.string() },
    answers: { 302: { description: 'To the URL that stood in the text' } },
    errors: ['not-found'],
  },
];
