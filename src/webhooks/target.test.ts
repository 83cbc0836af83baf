import { checkStandardUrl } from './target';

const ALLOWED = new Set(['127.0.0.1:9000', 'hooks.internal']);

it.each([
  ['a public name', 'https://hooks.example.com/x?y=1'],
  ['a public address', 'https://8.8.8.8/x'],
  ['a public IPv6 address', 'https://[2606:4700::1111]/x'],
  ['what is listed, without TLS', 'http://127.0.0.1:9000/x'],
  ['a listed name on any port', 'http://hooks.internal:81/x'],
  ['a name that only begins like a private one', 'https://localhost.example.com/'],
])('allows %s', (_, url) => {
  expect(checkStandardUrl(url, ALLOWED)).toBeNull();
});

it.each([
  ['loopback', 'https://127.0.0.1/x'],
  ['loopback in decimal', 'https://2130706433/x'],
  ['loopback on a port that is not listed', 'https://127.0.0.1:9001/x'],
  ['a private network', 'https://10.1.2.3/'],
  ['the metadata service', 'https://169.254.169.254/latest'],
  ['IPv6 loopback', 'https://[::1]/'],
  ['IPv4 inside IPv6', 'https://[::ffff:10.0.0.1]/'],
  ['localhost', 'https://localhost/'],
  ['localhost with a dot', 'https://localhost./'],
  ['a name of the local network', 'https://printer.local/'],
  ['a bare name', 'https://intranet/'],
])('refuses %s', (_, url) => {
  expect(checkStandardUrl(url, ALLOWED)).toMatch(/^has the private host/);
});

it.each([
  ['no URL', 'hooks.example.com', 'is not an absolute URL'],
  ['without TLS', 'http://hooks.example.com/', 'must start with https://'],
  ['another protocol', 'ftp://127.0.0.1:9000/', 'must start with https://'],
  ['credentials', 'https://user:pass@hooks.example.com/', 'must not carry credentials'],
])('refuses %s', (_, url, problem) => {
  expect(checkStandardUrl(url, ALLOWED)).toBe(problem);
});
