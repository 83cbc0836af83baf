import { randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import fc from 'fast-check';
import { createKeyring, type Keyring } from '../core/accounts/keyring';
import { createPayloadCodec, PayloadError } from './payload-codec';

const KEY = randomBytes(32);
const codec = createPayloadCodec(createKeyring([{ key: KEY }]));

const bytes = fc.uint8Array({ maxLength: 300 });
const payload = fc.record({ metadata: fc.dictionary(fc.string({ minLength: 1 }), bytes), data: bytes });
const text = (value: string): Payload => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(value)),
});
/** As comparable values: a codec may give Buffers for arrays. */
const plain = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, [...value]])),
  data: [...(data ?? [])],
});
/** With the key of this id in use. */
const ring = (current: string, keys: Record<string, Buffer>): Keyring =>
  createKeyring([
    { id: current, key: keys[current]! },
    ...Object.entries(keys)
      .filter(([id]) => id !== current)
      .map(([id, key]) => ({ id, key })),
  ]);

it('gives back whatever it was given', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(payload, { maxLength: 4 }), async (payloads) => {
      const decoded = await codec.decode(await codec.encode(payloads));
      expect(decoded.map(plain)).toEqual(payloads.map(plain));
    }),
  );
});

it.each([
  ['absent', {}],
  ['null', { data: null }],
  // So protobuf gives the bytes of a result that is nothing.
  ['an array', { data: [] as never }],
])('takes data that is %s', async (_, data) => {
  const nothing = { metadata: { encoding: Buffer.from('binary/null') }, ...data };
  const decoded = await codec.decode(await codec.encode([nothing]));
  expect(decoded.map(plain)).toEqual([plain({ ...nothing, data: new Uint8Array() })]);
});

it('lets nothing of a payload be seen, and never writes the same twice', async () => {
  const [first, second] = await codec.encode([text('+919800000001 Hello Asha'), text('+919800000001 Hello Asha')]);
  const seen = Buffer.from(first!.data!).toString('latin1');
  expect(seen).not.toMatch(/Asha|9800000001|json/);
  expect(Object.keys(first!.metadata!).sort()).toEqual(['encoding', 'encryption-key-id']);
  expect(Buffer.from(first!.data!).equals(Buffer.from(second!.data!))).toBe(false);
});

it('leaves what was written before there was a codec', async () => {
  const old = [text('as it was'), {}, { metadata: {}, data: Buffer.from('x') }];
  expect(await codec.decode(old)).toEqual(old);
});

it('encrypts with the current key of a ring, and decrypts with each', async () => {
  const [a, b] = [randomBytes(32), randomBytes(32)];
  const before = createPayloadCodec(ring('a', { a }));
  const after = createPayloadCodec(ring('b', { a, b }));
  const [old] = await before.encode([text('old')]);
  const [fresh] = await after.encode([text('new')]);
  expect((await after.decode([old!, fresh!])).map(plain)).toEqual([plain(text('old')), plain(text('new'))]);
  await expect(before.decode([fresh!])).rejects.toThrow(new PayloadError(
    "A payload can't be decrypted. The master key b is not in the ring, which has a: add it to HELIOGRAPH_MASTER_KEYS",
  )); // prettier-ignore
});

it.each([
  ['a byte of it', (data: Buffer) => data.fill(data[20]! ^ 1, 20, 21)],
  ['its tag', (data: Buffer) => data.fill(data.at(-1)! ^ 1, data.length - 1)],
  ['its length', (data: Buffer) => data.subarray(0, -1)],
  ['all but its nonce', (data: Buffer) => data.subarray(0, 12)],
  ['everything', () => Buffer.alloc(0)],
])('refuses a payload of which %s was changed', async (_, change) => {
  const [sealed] = await codec.encode([text('Hello')]);
  const changed = { ...sealed!, data: change(Buffer.from(sealed!.data!)) };
  await expect(codec.decode([changed])).rejects.toThrow(new PayloadError('A payload was changed, or cut, after it was encrypted'));
}); // prettier-ignore

it('does not take a payload of one key for one of another, whatever it says of itself', async () => {
  const [a, b] = [randomBytes(32), randomBytes(32)];
  const [sealed] = await createPayloadCodec(ring('a', { a })).encode([text('Hello')]);
  const renamed = { ...sealed!, metadata: { ...sealed!.metadata, 'encryption-key-id': Buffer.from('b') } };
  await expect(createPayloadCodec(ring('b', { a, b })).decode([renamed])).rejects.toThrow(PayloadError);
  await expect(createPayloadCodec(ring('b', { b: a })).decode([renamed])).rejects.toThrow(PayloadError);
});

it('uses a key of its own: the master key alone opens nothing', async () => {
  const { createDecipheriv } = await import('node:crypto');
  const [sealed] = await codec.encode([text('Hello')]);
  const data = Buffer.from(sealed!.data!);
  const decipher = createDecipheriv('aes-256-gcm', KEY, data.subarray(0, 12), { authTagLength: 16 })
    .setAAD(Buffer.from(sealed!.metadata!['encryption-key-id']!))
    .setAuthTag(data.subarray(-16));
  decipher.update(data.subarray(12, -16));
  expect(() => decipher.final()).toThrow();
});
