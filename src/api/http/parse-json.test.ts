import fc from 'fast-check';
import { AppError } from '../../errors';
import { parseJson } from './parse-json';

const told = (text: string): string => {
  try {
    return `read as ${JSON.stringify(parseJson(text))}`;
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
};

it('an error names line, column and what stands there, without the digits of numbers', () => {
  expect(told('{"msgs":[\n {"to":"+919800000001","body":Hello}]}')).toBe(
    'malformed-body: The body is not valid JSON: the value Hello is neither a number, true, false nor null: put a text in double quotes, at line 2, column 31, near ":\\"+************\\",\\"body\\":Hello}]}"', // prettier-ignore
  );
  expect(told('{"to":+91 98000 00001,"body":"x"}')).toMatch(
    /line 1, column 7, near "\{\\"to\\":\+\*\* \*\*\*\*\* \*\*\*\*\*,/,
  );
  expect(told('{"to":"९८०००" x}')).not.toMatch(/\p{Nd}{3}/u);
});

it.each([
  ['{"to":"1","to":"2"}', 'invalid-request: to comes twice'],
  ['{"root":{},"nodes":[{"to":"1"},{"a":1,"to":"1","\\u0074o":"2"}]}', 'invalid-request: nodes[1].to comes twice'],
  ['{"a":{"b":1},"a":{"b":2}}', 'invalid-request: a comes twice'],
  ['{"a":[[{"x":1,"x":null}]]}', 'invalid-request: a[0][0].x comes twice'],
  ['{"__proto__":1,"__proto__":2}', 'invalid-request: __proto__ comes twice'],
  ['{"to":"1", "to" : "1","b":{"c":[1]},"b":{ "c": [1] }}', 'read as {"to":"1","b":{"c":[1]}}'],
  ['{"to":"a:b,{\\"to\\":","x":{"to":1}}', 'read as '],
])('a name that comes twice: %s', (text, answer) => {
  expect(told(text)).toContain(answer);
});

it('reads what JSON.parse reads, and refuses one name with two values wherever it stands', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(value, fc.constantFrom(0, 2), (json, indent) => {
      const text = JSON.stringify(json, null, indent);
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
  fc.assert(
    fc.property(value, value, fc.string(), (one, other, name) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      const member = (inner: unknown) => `${JSON.stringify(name)}:${JSON.stringify(inner)}`;
      expect(told(`[{"x":1},{${member(one)},"y":2,${member(other)}}]`)).toContain('invalid-request: [1].');
      expect(parseJson(`{${member(one)},${member(one)}}`)).toEqual(JSON.parse(`{${member(one)}}`));
    }),
  );
});
