import { isBlank, withoutBlanks } from './blank';

it.each([
  '', '   ', '\u00a0', '\t\r\n', '\u200b', '\u200d\u2060\ufeff', '\u00ad', '\u2028', '\u3000', '\ufe0f', '\u3164', '\u2800',
  '\u202a \u202c', '\u{e0020}', '\u0001', '\u061c', '\u180e',
])('%j shows nothing', (text) => {
  expect(isBlank(text)).toBe(true);
}); // prettier-ignore

it.each(['a', ' . ', '\u200bx', '😀', '\u0301', 'न', '-', '\ud800'])('%j shows something', (text) => {
  expect(isBlank(text)).toBe(false);
});

it.each([
  ['TXTSMS', 'TXTSMS'],
  [' TXTSMS\n', 'TXTSMS'],
  ['\u200bTXTSMS\u00a0', 'TXTSMS'],
  ['\ufeff1107160016156755389\u200e', '1107160016156755389'],
  ['My Shop\u3164', 'My Shop'],
  [' ', ''],
])('%j without blanks around it is %j', (text, bare) => {
  expect(withoutBlanks(text)).toBe(bare);
});
