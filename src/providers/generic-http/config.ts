/** What a gateway of this provider is configured with: the request as templates, and how to read what comes back. */
import { z } from 'zod';
import { inboundSchema, placeSchema, refusalsSchema, receiptSchema } from '../shared/mapping';
import { MESSAGE_PLACEHOLDERS, namesIn, textsIn } from './template';

/** Headers that say where a request goes and where it ends (RFC 9110, sections 7.2 and 7.6.1; RFC 9112, section 6). */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'host', 'connection', 'content-length', 'expect', 'keep-alive', 'proxy-connection', 'te', 'trailer',
  'transfer-encoding', 'upgrade',
]); // prettier-ignore

export const configSchema = z
  .strictObject({
    method: z.enum(['GET', 'POST']).default('POST').meta({ title: 'Method' }),
    path: z
      .string()
      .regex(/^\/[^?#\s]*$/, 'must start with "/" and hold no "?", "#" or blank')
      .meta({ title: 'Path', description: 'Behind the base URL. Placeholders: {id}, {to} and secrets' }),
    headers: z
      .record(z.string().regex(/^[\w-]+$/), z.string())
      .default({})
      .meta({ title: 'Headers', description: 'By name. Placeholders: {id} and secrets' }),
    secrets: z
      .record(z.string().regex(/^\w+$/), z.string().min(1))
      .default({})
      .meta({ title: 'Secrets', description: 'Values that never show, each a placeholder by its name', secret: true }),
    format: z
      .enum(['form', 'json', 'query'])
      .meta({ title: 'Format', description: 'Where the fields go: a form or JSON in the body, or the query' }),
    fields: z.json().meta({
      title: 'Fields',
      description:
        'Texts by name, in JSON anything. A field that is a placeholder alone is left out when it has no value',
    }),
    encodings: z
      .strictObject({ gsm7: z.string(), ucs2: z.string() })
      .default({ gsm7: 'text', ucs2: 'unicode' })
      .meta({ title: 'Encodings', description: 'What {encoding} says for each' }),
    answer: z
      .strictObject({
        /** What an answer has to say for success, beside an HTTP status of 2xx; absent = 2xx is enough. */
        success: z.strictObject({ at: placeSchema, equals: z.string() }).optional(),
        providerId: placeSchema.optional(),
        /** Place of the value that is looked up in `refusals`; absent = the value at `success` is. */
        code: placeSchema.optional(),
        reason: placeSchema.optional(),
        refusals: refusalsSchema.default([]),
      })
      .prefault({})
      .meta({ title: 'Answer', description: 'How success and refusal are told apart' }),
    receipts: receiptSchema
      .optional()
      .meta({ title: 'Delivery reports', description: 'Without it reports are answered and ignored' }),
    inbound: inboundSchema.optional().meta({
      title: 'Texts of phones',
      description: 'Where their values stand. Without it nobody can opt out by STOP',
    }),
  })
  .superRefine((config, context) => {
    const secrets = Object.keys(config.secrets);
    const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const check = (path: string[], template: string, allowed: readonly string[]) => {
      for (const name of namesIn(template)) {
        if (allowed.includes(name) || secrets.includes(name)) continue;
        problem(
          path,
          `has ${name ? `the placeholder {${name}}` : 'a "{"'}, which is unknown here; "{{" is a literal "{"`,
        );
      }
    };

    for (const name of secrets) {
      if ((MESSAGE_PLACEHOLDERS as readonly string[]).includes(name))
        problem(['secrets', name], 'is taken by a message');
    }
    check(['path'], config.path, ['id', 'to']);
    for (const [name, value] of Object.entries(config.headers)) {
      if (OF_CONNECTION.has(name.toLowerCase())) {
        problem(['headers', name], 'is set by the connection itself, as the base URL says: leave it out');
      }
      check(['headers', name], value, ['id']);
    }
    const texts = textsIn(config.fields);
    for (const text of texts) check(['fields'], text, MESSAGE_PLACEHOLDERS);
    if (![config.path, ...texts].some((text) => namesIn(text).includes('to'))) problem(['fields'], 'must hold {to}');
    if (config.format !== 'query' && config.method === 'GET') problem(['format'], 'must be "query" with GET');
    if (config.format !== 'json' && !isFlat(config.fields)) problem(['fields'], 'must be texts by name');
  });

export type HttpConfig = z.infer<typeof configSchema>;

function isFlat(fields: unknown): boolean {
  const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
  return isObject && Object.values(fields).every((value) => typeof value === 'string');
}
