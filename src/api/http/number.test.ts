import { phoneNumber, readNumber, readSoughtNumber } from './number';

it('a number is read as everywhere, and what can’t be is refused with its reason', () => {
  expect(readNumber('7900000001.0', 'IN')).toBe('+917900000001');
  expect(() => readNumber('+9198000000017', 'IN')).toThrow('to: the number has 11 digits behind +91');
});

it('what is sought may be a number in full that is refused today', () => {
  expect(readSoughtNumber(' 919800000001', 'IN')).toBe('+919800000001');
  expect(() => readSoughtNumber(' 6581234567', 'IN')).toThrow('%2B');
  expect(readSoughtNumber('+9198000000017', 'IN')).toBe('+9198000000017');
  expect(readSoughtNumber('+442079460000', 'IN')).toBe('+442079460000');
  for (const to of ['9198000000017', '7900000001.5', '+12', 'nobody', '']) {
    expect(() => readSoughtNumber(to, 'IN')).toThrow('to: the number');
  }
});

it('as a field it is a text', () => {
  expect(phoneNumber.safeParse('tel:+91-98000-00001;phone-context=+91').success).toBe(true);
  for (const to of ['', 919_800_000_001, 'x'.repeat(101), '98\u0000'])
    expect(phoneNumber.safeParse(to).success).toBe(false);
});
