/** What the routes of suppressions say of themselves. */
import { z } from 'zod';
import type { Operation } from '../../operation';
import { pageOf } from '../../http/page';
import { suppression, suppressionQuery } from './routes';

const answer = z
  .object({
    to: z.string().describe('E.164.'),
    source: z.enum(['opt-out', 'manual']),
    reason: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Suppression' });

export const operations: Operation[] = [
  {
    id: 'listSuppressions',
    method: 'get',
    path: '/api/v1/suppressions',
    tag: 'Suppressions',
    summary: 'Numbers that nothing is sent to.',
    scope: 'manage',
    query: suppressionQuery,
    answers: { 200: { description: 'A page of numbers.', schema: pageOf(answer) } },
  },
  {
    id: 'createSuppression',
    method: 'post',
    path: '/api/v1/suppressions',
    tag: 'Suppressions',
    summary: 'Suppresses a number, up to the moment of sending.',
    scope: 'manage',
    body: { schema: suppression, examples: { 'One number': { to: '+919800000001', reason: 'asked by phone' } } },
    answers: { 201: { description: 'The suppression.', schema: answer } },
  },
  {
    id: 'deleteSuppression',
    method: 'delete',
    path: '/api/v1/suppressions/:to',
    tag: 'Suppressions',
    summary: 'Lets a number be sent to again.',
    scope: 'manage',
    params: { to: z.string().describe('The number, with country code; `+` is written `%2B` or left out.') },
    answers: { 204: { description: 'It is gone.' } },
  },
];
