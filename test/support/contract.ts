/**
 * Holds answers against `docs/openapi.json`: what it does not say must not be answered. That it is what the operations
 * say is `test/openapi.test.ts`'s to see; to build it anew would cost every test file a second.
 */
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { OpenApi, OpenApiOperation, OpenApiResponse } from '../../src/api/openapi/document';
import { readDocument } from './markdown';

/** An answer as it came. */
export interface WireAnswer {
  status: number;
  /** The whole header; null when there is none. */
  contentType: string | null;
  body: string;
}

const MAX_SHOWN = 600;
/** What Node refuses before there is a request, and so an operation. */
const BEFORE_ANY_ROUTE = [408, 431];

let kept: { document: OpenApi; ajv: Ajv2020 } | undefined;
const compiled = new Map<string, ValidateFunction>();

/** Read once per file, when the first answer comes. */
function contract() {
  if (kept === undefined) {
    const document = JSON.parse(readDocument('docs/openapi.json')) as OpenApi;
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    kept = { document, ajv: ajv.addSchema(document, 'api') };
  }
  return kept;
}

/** The document that answers are held against. */
export const contractDocument = (): OpenApi => contract().document;

/** Problems of `value` against the schema at this place of the document, each with its path; empty = it fits. */
export function schemaProblems(place: readonly (string | number)[], value: unknown): string[] {
  const { ajv } = contract();
  const pointer = place.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')));
  const $ref = `api#/${pointer.join('/')}`;
  const validate = compiled.get($ref) ?? ajv.compile({ $ref });
  compiled.set($ref, validate);
  if (validate(value)) return [];
  return validate.errors!.map(({ instancePath, message, params }) => {
    const name = (params as { additionalProperty?: string }).additionalProperty;
    return `${instancePath || 'body'} ${message}${name === undefined ? '' : `: ${name}`}`;
  });
}

/**
 * Checks an answer against the operation of its method and path.
 * @param url path with or without query
 * @throws Error naming the operation, what is not documented, and the answer
 */
export function checkAnswer(method: string, url: string, answer: WireAnswer): void {
  const problems = problemsOf(method.toLowerCase(), url.split('?')[0]!, answer);
  if (problems.length === 0) return;
  throw new Error(
    [
      `${method} ${url} answered ${answer.status}, which its operation in docs/openapi.json does not describe (does it hold what src says? npm run build && node scripts/openapi.mjs):`,
      ...problems.map((problem) => `  ${problem}`),
      `The answer: ${answer.body.slice(0, MAX_SHOWN)}`,
    ].join('\n'),
  );
}

function problemsOf(method: string, path: string, { status, contentType, body }: WireAnswer): string[] {
  const { document } = contract();
  if (BEFORE_ANY_ROUTE.includes(status)) return schemaProblems(['components', 'schemas', 'Problem'], JSON.parse(body));
  const found = findOperation(document, method, path);
  if (found === undefined) return status === 404 || status === 405 ? [] : ['there is no such operation'];
  const { operation, place } = found;
  const stated = operation.responses[status];
  if (stated === undefined) return [`the status; it has ${Object.keys(operation.responses).join(', ')}`];
  const shared = '$ref' in stated ? stated.$ref.split('/').pop()! : undefined;
  const response = shared === undefined ? (stated as OpenApiResponse) : document.components.responses[shared]!;
  const responsePlace = shared === undefined ? [...place, 'responses', status] : ['components', 'responses', shared];
  if (response.content === undefined) return body === '' ? [] : ['a body; there should be none'];
  const type = contentType?.split(';')[0] ?? '';
  if (response.content[type] === undefined)
    return [`the content type ${type}; it has ${Object.keys(response.content).join(', ')}`];
  if (!/json$/.test(type)) return [];
  return schemaProblems([...responsePlace, 'content', type, 'schema'], JSON.parse(body));
}

/** The operation of a path; where several match, the one with the fewest parameters. */
function findOperation(document: OpenApi, method: string, path: string) {
  const matching = Object.keys(document.paths)
    .filter((template) => document.paths[template]![method] !== undefined && patternOf(template).test(path))
    .sort((a, b) => a.split('{').length - b.split('{').length);
  const [template] = matching;
  if (template === undefined) return undefined;
  const operation: OpenApiOperation = document.paths[template]![method]!;
  return { operation, place: ['paths', template, method] };
}

const patternOf = (template: string): RegExp =>
  new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
