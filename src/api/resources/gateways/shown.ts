/** Gateways as the documentation shows them: with what each provider asks for. */
import { z } from 'zod';
import { PROVIDER_ID_BASES } from '../../../core/messages/provider-id';
import { providers } from '../../../providers/registry';
import { healthShape } from './health';
import { gateway } from './schema';

const provider = z.enum(Object.keys(providers));

/** What each provider asks for; the route checks the one that is named. */
const credentials = z.union(
  Object.values(providers).map(({ label, credentialsSchema }) => credentialsSchema.meta({ title: label })),
);

export const gatewayBody = gateway.extend({ provider, credentials });

export const gatewayAnswer = z
  .object({
    id: z.string(),
    provider,
    name: z.string(),
    credentials: z.record(z.string(), z.unknown()).describe('With its secrets masked.'),
    callbackAuth: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        'What callbacks have to carry. Masked, but where it was made for you just now: that is shown this once.',
      ),
    callbackUrl: z
      .url()
      .optional()
      .describe('Where the provider is to report; the path is a secret, shown with the scope `manage` only.'),
    callbackAllow: z.array(z.string()).describe('Addresses and ranges that callbacks may come from; empty = any.'),
    callbackAuthenticated: z
      .boolean()
      .describe('Callbacks prove more than that their sender knows the URL: by signature, secret or address.'),
    previousCallbackUntil: z.iso
      .datetime()
      .optional()
      .describe('Until then the URL and the secret of before the rotation are good, too.'),
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
    providerIdBase: z.enum(PROVIDER_ID_BASES).nullable(),
    smartEncoding: z.boolean(),
    description: z.string().nullable(),
    signupLink: z.string().nullable(),
    logo: z.string().nullable(),
    pricePerSegment: z.number().nullable(),
    currency: z.string().nullable(),
    demo: z
      .boolean()
      .describe(
        'Made by the first start, and leads to the simulator: nothing takes it by priority while there is another.',
      ),
    health: healthShape,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Gateway' });

/** A body that works, for the documentation. */
export const gatewayExample = {
  provider: 'infobip',
  name: 'Infobip',
  baseUrl: 'https://xxxxx.api.infobip.com',
  credentials: { apiKey: 'your-infobip-api-key' },
  sendingPattern: 'batch',
  defaultSender: 'TXTSMS',
  fallbackSender: 'TXTALT',
  ratePerSecond: 50,
};
