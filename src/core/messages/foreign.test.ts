import fc from 'fast-check';
import { foreignBody, foreignInstant, foreignText } from './foreign';

describe('foreignText', () => {
  it.each([
    ['short', 'short'],
    ['a\0b\0', 'ab'],
    ['0123456789abc', '0123456789'],
    ['\0\0' + '0123456789', '0123456789'],
    [null, null],
  ])('%j becomes %j', (text, stored) => {
    expect(foreignText(text, 10)).toBe(stored);
  });
});

describe('foreignBody', () => {
  it.each([
    ['a body that fits', 'a body that fits', 16],
    ['abc', 'ab', 2],
    ['aüb', 'a', 2],
    ['aüb', 'aü', 3],
    ['👍👍', '👍', 7],
    ['\0ab', 'ab', 2],
    ['👍', '', 3],
  ])('%j becomes %j in %d bytes', (body, kept, maxBytes) => {
    expect(foreignBody(body, maxBytes)).toBe(kept);
  });

  it('is never longer, and always a beginning of what came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (body, maxBytes) => {
        const kept = foreignBody(body, maxBytes);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(maxBytes);
        expect(body.replaceAll('\0', '').startsWith(kept)).toBe(true);
      }),
    );
  });
});

describe('foreignInstant', () => {
  it.each(['2000-01-01T00:00:00Z', '2026-11-28T10:00:00Z', '2099-12-31T23:59:59.999Z'])('%s stays', (at) => {
    expect(foreignInstant(new Date(at))).toEqual(new Date(at));
  });

  it.each([
    ['the year 1999', new Date('1999-12-31T23:59:59.999Z')],
    ['the year 2100', new Date('2100-01-01T00:00:00Z')],
    ['the last instant of a Date', new Date(8.64e15)],
    ['the first one', new Date(-8.64e15)],
    ['no instant', new Date(Number.NaN)],
    ['nothing', undefined],
    ['null', null],
  ])('%s is none', (_, at) => {
    expect(foreignInstant(at)).toBeNull();
  });
});
