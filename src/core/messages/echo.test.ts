import fc from 'fast-check';
import { echoFilter, withoutEcho } from './echo';

describe('what a vendor says of a message', () => {
  it.each([
    ['Invalid destination', 'Your OTP is 482910', 'Invalid destination'],
    ['spam: "Your OTP is 482910"', 'Your OTP is 482910', 'spam: "…"'],
    ['spam: YOUR OTP IS 482910', 'Your OTP is 482910', 'spam: …'],
    ['rejected 482910', 'Your OTP is 482910', 'rejected …'],
    ['refused: Your order for Asha has left our…', 'Your order for Asha has left our house.', 'refused: …'],
    ['no template', '', 'no template'],
    ['Hi Asha', 'Hi Asha', '…'],
  ])('%j of %j', (said, text, expected) => {
    expect(withoutEcho(said, text)).toBe(expected);
  });

  it('never keeps ten characters in a row of the text, wherever they stand', () => {
    const piece = fc.string({ minLength: 10, maxLength: 40, unit: 'binary-ascii' });
    fc.assert(
      fc.property(fc.string(), piece, fc.string(), fc.string(), fc.string(), (a, shared, b, c, d) => {
        const kept = withoutEcho(c + shared + d, a + shared + b);
        const whole = a + shared + b;
        for (let at = 0; at + 10 <= kept.length; at++) expect(whole.includes(kept.slice(at, at + 10))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('many strings of many texts', () => {
  const texts = ['Your OTP is 482910', 'Dear Asha, your parcel is here', 'Hi Bina', 'नमस्ते आशा, आपका पार्सल'];

  it.each([
    ['nothing of them', 'nothing of them'],
    ['spam: "YOUR OTP IS 482910"', 'spam: "…"'],
    ['refused: Dear Asha, your par…', 'refused: …'],
    ['of Dear Asha, your parcel is here and Your OTP is 482910.', 'of … and ….'],
    ['code 482910, code 9482910', 'code …, code …'],
    ['Hi Bina!', '…!'],
    ['text=Dear%20Asha%2C%20your%20parcel', 'text=…'],
    ['नमस्ते आशा, आपका', '…'],
    ['short', 'short'],
  ])('%j', (said, expected) => expect(echoFilter([said], texts).clean(said)).toBe(expected));

  it('never keeps ten characters in a row of any, wherever they stand', () => {
    const piece = fc.string({ minLength: 10, maxLength: 40, unit: 'binary-ascii' });
    fc.assert(
      fc.property(fc.string(), piece, fc.string(), fc.string(), fc.string(), (a, shared, b, c, d) => {
        const [whole, said] = [a + shared + b, c + shared + d];
        const kept = echoFilter([said], ['another text', whole]).clean(said);
        for (let at = 0; at + 10 <= kept.length; at++) expect(whole.includes(kept.slice(at, at + 10))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
