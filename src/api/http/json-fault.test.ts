import fc from 'fast-check';
import { findJsonFault } from './json-fault';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** `|` marks the place. */
it.each([
  ['{"msgs":[{"to":"1","body":|Hello,"mid":"x"},{"to":"2","body":"ok"}]}', /value Hello is neither .*double quotes/],
  ['{"to":|$$To,"body":"x"}', /value \$\$To is neither/],
  ['{"to":"1","mid":|9800.1.-1.,"body":"x"}', /the value is neither/],
  ['{"to":|+919800000001}', /the value is neither/],
  ['{"to":|0919800000001}', /the value is neither/],
  ['{"a":|True}', /value True is neither/],
  ['{"a":|nullx}', /value nullx is/],
  ['{"to":"1" |"body":"a"}', /a comma or the end of the object is missing$/],
  ['{"to":"1"|\u00a0,"body":"a"}', /a comma or the end of the object is missing/],
  ['{"body":"say "|hi" now"}', /end of the object is missing; a quote within a text is written \\"/],
  ['["a"|"b"]', /a comma or the end of the array is missing/],
  ['{"a":1,|}', /comma before it is one too many/],
  ['[1,|]', /comma before it is one too many/],
  ['{"a" |1}', /a colon is missing/],
  ['{|a:1}', /a name in double quotes is missing/],
  ["{|'a':1}", /a name in double quotes is missing/],
  ['{"a":|\'b\'}', /quotes must be double ones/],
  ['{"a":|“b”}', /quotes must be straight/],
  ['{"a":|}', /a value is missing/],
  ['{"a":[1|}', /a comma or the end of the array is missing/],
  ['{"a":"one|\ntwo"}', /a line end within a text is written \\n/],
  ['{"a":"one|\ttwo"}', /a tab/],
  ['{"a":"one|\u0001two"}', /a control character/],
  ['{"a":"C:|\\Users"}', /a backslash is written/],
  ['{"a":"|\\u12"}', /a backslash is written/],
  ['{"a":1}|}', /something follows the end/],
  ['{"a":1}|,{"a":2}', /something follows the end/],
  ['{"a":{"b":"c"|', /ends within the object at line 1, column 6/],
  ['{\n"a":"b|', /ends within the quotes that open at line 2, column 5/],
  ['{"a":|', /ends where a value should stand/],
  ['|', /ends where a value should stand/],
])('%s', (marked, problem) => {
  const at = marked.indexOf('|');
  const text = marked.replace('|', '');
  expect(isJson(text)).toBe(false);
  expect(findJsonFault(text)).toEqual({ at, problem: expect.stringMatching(problem) });
});

it('finds a fault exactly where there is one', () => {
  const pieces = fc.constantFrom(...'{}[],:"\\ 019.-+eEtu', 'true', 'null', '"a"', '1.5', '\\n', '\\u00e9', '\n', 'न');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
      const text = parts.join('');
      expect(findJsonFault(text) === null).toBe(isJson(text));
    }),
    { numRuns: 3_000 },
  );
  fc.assert(fc.property(fc.json(), (text) => expect(findJsonFault(text)).toBeNull()));
});

it('points at a word that stands where a value should, in whatever JSON', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 5 }),
      fc.array(value, { maxLength: 5 }),
      fc.boolean(),
      (before, after, isObject) => {
        const mark = '"the place"';
        const inner: unknown[] = [...before, 'the place', ...after];
        const text = JSON.stringify(isObject ? { msgs: inner.map((item) => ({ item })) } : inner);
        fc.pre(text.split(mark).length === 2);
        const at = text.indexOf(mark);
        expect(findJsonFault(text.replace(mark, 'Hello'))?.at).toBe(at);
        // Cut off anywhere, it ends where it ends.
        for (const end of [1, Math.floor(text.length / 2), text.length - 1]) {
          expect(findJsonFault(text.slice(0, end))?.at).toBe(faultOfCut(text, end));
        }
      },
    ),
  );
});

/** A number, a word or an escape that is cut off is at fault where it begins. */
function faultOfCut(text: string, end: number): number {
  const [word = ''] = /[^\s,:"[\]{}]*$/.exec(text.slice(0, end)) ?? [];
  const found = findJsonFault(text.slice(0, end))!.at;
  expect(found === end || found >= end - Math.max(word.length, 6)).toBe(true);
  return found;
}
