/** The OpenAPI 3.1 document, made from what the routes say of themselves. Pure. */
import type { z } from 'zod';
import type { Scope } from '../../core/accounts/api-key';
import { ERRORS, type ErrorCode } from '../../errors';
import type { Operation, OperationAnswer, OperationBody } from '../operation';
import { errorsOf, isRetried, problemSchema, takesIdempotencyKey } from './problems';
import { SchemaCollector, type JsonSchema } from './schemas';
import { TAGS } from './tags';

/** What the document says of the server. */
export interface ApiInfo {
  version: string;
  /** Base of every path; no trailing slash. */
  serverUrl: string;
}

export interface Reference {
  $ref: string;
}

export interface OpenApiParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

export interface OpenApiMedia {
  schema: JsonSchema;
  example?: unknown;
  examples?: Record<string, { summary: string; value: unknown }>;
}

export interface OpenApiResponse {
  description: string;
  headers?: Record<string, Reference>;
  content?: Record<string, OpenApiMedia>;
  /** The error codes that this answer can carry; absent on a success. */
  'x-codes'?: readonly ErrorCode[];
}

export interface OpenApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: (OpenApiParameter | Reference)[];
  requestBody?: { required: boolean; content: Record<string, OpenApiMedia> };
  responses: Record<string, OpenApiResponse | Reference>;
}

export interface OpenApi {
  openapi: '3.1.0';
  info: Record<string, unknown>;
  servers: { url: string }[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    responses: Record<string, OpenApiResponse>;
    parameters: Record<string, OpenApiParameter>;
    headers: Record<string, { description: string; required?: boolean; schema: JsonSchema }>;
    securitySchemes: Record<string, Record<string, unknown>>;
  };
}

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

const DESCRIPTION = `Takes messages, sends them through SMS providers, and reports what became of them.

Give an API key as \`Authorization: Bearer …\`, as the password of Basic authentication, as \`X-Api-Key\`, or trade it for an access token at \`/oauth/token\`. The CleverTap routes take it as fields too.

Every error is a problem document with a stable \`code\`; a request that is too slow (408), or has more than 16 KB of headers (431), is answered with one before its route is known. A POST with an \`Idempotency-Key\` can be repeated safely for 24 hours. Lists are paged: pass \`nextCursor\` as \`cursor\` until it is null.`;

const SCOPE_MEANING: Record<Scope, string> = {
  send: 'Send messages.',
  read: 'Read messages, statistics and settings.',
  content: 'With `read`: see the texts of messages too.',
  manage: 'Change settings, see full phone numbers and texts.',
  admin: 'Everything, in every account.',
};

/** Makes the document. @throws Error when two operations collide or two schemas have one name. */
export function openApiDocument(operations: readonly Operation[], { version, serverUrl }: ApiInfo): OpenApi {
  const schemas = new SchemaCollector();
  const responses: Record<string, OpenApiResponse> = {};
  const paths: OpenApi['paths'] = {};
  const ids = new Set<string>();
  for (const operation of operations) {
    const { id, method, path } = operation;
    const item = (paths[path.replace(/:(\w+)/g, '{$1}')] ??= {});
    if (item[method] !== undefined) throw new Error(`${method.toUpperCase()} ${path} is described twice`);
    if (ids.has(id)) throw new Error(`two operations are named ${id}`);
    ids.add(id);
    item[method] = describe(operation, schemas, responses);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Heliograph', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: serverUrl }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({
      name,
      ...(TAGS[name] === undefined ? {} : { description: TAGS[name] }),
    })),
    paths,
    components: {
      schemas: sorted(schemas.components),
      responses: sorted(responses),
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key `hg_…`, or an access token.' },
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'Password = the key, with any user name; or user name = its id and password = its secret.',
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        oauth2: {
          type: 'oauth2',
          description: 'Client id = the key’s id, client secret = what follows it.',
          flows: { clientCredentials: { tokenUrl: `${serverUrl}/oauth/token`, scopes: SCOPE_MEANING } },
        },
      },
    },
  };
}

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

function describe(
  operation: Operation,
  schemas: SchemaCollector,
  shared: Record<string, OpenApiResponse>,
): OpenApiOperation {
  const { id, tag, summary, description, body } = operation;
  const parameters = parametersOf(operation, schemas);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(operation),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: bodyOf(body, schemas) }),
    responses: responsesOf(operation, schemas, shared),
  };
}

function securityOf({ scope, credentialFields }: Operation): Record<string, string[]>[] {
  if (scope === null) return [];
  const inHeader: Record<string, string[]>[] = [{ bearer: [] }, { basic: [] }, { apiKey: [] }, { oauth2: [scope] }];
  return credentialFields === true ? [...inHeader, {}] : inHeader;
}

const PARAMETERS: OpenApi['components']['parameters'] = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Makes it safe to repeat the request: within 24 hours it is answered as the first time, and does nothing.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
  },
  AccountId: {
    name: 'X-Account-Id',
    in: 'header',
    required: false,
    description: 'The account to act for. Only a key with the scope `admin` may choose; from others it is ignored.',
    schema: { type: 'string' },
  },
};

