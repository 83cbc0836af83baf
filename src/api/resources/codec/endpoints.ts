/** `/codec/encode` and `/codec/decode`: Temporal's remote codec, for its UI and its command line. */
import type { z } from 'zod';
import type { ApiDeps, WirePayload } from '../../deps';
import { endpoint, type Endpoint } from '../../endpoint';
import { invalidField } from '../../http/invalid';
import { codedPayloads, payloads } from './schema';

type Payloads = z.output<typeof payloads>;

const route = (
  does: 'encode' | 'decode',
  { summary, description }: { summary: string; description: string },
): Endpoint =>
  endpoint(
    {
      id: `${does}Payloads`,
      method: 'post',
      path: `/codec/${does}`,
      tag: 'Temporal',
      summary,
      description,
      // Histories are those of all accounts.
      scope: 'admin',
      body: { schema: payloads },
      answers: { 200: { description: 'As many payloads, in their order.', schema: codedPayloads } },
      errors: ['malformed-body', 'invalid-request'],
    },
    async ({ deps, body }) => toWire(await coded(deps.histories.codec, does, body)),
  );

export const codec: Endpoint[] = [
  route('decode', {
    summary: 'Decrypts what Temporal shows.',
    description:
      'Temporal’s UI and its command line ask here for what workflows were given and answered. Payloads of before there was a codec come back as they are.',
  }),
  route('encode', {
    summary: 'Encrypts what Temporal is given.',
    description: 'For inputs that a person writes in Temporal’s UI or on its command line.',
  }),
];

/** @throws AppError invalid-request for a payload that can't be decrypted */
async function coded(
  codec: ApiDeps['histories']['codec'],
  does: 'encode' | 'decode',
  { payloads: given }: Payloads,
): Promise<WirePayload[]> {
  const binary = given.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
    data: Buffer.from(data, 'base64'),
  }));
  try {
    return await codec[does](binary);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'PayloadError') throw error;
    throw invalidField('payloads', `has one that can’t be decrypted. ${error.message}`);
  }
}

const toWire = (made: WirePayload[]): z.input<typeof codedPayloads> => ({
  payloads: made.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    ),
    data: Buffer.from(data ?? []).toString('base64'),
  })),
});
