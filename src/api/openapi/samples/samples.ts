/** How each operation is called from a shell, from Node and from Python: made from the document and its examples. */
import type { OpenApi, OpenApiOperation } from '../document';
import { html, type Html, type Piece } from '../html';
import { exampleOf } from './values';

/** An operation and where it is. */
export interface Place {
  method: string;
  path: string;
  operation: OpenApiOperation;
}

/** A request as the samples write it down. */
export interface Sample {
  method: string;
  /** Below the server, with what the caller fills in as `<name>`. */
  path: string;
  asksForKey: boolean;
  /** Absent = there is no body. */
  body?: { type: string; text: string };
}

/** The samples of an operation, folded; the script of the page adds the form to try it. */
export function samplesOf(place: Place, document: OpenApi): Piece {
  const sample = sampleOf(place, document);
  const shown: [string, string][] = [
    ['curl', inCurl(sample)],
    ['Node', inNode(sample)],
    ['Python', inPython(sample)],
  ];
  return html`<details class="samples" data-try="${place.operation.operationId}">
    <summary>Samples</summary>
    ${shown.map(
      ([language, code]): Html =>
        html`<p class="type">${language}</p>
          <pre tabindex="0" data-copy><code>${code}</code></pre>`,
    )}
  </details>`;
}

export function sampleOf({ method, path, operation }: Place, document: OpenApi): Sample {
  const content = Object.entries(operation.requestBody?.content ?? {});
  // The simplest that there is to write.
  const [type, media] = content.find(([name]) => name === 'application/json') ?? content[0] ?? [];
  const value =
    media && (media.example ?? Object.values(media.examples ?? {})[0]?.value ?? exampleOf(media.schema, document));
  return {
    method: method.toUpperCase(),
    path: path.replace(/\{(\w+)\}/g, '<$1>') + queryOf(operation),
    asksForKey: operation.security.length > 0,
    ...(type === undefined
      ? {}
      : { body: { type: type === '*/*' ? 'application/json' : type, text: bodyText(type, value) } }),
  };
}

/** What must stand in the query. */
function queryOf({ parameters = [] }: OpenApiOperation): string {
  const names = parameters.flatMap((it) => ('name' in it && it.in === 'query' && it.required ? [it.name] : []));
  return names.length === 0 ? '' : `?${names.map((name) => `${name}=<${name}>`).join('&')}`;
}

function bodyText(type: string, value: unknown): string {
  if (type === 'application/x-www-form-urlencoded')
    return new URLSearchParams(value as Record<string, string>).toString();
  return typeof value === 'string' && !type.includes('json') && type !== '*/*' ? value : JSON.stringify(value, null, 2);
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

export function inCurl({ method, path, asksForKey, body }: Sample): string {
  return [
    `curl -s${method === 'GET' || (method === 'POST' && body) ? '' : ` -X ${method}`} "$HELIOGRAPH${path}"`,
    ...(asksForKey ? ['-H "Authorization: Bearer $KEY"'] : []),
    ...(body === undefined ? [] : [`-H ${quoted(`Content-Type: ${body.type}`)}`, `--data-binary ${quoted(body.text)}`]),
  ].join(' \\\n  ');
}

export function inNode({ method, path, asksForKey, body }: Sample): string {
  const headers = [
    ...(asksForKey ? ['Authorization: `Bearer ${process.env.KEY}`'] : []),
    ...(body === undefined ? [] : [`'Content-Type': '${body.type}'`]),
  ];
  const json = body?.type === 'application/json';
  return [
    `const response = await fetch(\`\${process.env.HELIOGRAPH}${path}\`, {`,
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    ...(headers.length === 0 ? [] : [`  headers: { ${headers.join(', ')} },`]),
    ...(body === undefined
      ? []
      : [json ? `  body: JSON.stringify(${indented(body.text)}),` : `  body: ${JSON.stringify(body.text)},`]),
    '});',
    'console.log(response.status, await response.text());',
  ].join('\n');
}

export function inPython({ method, path, asksForKey, body }: Sample): string {
  const headers = [
    ...(asksForKey ? ['"Authorization": "Bearer " + os.environ["KEY"]'] : []),
    ...(body === undefined ? [] : [`"Content-Type": "${body.type}"`]),
  ];
  const json = body?.type === 'application/json';
  return [
    `import ${json ? 'json, ' : ''}os, urllib.request`,
    '',
    ...(json ? [`body = ${asPython(JSON.parse(body.text))}`] : []),
    'request = urllib.request.Request(',
    `    os.environ["HELIOGRAPH"] + "${path}",`,
    `    method="${method}",`,
    `    headers={${headers.join(', ')}},`,
    ...(body === undefined ? [] : [`    data=${json ? 'json.dumps(body)' : JSON.stringify(body.text)}.encode(),`]),
    ')',
    'with urllib.request.urlopen(request) as answer:',
    '    print(answer.status, answer.read().decode())',
  ].join('\n');
}

const indented = (text: string): string => text.replaceAll('\n', '\n  ');

/** A value of JSON as Python writes it: strings are written alike. */
function asPython(value: unknown, indent = ''): string {
  const deeper = `${indent}    `;
  const block = (open: string, lines: string[], close: string): string =>
    lines.length === 0
      ? open + close
      : `${open}\n${lines.map((line) => `${deeper}${line},\n`).join('')}${indent}${close}`;
  if (Array.isArray(value))
    return block(
      '[',
      value.map((item) => asPython(item, deeper)),
      ']',
    );
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${asPython(inner, deeper)}`);
    return block('{', members, '}');
  }
  if (value === null || typeof value === 'boolean')
    return { null: 'None', true: 'True', false: 'False' }[String(value)]!;
  return JSON.stringify(value);
}
