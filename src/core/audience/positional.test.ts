import fc from 'fast-check';
import { parseTemplate } from './template';
import { readVariables, renderInOrder } from './positional';

function rendered(text: string, raw: unknown): string {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  const read = readVariables(raw);
  if (!read.ok) return `refused: ${read.problem}`;
  const made = renderInOrder(parsed.template, read.variables);
  return made.ok ? made.text : `${made.code}: ${made.problem}`;
}
const TEXT = 'Dear {name}, {amount} is due.';

it.each<[string, unknown]>([
  ['an array', ['Asha', 'Rs 500']],
  ['an array as JSON text', '["Asha","Rs 500"]'],
  ['the same with blanks around it', ' [ "Asha" , "Rs 500" ] '],
  ['a comma text', 'Asha, Rs 500'],
  ['texts in quotes', '"Asha","Rs 500"'],
  ['an array as JSON text, in quotes once more', JSON.stringify('["Asha","Rs 500"]')],
  ['an object by the template’s names', { amount: 'Rs 500', name: 'Asha' }],
  ['an object as JSON text', '{"amount":"Rs 500","name":"Asha"}'],
  ['an object by other names', { var1: 'Asha', var2: 'Rs 500' }],
  ['an object by numbers', { 2: 'Rs 500', 1: 'Asha' }],
  ['an array of pairs', [{ name: 'Asha' }, { amount: 'Rs 500' }]],
])('%s', (_, raw) => {
  expect(rendered(TEXT, raw)).toBe('Dear Asha, Rs 500 is due.');
});

it.each<[string, string, unknown, string]>([
  ['numbers', 'Your code is {1}.', [4711], 'Your code is 4711.'],
  ['a comma between quotes', '{a}: {b}', '"Asha", "Rs 1,500"', 'Asha: Rs 1,500'],
  ['quotes that are the text’s', 'Now: {a}', '"Big" sale', 'Now: "Big" sale'],
  ['a number alone', 'Your code is {1}.', 4711, 'Your code is 4711.'],
  ['one name at two places, a value for each', '{a} {b} {a}', ['x', 'y', 'z'], 'x y z'],
  ['one name at two places, a value for the name', '{a} {b} {a}', ['x', 'y'], 'x y x'],
  ['a default', 'Hi {a|friend}, {b}', ['', 'y'], 'Hi friend, y'],
  ['no values where none are needed', 'The shop is open, {a|friend}.', undefined, 'The shop is open, friend.'],
  ['a text without variables', 'The shop is open.', '', 'The shop is open.'],
  ['braces in a value', 'Hi {a}', ['{b}'], 'Hi {b}'],
  ['too few', TEXT, ['Asha'], 'missing-variable: has 1 values, and the template takes 2: {name}, {amount}; send a JSON array of texts, such as ["Asha","Rs 500"]'], // prettier-ignore
  ['none', TEXT, '  ', 'missing-variable: has no value for {name}, {amount}, which has no default'],
  ['too many', TEXT, 'Asha,Rs 1,500', 'too-many: has 3 values, and the template takes 2: {name}, {amount}; send a JSON array of texts, such as ["Asha","Rs 500"]'], // prettier-ignore
  ['some for a text without variables', 'Hi', ['x'], 'too-many: has 1 values, and the template takes 0: none; send a JSON array of texts, such as ["Asha","Rs 500"]'], // prettier-ignore
  ['an empty one', TEXT, ['Asha', ''], 'missing-variable: has no value for {amount}, which has no default'],
  ['a name too few', TEXT, { name: 'Asha' }, 'missing-variable: has no value for {amount}, which has no default'],
  ['a name too many', TEXT, { name: 'Asha', amount: '5', more: 'x' }, 'too-many: has names that are none of the template’s, which are {name}, {amount}'], // prettier-ignore
  ['a list within', TEXT, [['Asha'], 'x'], 'refused: has no text at place 1: send a JSON array of texts, such as ["Asha","Rs 500"]'], // prettier-ignore
  ['null', TEXT, ['Asha', null], 'refused: has no text at place 2: send a JSON array of texts, such as ["Asha","Rs 500"]'], // prettier-ignore
  ['a number that JSON cuts', TEXT, ['Asha', 2 ** 60], 'refused: has no text at place 2: send a JSON array of texts, such as ["Asha","Rs 500"]'], // prettier-ignore
  ['half of a JSON text', TEXT, '["Asha","Rs 500"', 'refused: begins as JSON does and is none: send a JSON array of texts, such as ["Asha","Rs 500"]'], // prettier-ignore
])('%s', (_, text, raw, expected) => {
  expect(rendered(text, raw)).toBe(expected);
});

it('any values arrive as they are, in order, in each form that can carry them', () => {
  const value = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) => {
      const text = values.map((_, i) => `{v${i}}`).join('|');
      const expected = values.join('|');
      expect(rendered(text, values)).toBe(expected);
      expect(rendered(text, JSON.stringify(values))).toBe(expected);
      expect(rendered(text, Object.fromEntries(values.map((one, i) => [`v${i}`, one])))).toBe(expected);
      expect(rendered(text, [...values, 'more'])).toMatch(/^too-many: /);
    }),
  );
});