const HEADERS: OpenApi['components']['headers'] = {
  RetryAfter: {
    description: 'Seconds after which the request may be sent again.',
    schema: { type: 'integer', minimum: 0 },
  },
  Authenticate: { description: 'The schemes that are taken.', required: true, schema: { type: 'string' } },
  IdempotencyReplayed: {
    description: '`true` when this is the answer of an earlier request with the same `Idempotency-Key`.',
    schema: { type: 'string', const: 'true' },
  },
};

const refer = (kind: keyof OpenApi['components'], name: string): Reference => ({
  $ref: `#/components/${kind}/${name}`,
});

function parametersOf(operation: Operation, schemas: SchemaCollector): (OpenApiParameter | Reference)[] {
  const { path, params = {}, query, headers = {}, scope } = operation;
  const parameter = (where: OpenApiParameter['in'], name: string, schema: JsonSchema, required: boolean) => {
    const { description, ...rest } = schema;
    const told = typeof description === 'string' ? { description } : {};
    return { name, in: where, required, ...told, schema: rest } satisfies OpenApiParameter;
  };
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const inPath = names.map((name) =>
    parameter('path', name, params[name] ? schemas.convert(params[name], 'input') : { type: 'string' }, true),
  );
  const asked = query === undefined ? { properties: {}, required: [] } : schemas.convertObject(query, 'input');
  const inQuery = Object.entries(asked.properties).map(([name, schema]) =>
    parameter('query', name, schema, asked.required.includes(name)),
  );
  const inHeader = Object.entries(headers).map(([name, schema]) =>
    parameter('header', name, schemas.convert(schema, 'input'), false),
  );
  return [
    ...inPath,
    ...inQuery,
    ...inHeader,
    ...(takesIdempotencyKey(operation) ? [refer('parameters', 'IdempotencyKey')] : []),
    ...(scope === null ? [] : [refer('parameters', 'AccountId')]),
  ];
}

function bodyOf(body: OperationBody, schemas: SchemaCollector): OpenApiOperation['requestBody'] {
  const { schema, types = [JSON_TYPE], also = {}, examples, optional } = body;
  const named = Object.entries(examples ?? {}).map(([summary, value]) => [camelCase(summary), { summary, value }]);
  const media = (type: z.ZodType): OpenApiMedia => ({ schema: schemas.convert(type, 'input') });
  const content: Record<string, OpenApiMedia> = {};
  for (const type of types) {
    content[type] = {
      ...media(schema),
      ...(named.length === 0 ? {} : { examples: Object.fromEntries(named) as OpenApiMedia['examples'] }),
    };
  }
  for (const [type, other] of Object.entries(also)) content[type] = media(other);
  return { required: optional !== true, content };
}

const camelCase = (words: string): string =>
  words
    .replace(/[^A-Za-z0-9]+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '')
    .replace(/^./, (first) => first.toLowerCase());

function responsesOf(operation: Operation, schemas: SchemaCollector, shared: Record<string, OpenApiResponse>) {
  const responses: OpenApiOperation['responses'] = {};
  for (const [status, answer] of Object.entries(operation.answers)) {
    responses[status] = answerOf(operation, answer, schemas);
  }
  for (const [status, codes] of errorsOf(operation)) {
    const problem = problemOf(codes, operation, schemas);
    const own = responses[status] as OpenApiResponse | undefined;
    if (own !== undefined) {
      responses[status] = {
        ...problem,
        description: own.description,
        headers: { ...own.headers, ...problem.headers },
        content: { ...problem.content, ...own.content },
      };
    } else if (operation.errorAnswer === undefined) {
      const name = codes.join('.');
      shared[name] = problem;
      responses[status] = refer('responses', name);
    } else responses[status] = problem;
  }
  return responses;
}

function answerOf(operation: Operation, answer: OperationAnswer, schemas: SchemaCollector): OpenApiResponse {
  const { description, schema, type = JSON_TYPE, also = {}, example } = answer;
  const shown = example === undefined ? {} : { example };
  return {
    description,
    ...(takesIdempotencyKey(operation)
      ? { headers: { 'Idempotency-Replayed': refer('headers', 'IdempotencyReplayed') } }
      : {}),
    ...(schema === undefined
      ? {}
      : {
          content: {
            [type]: { schema: schemas.convert(schema, 'output'), ...shown },
            ...Object.fromEntries(
              Object.entries(also).map(([other, of]) => [other, { schema: schemas.convert(of, 'output') }]),
            ),
          },
        }),
  };
}

function problemOf(codes: readonly ErrorCode[], { errorAnswer }: Operation, schemas: SchemaCollector): OpenApiResponse {
  const headers = {
    ...(codes.includes('unauthorized') ? { 'WWW-Authenticate': refer('headers', 'Authenticate') } : {}),
    // A status has several codes; the header is promised where all of them bring it.
    ...(isRetried(codes) ? { 'Retry-After': refer('headers', 'RetryAfter') } : {}),
  };
  const schema =
    errorAnswer === undefined
      ? { ...schemas.convert(problemSchema, 'output'), properties: { code: { enum: codes } } }
      : schemas.convert(errorAnswer.schema, 'output');
  return {
    'x-codes': codes,
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    content: { [errorAnswer?.type ?? PROBLEM_TYPE]: { schema } },
  };
}
