import fc from 'fast-check';
import { attemptWireId, firstUuidv7At, NIL_UUID, parseAttemptWireId, prefixedId, uuidv7 } from './ids';

describe('uuidv7', () => {
  it('sorts in the order of creation, even when the clock stands still or steps back', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => uuidv7(1_700_000_000_000 - (i % 3)));
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('carries version 7 and the RFC 9562 variant', () => {
    expect(uuidv7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

it('firstUuidv7At stands between what was made before its millisecond and what was made in it', () => {
  const border = firstUuidv7At(1_900_000_000_000.7);
  expect(border).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7000-8000-0{12}$/);
  const [before, within] = [uuidv7(1_899_999_999_999), uuidv7(1_900_000_000_000)];
  expect([within, border, before].sort()).toEqual([before, border, within]);
  // Of times that no id can say, the nearest.
  expect(firstUuidv7At(-1)).toBe(firstUuidv7At(0));
  expect(firstUuidv7At(8.64e15) > border && firstUuidv7At(0) > NIL_UUID).toBe(true);
});

describe('attemptWireId', () => {
  it('is read back in any case, fits 32 characters and names its attempt', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1, max: 32_767 }), fc.boolean(), (messageId, no, upper) => {
        const wire = attemptWireId(messageId, no);
        expect(wire).toMatch(/^[0-9a-z]{27,29}$/);
        expect(parseAttemptWireId(upper ? wire.toUpperCase() : wire)).toEqual({ messageId, no });
      }),
    );
  });

  it('is read back for every number that an attempt can have, and for no other', () => {
    const messageId = uuidv7();
    const unread = Array.from({ length: 32_767 }, (_, i) => i + 1).filter(
      (no) => parseAttemptWireId(attemptWireId(messageId, no))?.no !== no,
    );
    expect(unread).toEqual([]);
    for (const no of [0, 32_768, 46_655, 46_656]) expect(parseAttemptWireId(attemptWireId(messageId, no))).toBeNull();
  });

  it.each(['', 'abc', 'u'.repeat(27), `${'0'.repeat(26)}0`, `${'0'.repeat(26)}-`, 'z'.repeat(27), 'é'.repeat(27)])(
    'does not read %j',
    (text) => {
      expect(parseAttemptWireId(text)).toBeNull();
    },
  );
});

it('prefixedId names its kind and does not repeat', () => {
  const ids = Array.from({ length: 1_000 }, () => prefixedId('gw'));
  expect(new Set(ids).size).toBe(1_000);
  expect(ids.every((id) => /^gw_[0-9a-z]{16}$/.test(id))).toBe(true);
});
