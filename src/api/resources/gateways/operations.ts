/** What the routes of gateways say of themselves. */
import { z } from 'zod';
import { providers } from '../../../providers/registry';
import type { Operation } from '../../operation';
import { pageOf } from '../../http/page';
import { healthShape } from './health';
import { gateway, gatewayPatch, gatewayRemoval } from './schema';

const provider = z.enum(Object.keys(providers));

/** What each provider asks for; the route checks the one that is named. */
const credentials = z.union(
  Object.values(providers).map(({ label, credentialsSchema }) => credentialsSchema.meta({ title: label })),
);

const gatewayBody = gateway.extend({ provider, credentials });

const answer = z
  .object({
    id: z.string(),
    provider,
    name: z.string(),
    credentials: z.record(z.string(), z.unknown()).describe('With its secrets masked.'),
    callbackAuth: z.record(z.string(), z.unknown()).nullable().describe('Masked.'),
    callbackUrl: z.url().describe('Where the provider is to report; the path is a secret.'),
    baseUrl: z.url().nullable(),
    sendingPattern: z.enum(['batch', 'loop']),
    status: z.enum(['active', 'inactive']),
    priority: z.int(),
    weight: z.int(),
    defaultSender: z.string().nullable(),
    fallbackSender: z.string().nullable(),
    ratePerSecond: z.int().nullable(),
    maxInFlight: z.int(),
    batchSize: z.int().nullable(),
    receiptDeadlineSeconds: z.int(),
    failoverAfterSeconds: z.int().nullable(),
    validitySeconds: z.int().nullable(),
    description: z.string().nullable(),
    signupLink: z.string().nullable(),
    logo: z.string().nullable(),
    pricePerSegment: z.number().nullable(),
    currency: z.string().nullable(),
    health: healthShape,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Gateway' });

const example = {
  provider: 'infobip',
  name: 'Infobip',
  baseUrl: 'https://xxxxx.api.infobip.com',
  credentials: { apiKey: 'your-infobip-api-key' },
  sendingPattern: 'batch',
  defaultSender: 'TXTSMS',
  fallbackSender: 'TXTALT',
  ratePerSecond: 50,
};

export const operations: Operation[] = [
  {
    id: 'listGateways',
    method: 'get',
    path: '/api/v1/gateways',
    tag: 'Gateways',
    summary: 'The account’s gateways.',
    scope: 'read',
    answers: { 200: { description: 'All gateways.', schema: pageOf(answer) } },
  },
  {
    id: 'createGateway',
    method: 'post',
    path: '/api/v1/gateways',
    tag: 'Gateways',
    summary: 'Makes a gateway: one account at a provider.',
    scope: 'manage',
    body: { schema: gatewayBody, examples: { Infobip: example } },
    answers: { 201: { description: 'The gateway.', schema: answer } },
    errors: ['name-taken'],
  },
  {
    id: 'getGateway',
    method: 'get',
    path: '/api/v1/gateways/:id',
    tag: 'Gateways',
    summary: 'One gateway, with its callback URL and health.',
    scope: 'read',
    answers: { 200: { description: 'The gateway.', schema: answer } },
  },
  {
    id: 'changeGateway',
    method: 'patch',
    path: '/api/v1/gateways/:id',
    tag: 'Gateways',
    summary: 'Changes what the body names. `{"status":"active"}` ends an automatic pause.',
    scope: 'manage',
    body: { schema: gatewayPatch, examples: { 'Switch it off': { status: 'inactive' } } },
    answers: { 200: { description: 'The gateway.', schema: answer } },
    errors: ['name-taken'],
  },
  {
    id: 'deleteGateway',
    method: 'delete',
    path: '/api/v1/gateways/:id',
    tag: 'Gateways',
    summary: 'Deletes a gateway.',
    scope: 'manage',
    query: gatewayRemoval,
    answers: { 204: { description: 'It is gone.' } },
    errors: ['gateway-in-use', 'gateway-in-route'],
  },
];
