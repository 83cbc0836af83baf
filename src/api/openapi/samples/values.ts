/** A value for a schema that has no example: its required members, each as short as it can be. */
import type { OpenApi } from '../document';
import type { JsonSchema } from '../schemas';

/** Values by the name of the member, where a schema says no more than that it is text. */
const BY_NAME: Record<string, unknown> = {
  to: '+919800000001',
  recipients: [{ to: '+919800000001' }],
  name: 'Example',
  sender: 'TXTSMS',
  message: 'Hello',
  text: 'Hello',
  url: 'https://hooks.example.com/sms',
  code: '042917',
  time: '2030-01-01T10:00:00+05:30',
  grant_type: 'client_credentials',
  client_id: '<id>',
  client_secret: '<secret>',
};

/** @returns what fits the schema as far as it can be told; text that the caller fills in is `<name>` */
export function exampleOf(schema: JsonSchema, document: OpenApi, name = ''): unknown {
  const inner = whole(schema, document);
  if (inner.example !== undefined) return inner.example;
  if (inner.const !== undefined) return inner.const;
  if (inner.default !== undefined) return inner.default;
  const variants = [inner.anyOf, inner.oneOf].find(Array.isArray) as JsonSchema[] | undefined;
  if (variants !== undefined) return exampleOf(variants[0]!, document, name);
  if (Array.isArray(inner.enum)) return inner.enum[0] as unknown;
  if (inner.type === 'object' || inner.properties !== undefined) return membersOf(inner, document);
  if (name in BY_NAME) return BY_NAME[name];
  if (name === '' && inner.type === undefined) return {};
  if (inner.type === 'array') return [exampleOf((inner.items ?? {}) as JsonSchema, document, name.replace(/s$/, ''))];
  if (inner.type === 'integer' || inner.type === 'number') return inner.minimum ?? 1;
  if (inner.type === 'boolean') return true;
  return `<${name || 'text'}>`;
}

function membersOf(schema: JsonSchema, document: OpenApi): Record<string, unknown> {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = (schema.required ?? []) as string[];
  // Of an object without such members the first one shows how it goes.
  const shown = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return Object.fromEntries(shown.map((member) => [member, exampleOf(properties[member] ?? {}, document, member)]));
}

function whole(schema: JsonSchema, { components }: OpenApi): JsonSchema {
  const { $ref } = schema;
  return typeof $ref === 'string' ? (components.schemas[$ref.split('/').pop()!] ?? {}) : schema;
}
