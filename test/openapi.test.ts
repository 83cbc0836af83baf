/** The OpenAPI document: every route has its operation, what it says holds together, and the committed copy is current. */
import { z } from 'zod';
import type { Operation } from '../src/api/operation';
import { operations } from '../src/api/operations';
import { committedDocument } from '../src/api/openapi/committed';
import { openApiDocument, type OpenApi, type OpenApiResponse, type Reference } from '../src/api/openapi/document';
import { checkAnswer, contractDocument, schemaProblems } from './support/contract';
import { readDocument } from './support/markdown';

const document = JSON.parse(committedDocument(operations)) as OpenApi;
const info = { version: '1.2.3', serverUrl: 'https://sms.example.com' };
const operation = (more: Partial<Operation> = {}): Operation => ({
  id: 'getThing',
  method: 'get',
  path: '/things/:id',
  tag: 'Things',
  summary: 'One thing.',
  scope: 'read',
  answers: { 200: { description: 'It.', schema: z.object({ id: z.string() }).meta({ id: 'Thing' }) } },
  ...more,
});
const described = (more: Partial<Operation> = {}) => {
  const { paths, components } = openApiDocument([operation(more)], info);
  return { item: Object.values(Object.values(paths)[0]!)[0]!, components };
};

test('docs/openapi.json is current (else: npm run build && node scripts/openapi.mjs)', () => {
  expect(readDocument('docs/openapi.json')).toBe(committedDocument(operations));
});

test('every reference leads to a component', () => {
  const text = JSON.stringify(document);
  const missing = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)].filter(
    ([, kind, name]) => !(name! in document.components[kind as keyof OpenApi['components']]),
  );
  expect(missing.map(([reference]) => reference)).toEqual([]);
  expect(text).not.toContain('$defs');
});

test('every example fits its schema', () => {
  const problems: string[] = [];
  for (const [where, item] of Object.entries(contractDocument().paths)) {
    for (const [method, { requestBody, responses }] of Object.entries(item)) {
      const places: [(string | number)[], OpenApiResponse | Reference | undefined][] = [
        [['requestBody'], requestBody as OpenApiResponse | undefined],
        ...Object.entries(responses).map(([status, it]): [string[], typeof it] => [['responses', status], it]),
      ];
      for (const [place, it] of places) {
        if (it === undefined || '$ref' in it) continue;
        for (const [type, { example, examples = {} }] of Object.entries(it.content ?? {})) {
          const shown = [...(example === undefined ? [] : [example]), ...Object.values(examples).map((e) => e.value)];
          const schema = ['paths', where, method, ...place, 'content', type, 'schema'];
          problems.push(
            ...shown.flatMap((value) => schemaProblems(schema, value)).map((p) => `${method} ${where}: ${p}`),
          );
        }
      }
    }
  }
  expect(problems).toEqual([]);
});

describe('an answer of a flow test', () => {
  const ok = { status: 200, contentType: 'application/json; charset=utf-8', body: '{"status":"ok"}' };
  test('passes when the document says so', () => {
    expect(() => checkAnswer('GET', '/healthz?x=1', ok)).not.toThrow();
    expect(() => checkAnswer('GET', '/nowhere', { ...ok, status: 404 })).not.toThrow();
    expect(() => checkAnswer('PUT', '/healthz', { ...ok, status: 405 })).not.toThrow();
  });

  test.each([
    ['an unknown status', '/healthz', { ...ok, status: 202 }, /the status; it has 200, 400, 413/],
    ['another content type', '/healthz', { ...ok, contentType: 'text/html' }, /the content type text\/html/],
    ['a body of another shape', '/healthz', { ...ok, body: '{"status":"up"}' }, /\/status must be equal to constant/],
    [
      'a member that nobody described',
      '/healthz',
      { ...ok, body: '{"status":"ok","x":1}' },
      /additional properties: x/,
    ],
    ['a route that nobody described', '/nowhere', ok, /there is no such operation/],
  ])('fails with %s', (_, url, answer, message) => {
    expect(() => checkAnswer('GET', url, answer)).toThrow(message);
  });
});

describe('an operation', () => {
  test('has its path parameters, and says which key it needs', () => {
    const { item } = described();
    expect(item.parameters).toContainEqual({ name: 'id', in: 'path', required: true, schema: { type: 'string' } });
    expect(item.security).toContainEqual({ oauth2: ['read'] });
    expect(described({ scope: null }).item.security).toEqual([]);
    expect(described({ credentialFields: true }).item.security).toContainEqual({});
  });

  test('has the errors of every route and its own, with the header that tells when to come again', () => {
    const { item, components } = described({ method: 'post', errors: ['name-taken'] });
    expect(Object.keys(item.responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '414',
      '429',
      '500',
      '503',
    ]);
    expect(item.responses[409]).toEqual({
      $ref: '#/components/responses/name-taken.idempotency-mismatch.idempotency-in-progress',
    });
    expect(components.responses['rate-limited.too-many-failures']).toMatchObject({
      headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem', properties: { code: { enum: ['rate-limited', 'too-many-failures'] } } },
        },
      },
    });
  });

  test('without a key has only what can befall anybody', () => {
    expect(Object.keys(described({ scope: null }).item.responses)).toEqual(['200', '400', '413', '414', '500']);
  });

  test('takes an Idempotency-Key where it is a POST', () => {
    const names = (more: Partial<Operation>) => JSON.stringify(described(more).item.parameters);
    expect(names({ method: 'post' })).toContain('IdempotencyKey');
    expect(names({ method: 'put' })).not.toContain('IdempotencyKey');
  });

  test('may answer an error in a shape of its own beside the problem', () => {
    const answers = { 400: { description: 'None.', schema: z.object({ rejected: z.int() }) } };
    const response = described({ answers }).item.responses[400];
    expect(Object.keys((response as { content: object }).content)).toEqual([
      'application/problem+json',
      'application/json',
    ]);
  });

  test('shows a query as parameters, one with a name too: what has a default is optional', () => {
    const limit = z.coerce.number().int().min(1).default(50).describe('How many.');
    const query = z.strictObject({ limit, q: z.string() }).meta({ id: 'ThingQuery' });
    const { parameters } = described({ query }).item;
    expect(parameters).toContainEqual({
      name: 'limit', in: 'query', required: false, description: 'How many.', schema: { type: 'integer', minimum: 1, default: 50 },
    }); // prettier-ignore
    expect(parameters).toContainEqual({ name: 'q', in: 'query', required: true, schema: { type: 'string' } });
  });
});

test('two operations at one place, of one name, or two schemas of one name are a mistake', () => {
  expect(() => openApiDocument([operation(), operation({ id: 'other' })], info)).toThrow('described twice');
  expect(() => openApiDocument([operation(), operation({ method: 'put' })], info)).toThrow('named getThing');
  const other = { 200: { description: 'It.', schema: z.object({ x: z.int() }).meta({ id: 'Thing' }) } };
  expect(() => openApiDocument([operation(), operation({ id: 'b', method: 'put', answers: other })], info)).toThrow(
    'two schemas are named Thing',
  );
});
