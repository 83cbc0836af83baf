/** A JSON Schema as a table for people: a row for every member, those of inner objects below their own. */
import { html, inline, join, type Html, type Piece } from './html';
import type { JsonSchema } from './schemas';

const MAX_DEPTH = 5;

interface Row {
  name: string;
  required: boolean;
  schema: JsonSchema;
}

/** A table of the members of an object or of a list's items, else one line that says what it is. */
export function schemaTable(schema: JsonSchema): Html {
  const variants = variantsOf(schema);
  if (variants.length > 1) {
    return html`<p>One of:</p>
      ${variants.map((variant) => html`<div class="variant">${schemaTable(variant)}</div>`)}`;
  }
  const rows = rowsOf(schema, '', 0);
  if (rows.length === 0) return html`<p>${typeOf(schema)}${notes(schema, false)}</p>`;
  const list = schema.type === 'array' ? html`<p>A list of:</p>` : null;
  return html`${list}
    <table class="members">
      <thead>
        <tr>
          <th>Name</th>
          <th>Type</th>
          <th>Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(toRow)}
      </tbody>
    </table>`;
}

const toRow = ({ name, required, schema }: Row): Html =>
  html`<tr>
    <td><code>${name}</code>${required ? html` <span class="required">required</span>` : null}</td>
    <td>${typeOf(schema)}</td>
    <td>${notes(schema, true)}</td>
  </tr>`;

/** The members of an object, of a list's items, or of each variant that is an object. */
function rowsOf(schema: JsonSchema, prefix: string, depth: number): Row[] {
  if (depth > MAX_DEPTH) return [];
  if (schema.type === 'array' && isSchema(schema.items)) {
    return rowsOf(schema.items, prefix === '' ? '' : `${prefix.slice(0, -1)}[].`, depth);
  }
  const variants = variantsOf(schema);
  if (variants.length > 0) {
    return variants.flatMap((variant) => {
      const rows = rowsOf(variant, prefix, depth);
      const { title } = variant;
      return typeof title === 'string' ? rows.map((row) => ({ ...row, schema: labelled(row.schema, title) })) : rows;
    });
  }
  const required = (schema.required ?? []) as string[];
  return Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).flatMap(([name, inner]) => [
    { name: prefix + name, required: required.includes(name), schema: inner },
    ...rowsOf(inner, `${prefix}${name}.`, depth + 1),
  ]);
}

const labelled = (schema: JsonSchema, title: string): JsonSchema => ({
  ...schema,
  description: [`${title}.`, schema.description].filter(Boolean).join(' '),
});

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

/** The alternatives of a schema, those of alternatives among them; none when it has no choice. */
function alternativesOf({ anyOf, oneOf }: JsonSchema): JsonSchema[] {
  return ((anyOf ?? oneOf ?? []) as JsonSchema[]).flatMap((schema) => {
    const inner = alternativesOf(schema);
    return inner.length > 0 ? inner : [schema];
  });
}

/** What it can be besides `null`. */
const variantsOf = ({ anyOf, oneOf }: JsonSchema): JsonSchema[] =>
  ((anyOf ?? oneOf ?? []) as JsonSchema[]).filter(({ type }) => type !== 'null');

/** What kind of value it is, with links to the schemas that have a name. */
export function typeOf(schema: JsonSchema): Piece {
  const { $ref, type, format, items, additionalProperties } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').pop()!;
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (Array.isArray(schema.enum)) {
    return join(
      schema.enum.map((value) => html`<code>${JSON.stringify(value)}</code>`),
      ' · ',
    );
  }
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) {
    const kinds = new Map(alternatives.map(typeOf).map((kind) => [JSON.stringify(kind), kind]));
    return join([...kinds.values()], ' or ');
  }
  if (type === 'array') return ['list of ', isSchema(items) ? typeOf(items) : 'anything'];
  if (type === 'object' && isSchema(additionalProperties) && schema.properties === undefined) {
    return ['object of ', typeOf(additionalProperties)];
  }
  if (typeof type !== 'string') return 'anything';
  return typeof format === 'string' ? `${type} (${format})` : type;
}

const number = (value: unknown): string => Number(value).toLocaleString('en');

/** What a value must keep to, in words. */
function notes(schema: JsonSchema, withDescription: boolean): Piece {
  const inner = variantsOf(schema);
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern, description } = {
    ...(inner.length === 1 ? inner[0] : {}),
    ...schema,
  };
  const range = (low: unknown, high: unknown, what: string): string | undefined => {
    if (low === undefined && high === undefined) return undefined;
    if (low === undefined) return `At most ${number(high)}${what}.`;
    return high === undefined ? `At least ${number(low)}${what}.` : `${number(low)} to ${number(high)}${what}.`;
  };
  const said: Piece[] = [
    withDescription && typeof description === 'string' ? inline(description) : null,
    range(minimum, maximum, ''),
    range(minLength === 1 && maxLength === undefined ? undefined : minLength, maxLength, ' characters'),
    range(minItems, maxItems, ' entries'),
    typeof pattern === 'string' ? html`Pattern <code>${pattern}</code>.` : null,
    schema.default !== undefined && schema.default !== null
      ? html`Default <code>${JSON.stringify(schema.default)}</code>.`
      : null,
  ].filter((piece) => piece !== null && piece !== undefined);
  return join(said, ' ');
}
