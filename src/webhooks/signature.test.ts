import { createHmac } from 'node:crypto';
import { newSecret, signatureHeaders } from './signature';

const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const AT = new Date(1_614_265_330_000);
const BODY = '{"test": 2432232314}';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

it('signs as the published example of Standard Webhooks does', () => {
  expect(signatureHeaders([SECRET], { id: ID, at: AT, body: BODY })).toEqual({
    'webhook-id': ID,
    'webhook-timestamp': '1614265330',
    'webhook-signature': SIGNATURE,
  });
});

it('signs by each secret, parted by spaces', () => {
  const other = newSecret();
  const headers = signatureHeaders([other, SECRET], { id: ID, at: AT, body: BODY });
  const [first, second, ...more] = headers['webhook-signature']!.split(' ');
  expect([second, more]).toEqual([SIGNATURE, []]);
  const key = Buffer.from(other.replace('whsec_', ''), 'base64');
  expect(first).toBe(`v1,${createHmac('sha256', key).update(`${ID}.1614265330.${BODY}`).digest('base64')}`);
});

it('signs the bytes that are sent, whatever they spell', () => {
  const of = (body: string) => signatureHeaders([SECRET], { id: ID, at: AT, body })['webhook-signature'];
  expect(of('{"to":"é"}')).not.toBe(of('{"to":"\\u00e9"}'));
});

it('makes secrets of 32 bytes, each another one', () => {
  const secrets = Array.from({ length: 100 }, newSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  }
});
