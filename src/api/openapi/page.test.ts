/** The pages' own pieces: what is escaped, and how schemas read. */
import { html, inline, type Piece } from './html';
import { schemaTable } from './schema-table';

const textOf = (piece: Piece): string => html`${piece}`.text;
const words = (piece: Piece): string =>
  textOf(piece)
    .replace(/<[^>]+>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/\s+/g, ' ')
    .trim();

test('what is put into a template is escaped, unless it is HTML', () => {
  expect(html`<p title="${'"'}">${'<b>&'}${html`<i>${"'"}</i>`}${[1, null, '>']}</p>`.text).toBe(
    '<p title="&quot;">&lt;b&gt;&amp;<i>&#39;</i>1&gt;</p>',
  );
});

test('code and links of Markdown; of links that lead elsewhere the words stay', () => {
  expect(textOf(inline('a `<b>` and [here](#x) or [`there`](other.md)'))).toBe(
    'a <code>&lt;b&gt;</code> and <a href="#x">here</a> or <code>there</code>',
  );
});

describe('a schema as a table', () => {
  const members = (properties: object, required: string[] = []) =>
    words(schemaTable({ type: 'object', properties, required })).replace('Name Type Meaning ', '');

  test('has inner objects and lists below their own row', () => {
    const item = { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] };
    expect(members({ list: { type: 'array', items: item, maxItems: 3 } }, ['list'])).toBe(
      'list required list of object At most 3 entries. list[].to required string',
    );
  });

  test('says what a value must keep to', () => {
    expect(members({ n: { type: 'integer', minimum: 1, maximum: 5_000, default: 7, description: 'How many.' } })).toBe(
      'n integer How many. 1 to 5,000. Default 7 .',
    );
    expect(members({ s: { enum: ['a', 'b'] } })).toBe('s "a" · "b"');
    expect(members({ s: { anyOf: [{ type: 'string', maxLength: 3 }, { type: 'null' }] } })).toBe(
      's string or null At most 3 characters.',
    );
  });

  test('has the members of each alternative under its title', () => {
    const one = { title: 'One', type: 'object', properties: { key: { type: 'string' } }, required: ['key'] };
    const two = { title: 'Two', type: 'object', properties: { user: { type: 'string' } } };
    expect(members({ c: { anyOf: [one, two] } })).toBe('c object c.key required string One. c.user string Two.');
  });

  test('links to a schema that has a name', () => {
    expect(schemaTable({ $ref: '#/components/schemas/Thing' }).text).toContain('<a href="#schema-Thing">Thing</a>');
  });
});
