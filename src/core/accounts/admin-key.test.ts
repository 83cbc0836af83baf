import { createHash } from 'node:crypto';
import { adminKeyHash, adminKeyId, isKeyItself } from './admin-key';

const KEY = 'admin_u3Jw9qZ0mT5xV8kLr2Yb';
const HEX = createHash('sha256').update(KEY).digest('hex');

test.each([KEY, `sha256:${HEX}`, `SHA256:${HEX.toUpperCase()}`])('%s is the hash of the key', (configured) => {
  expect(adminKeyHash(configured).toString('hex')).toBe(HEX);
});

test('the hash is not the key: whoever presents it is refused', () => {
  expect(adminKeyHash(`sha256:${HEX}`)).not.toEqual(createHash('sha256').update(`sha256:${HEX}`).digest());
  expect(isKeyItself(KEY)).toBe(true);
  expect(isKeyItself(`sha256:${HEX}`)).toBe(false);
});

test('an id tells keys apart, is that of the hash too, and depends on the secret', () => {
  const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  expect(adminKeyId(KEY, one)).toMatch(/^environment-[0-9a-f]{8}$/);
  expect(adminKeyId(`sha256:${HEX}`, one)).toBe(adminKeyId(KEY, one));
  expect(new Set([adminKeyId(KEY, one), adminKeyId('another', one), adminKeyId(KEY, other)]).size).toBe(3);
});
