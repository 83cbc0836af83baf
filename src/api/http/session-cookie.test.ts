import type { Request } from 'express';
import { sessionCookie, sessionIn } from './session-cookie';

const asked = (cookie: string | undefined, path = '/api/v1/messages') => ({ headers: { cookie }, path }) as Request;

test('over HTTPS the cookie is sent over nothing else; without it a person on this machine can sign in, too', () => {
  expect(sessionCookie('x.y', 'https://sms.example.com')).toContain('; Secure');
  expect(sessionCookie('x.y', 'http://127.0.0.1:8080')).not.toContain('Secure');
});

test.each([
  ['heliograph_session=a.b', 'a.b'],
  ['other=1; heliograph_session=a.b; more=2', 'a.b'],
  ['xheliograph_session=a.b', null],
  ['heliograph_session=', null],
  ['', null],
  [undefined, null],
])('the cookie %j brings %j', (cookie, session) => {
  expect(sessionIn(asked(cookie))).toBe(session);
});

test.each(['/send', '/clevertap/v1/messages', '/codec/decode', '/console/sessions', '/oauth/token'])(
  'it says nothing at %s',
  (path) => {
    expect(sessionIn(asked('heliograph_session=a.b', path))).toBeNull();
  },
);
