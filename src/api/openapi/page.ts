/** The reference of the API as one HTML page, made from the OpenAPI document; it can be read without scripts. */
import { createHash } from 'node:crypto';
import type { OpenApi, OpenApiMedia, OpenApiOperation, OpenApiParameter, OpenApiResponse, Reference } from './document';
import { Html, html, inline, join, prose, type Piece } from './html';
import { samplesOf, type Place } from './samples/samples';
import { schemaTable, typeOf } from './schema-table';
import { STYLE } from './style';

/** Lets the pages' own style and script through and what the script asks of this server, and nothing else. */
export const DOCS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A whole page around its navigation and its content. */
export const documentPage = (title: string, navigation: Piece, content: Piece): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${new Html(`<style>${STYLE}</style>`)}
        <script src="/docs/assets/pages.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <div class="layout">
          <nav aria-label="Contents">${navigation}</nav>
          <main id="content">${content}</main>
        </div>
      </body>
    </html>`.text;

/** The page of all operations and schemas. */
export function operationsPage(document: OpenApi): string {
  const groups = document.tags.map((tag) => ({ ...tag, places: placesOf(document, tag.name) }));
  const { title, version, description } = document.info as Record<'title' | 'version' | 'description', string>;
  return documentPage(
    `${title} API`,
    html`<a class="group" href="/docs">All pages</a> ${groups.map(
        ({ name, places }) =>
          html`<a class="group" href="#${slug(name)}">${name}</a>
            <ul class="operations">
              ${places.map(toEntry)}
            </ul>`,
      )} <a class="group" href="#schemas">Schemas</a> <a class="group" href="/docs/errors">Errors</a>
      <a class="group" href="/openapi.json">openapi.json</a>`,
    html`<h1>${title} API</h1>
      <p class="key">Version ${version} · <code>${document.servers[0]!.url}</code></p>
      ${prose(description)}
      ${groups.map(
        ({ name, description: about, places }) =>
          html`<h2 id="${slug(name)}">${name}</h2>
            ${prose(about)} ${places.map((place) => toSection(place, document))}`,
      )}
      <h2 id="schemas">Schemas</h2>
      ${Object.entries(document.components.schemas).map(
        ([name, schema]) =>
          html`<section class="schema" id="schema-${name}">
            <h3>${name}</h3>
            ${prose(schema.description as string | undefined)} ${schemaTable(schema)}
          </section>`,
      )}`,
  );
}

const slug = (words: string): string => words.toLowerCase().replace(/[^a-z0-9]+/g, '-');

const placesOf = ({ paths }: OpenApi, tag: string): Place[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ method, path, operation })),
  );

const badge = (method: string): Html => html`<span class="method ${method}">${method.toUpperCase()}</span>`;

const toEntry = ({ method, path, operation }: Place): Html =>
  html`<li><a href="#${operation.operationId}">${badge(method)} ${path.replace(/^\/api\/v1/, '')}</a></li>`;

function toSection({ method, path, operation }: Place, document: OpenApi): Html {
  const { operationId, summary, description, requestBody } = operation;
  return html`<section class="operation" id="${operationId}">
    <h3>${badge(method)} <code>${path}</code></h3>
    <p>${inline(summary)}</p>
    ${prose(description)}
    <p class="key">${keyOf(operation)}</p>
    ${parametersTable(operation, document)}
    ${
      requestBody === undefined
        ? null
        : html`<h4>Body${requestBody.required ? null : ', optional'}</h4>
            ${mediaBlocks(requestBody.content)}`
    }
    ${answersOf(operation, document)} ${samplesOf({ method, path, operation }, document)}
  </section>`;
}

function keyOf({ security }: OpenApiOperation): Piece {
  const scope = security.flatMap(({ oauth2 = [] }) => oauth2)[0];
  if (scope === undefined) return 'No key is asked for.';
  const fields = security.some((scheme) => Object.keys(scheme).length === 0) ? ', in a header or in the fields' : '';
  return html`Key with the scope <code>${scope}</code>${fields}.`;
}

function parametersTable({ parameters = [] }: OpenApiOperation, { components }: OpenApi): Piece {
  if (parameters.length === 0) return null;
  const rows = parameters.map((parameter) => resolve(parameter, components.parameters));
  return html`<h4>Parameters</h4>
    ${schemaTable({
      properties: Object.fromEntries(
        rows.map(({ name, in: where, description, schema }) => [
          name,
          {
            ...schema,
            description: [where === 'query' ? undefined : `In the ${where}.`, description].filter(Boolean).join(' '),
          },
        ]),
      ),
      required: rows.filter(({ required }) => required).map(({ name }) => name),
    })}`;
}

function resolve<T extends OpenApiParameter | OpenApiResponse>(it: T | Reference, named: Record<string, T>): T {
  return '$ref' in it ? named[it.$ref.split('/').pop()!]! : it;
}

/** Bodies by media type; types that look alike share a block. */
function mediaBlocks(content: Record<string, OpenApiMedia>): Piece {
  const blocks = new Map<string, { types: string[]; media: OpenApiMedia }>();
  for (const [type, media] of Object.entries(content)) {
    const key = JSON.stringify(media.schema);
    const block = blocks.get(key) ?? { types: [], media };
    block.types.push(type);
    blocks.set(key, block);
  }
  return [...blocks.values()].map(
    ({ types, media }) =>
      html`<p class="type">
          ${join(
            types.map((type) => html`<code>${type}</code>`),
            ', ',
          )}
        </p>
        ${shape(media)} ${examplesOf(media)}`,
  );
}

/** A schema with a name is shown once, further down. */
const shape = ({ schema }: OpenApiMedia): Piece => {
  const isNamed = schema.$ref !== undefined || schema.anyOf !== undefined;
  return isNamed && !hasMembers(schema) ? html`<p>${typeOf(schema)}</p>` : schemaTable(schema);
};

const hasMembers = ({ anyOf }: OpenApiMedia['schema']): boolean =>
  Array.isArray(anyOf) && anyOf.some((variant: object) => 'properties' in variant);

function examplesOf({ example, examples = {} }: OpenApiMedia): Piece {
  const shown = [
    ...(example === undefined ? [] : [{ summary: 'Example', value: example }]),
    ...Object.values(examples),
  ];
  return shown.map(
    ({ summary, value }) =>
      html`<p class="type">${summary}</p>
        <pre tabindex="0">${JSON.stringify(value, null, 2)}</pre>`,
  );
}

/** What is not a problem is shown whole; of problems only the codes, which have a page of their own. */
function answersOf({ responses }: OpenApiOperation, { components }: OpenApi): Piece {
  const answers = Object.entries(responses).map(([status, it]) => {
    const { description, content = {}, 'x-codes': codes = [] } = resolve(it, components.responses);
    const own = Object.entries(content).filter(([type]) => type !== 'application/problem+json');
    return { status, description, codes, own: Object.fromEntries(own) };
  });
  return html`<h4>Answers</h4>
    ${answers
      .filter(({ codes, own }) => codes.length === 0 || Object.keys(own).length > 0)
      .map(
        ({ status, description, own }) =>
          html`<p><strong>${status}</strong> ${inline(description)}</p>
            ${mediaBlocks(own)}`,
      )}
    <h4>Errors</h4>
    <dl>
      ${answers
        .filter(({ codes }) => codes.length > 0)
        .map(
          ({ status, codes }) =>
            html`<div>
              <dt>${status}</dt>
              <dd>
                ${join(
                  codes.map((code) => html`<a href="/docs/errors#${code}"><code>${code}</code></a>`),
                  ' · ',
                )}
              </dd>
            </div>`,
        )}
    </dl>`;
}
