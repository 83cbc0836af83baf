import { checkCallbackUrl } from './webhook-targets';

const PATTERNS = ['*.wzrkt.com', 'hooks.example.com'];
const ALLOWED = new Set(['127.0.0.1:8090', 'intranet']);
const check = (url: string) => checkCallbackUrl(url, PATTERNS, ALLOWED);

it.each([
  ['a subdomain', 'https://in1.cb.wzrkt.com/sms/generic?account=TEST-000-000Z'],
  ['a subdomain in capitals', 'https://IN1.CB.WZRKT.COM/sms/generic'],
  ['a host that is named itself', 'https://hooks.example.com/x'],
  ['an allowed host and port, without TLS', 'http://127.0.0.1:8090/clevertap/callback'],
  ['an allowed host on any port', 'http://intranet:9000/x'],
])('allows %s', (_, url) => {
  expect(check(url)).toBeNull();
});

const HTTPS = 'must start with https://';
const CREDENTIALS = 'must not carry credentials';
it.each([
  ['a relative URL', '/sms/generic', 'is not an absolute URL'],
  ['a bare host', 'in1.cb.wzrkt.com', 'is not an absolute URL'],
  ['nothing', '', 'is not an absolute URL'],
  ['http', 'http://in1.cb.wzrkt.com/x', HTTPS],
  ['another protocol', 'ftp://in1.cb.wzrkt.com/x', HTTPS],
  ['another protocol to an allowed host', 'ftp://127.0.0.1:8090/x', HTTPS],
  ['a script', 'javascript:alert(1)', HTTPS],
  ['a user name', 'https://user@in1.cb.wzrkt.com/x', CREDENTIALS],
  ['a user name and password', 'https://user:pass@in1.cb.wzrkt.com/x', CREDENTIALS],
  ['a password alone', 'https://:pass@in1.cb.wzrkt.com/x', CREDENTIALS],
  ['credentials to an allowed host', 'http://user@127.0.0.1:8090/x', CREDENTIALS],
])('refuses %s', (_, url, reason) => {
  expect(check(url)).toBe(reason);
});

it.each([
  ['the domain itself, which is no subdomain', 'https://wzrkt.com/x', 'wzrkt.com'],
  ['a host that only ends alike', 'https://evilwzrkt.com/x', 'evilwzrkt.com'],
  ['a host that only begins alike', 'https://cb.wzrkt.com.evil.example/x', 'cb.wzrkt.com.evil.example'],
  ['a subdomain of a host that is named itself', 'https://a.hooks.example.com/x', 'a.hooks.example.com'],
  ['the pattern in the user’s part', 'https://evil.example/?x=.wzrkt.com', 'evil.example'],
  ['another port of an allowed address', 'https://127.0.0.1:9999/x', '127.0.0.1'],
  ['a private address', 'https://10.0.0.1/x', '10.0.0.1'],
])('refuses %s', (_, url, host) => {
  expect(check(url)).toMatch(new RegExp(`^has the host ${host}, which is not among the account's callbackHosts`));
});
