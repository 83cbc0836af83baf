import fc from 'fast-check';
import { guarded, unguarded } from './cell-guard';

it('what is guarded is read back as it was, but for texts that came with a guard', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('=1+1', '+919800000001', '919800000001', ' @x', "'x", 'x'));
  fc.assert(
    fc.property(text, (value) => fc.pre(unguarded(value) === value) ?? expect(unguarded(guarded(value))).toBe(value)),
  );
});

it('a formula that is nothing but a text is that text', () => {
  expect(['="0012"', '=""', '=A1', '="a"&"b"', '\'="0012"'].map(unguarded)).toEqual([
    '0012',
    '',
    '=A1',
    '="a"&"b"',
    '="0012"',
  ]);
});

it('an apostrophe that guards nothing stays', () => {
  expect(["'Asha", "'12", 'Asha', ''].map(unguarded)).toEqual(["'Asha", "'12", 'Asha', '']);
});
