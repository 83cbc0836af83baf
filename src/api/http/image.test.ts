import { isPublicLink, readImage } from './image';

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(149_992)]);

test('a picture is what its bytes are, whatever is said of it', () => {
  const encoded = png.toString('base64');
  for (const text of [
    encoded,
    `data:image/svg+xml;base64,${encoded}`,
    `${encoded.slice(0, 76)}\n${encoded.slice(76)}\n`,
  ]) {
    expect(readImage(text)).toBe(`data:image/png;base64,${encoded}`);
  }
});

test.each([
  ['one byte too many', Buffer.concat([png, Buffer.alloc(1)]).toString('base64')],
  ['nothing', ''],
  ['SVG', Buffer.from('<svg/>').toString('base64')],
  ['a GIF', Buffer.from('GIF89a').toString('base64')],
  ['half a PNG’s beginning', Buffer.from('89504e47', 'hex').toString('base64')],
  ['a RIFF that is no WebP', Buffer.from('RIFF\x10\0\0\0WAVEfmt ', 'latin1').toString('base64')],
  ['an address', 'https://example.com/logo.png'],
  ['a data: URL that is not base64', 'data:image/png,%89PNG'],
])('%s is no picture', (_, text) => {
  expect(readImage(text)).toBeNull();
});

test('a link is https, and has nobody’s name in it', () => {
  expect(isPublicLink('https://example.com/a?b=c')).toBe(true);
  for (const link of [
    'http://example.com',
    'javascript:alert(1)',
    'https://u@example.com',
    'https://',
    'example.com',
  ]) {
    expect(isPublicLink(link)).toBe(false);
  }
});
