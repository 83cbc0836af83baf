import fc from 'fast-check';
import { measureJson, MAX_JSON_DEPTH, MAX_JSON_KEYS } from './json-limits';

const findJsonExcess = (text: string) => {
  const measured = measureJson(text);
  return typeof measured === 'number' ? null : measured;
};
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const withKeys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
/** Depth and most keys of one object, as the parsed value has them. */
function measure(value: unknown): { depth: number; keys: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, keys: 0 };
  const members = Object.values(value).map(measure);
  return {
    depth: 1 + Math.max(0, ...members.map(({ depth }) => depth)),
    keys: Math.max(Array.isArray(value) ? 0 : Object.keys(value).length, ...members.map(({ keys }) => keys)),
  };
}

it('takes 20 levels and 1,000 keys, and no more', () => {
  expect([MAX_JSON_DEPTH, MAX_JSON_KEYS]).toEqual([20, 1_000]);
  expect(findJsonExcess(nested(20))).toBeNull();
  expect(findJsonExcess(nested(21))).toEqual({ path: '[0]'.repeat(20), problem: 'is nested more than 20 levels deep' });
  expect(findJsonExcess(JSON.stringify(withKeys(1_000)))).toBeNull();
  expect(findJsonExcess(JSON.stringify(withKeys(1_001)))).toEqual({ path: '', problem: 'has more than 1000 keys' });
});

it('names the place', () => {
  const deep = (text: string) => `{"msgs":[{"to":"1","a\\"b":{}},{"to":"[{","tags":${text}}]}`;
  expect(findJsonExcess(deep(JSON.stringify(withKeys(1_001))))?.path).toBe('msgs[1].tags');
  expect(findJsonExcess(deep(nested(18)))?.path).toBe(`msgs[1].tags${'[0]'.repeat(17)}`);
  expect(findJsonExcess(deep(nested(17)))).toBeNull();
  const long = `{"${'k'.repeat(500)}":${nested(20)}}`;
  expect(findJsonExcess(long)?.path).toBe('k'.repeat(40) + '[0]'.repeat(19));
});

it('an array may be as long as it likes; many objects may have many keys together', () => {
  expect(findJsonExcess(JSON.stringify(Array.from({ length: 5_000 }, () => ({ a: 1, b: [], c: {} }))))).toBeNull();
});

it('is not misled by what strings hold', () => {
  const strings = ['[[[[', '{"', '\\', '\\\\"', ',,,:', '"'.repeat(50), '['.repeat(500)];
  expect(findJsonExcess(JSON.stringify(strings))).toBeNull();
  expect(findJsonExcess(JSON.stringify(Object.fromEntries(strings.map((key) => [key, strings]))))).toBeNull();
});

/** A value with `keys` keys, wrapped in arrays and objects that have neighbours beside it. */
const wrapped = fc
  .tuple(
    fc.array(fc.tuple(fc.boolean(), fc.jsonValue({ maxDepth: 1 })), { maxLength: 24 }),
    fc.constantFrom(0, 1, 999, 1_000, 1_001),
  )
  .map(([layers, keys]) =>
    layers.reduce<unknown>(
      (inner, [isObject, neighbour]) =>
        isObject ? { 'a"b': neighbour, inner, c: neighbour } : [neighbour, inner, neighbour],
      withKeys(keys),
    ),
  );

it('agrees with the parsed value on any JSON, however it is laid out', () => {
  fc.assert(
    fc.property(wrapped, fc.constantFrom(0, 2), (value, indent) => {
      const { depth, keys } = measure(value);
      const excess = findJsonExcess(JSON.stringify(value, null, indent));
      expect(excess !== null).toBe(depth > MAX_JSON_DEPTH || keys > MAX_JSON_KEYS);
    }),
  );
});

it('counts the members that are written', () => {
  const counted = (value: unknown): number =>
    typeof value !== 'object' || value === null
      ? 0
      : Object.values(value).reduce<number>((sum, inner) => sum + counted(inner), Array.isArray(value) ? 0 : Object.keys(value).length); // prettier-ignore
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 2), (value, indent) => {
      expect(measureJson(JSON.stringify(value, null, indent))).toBe(counted(value));
    }),
  );
  expect(measureJson('{"a":1,"a":{"b:":[],"b:":":"}}')).toBe(4);
});

it('gives an answer about any text, and finds nothing in what ends early', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'[]{}",:\\a1 ') }), (text) => void findJsonExcess(text)));
  for (const text of ['', '"', '"\\', ']]', '}', '{"a":"', '[[']) expect(findJsonExcess(text)).toBeNull();
});
