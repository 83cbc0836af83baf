import { randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import fc from 'fast-check';
import { fingerprintOf } from '../core/accounts/keyring';
import { createPayloadCodec, PayloadError } from './payload-codec';

const KEY = randomBytes(32);
const codecOf = (secret: Buffer) => createPayloadCodec(() => Promise.resolve(secret));
const codec = codecOf(KEY);

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

it('asks for its key with the first payload that needs one, and again after that failed', async () => {
  const asked: string[] = [];
  const answers = [() => Promise.reject(new Error('Postgres is away')), () => Promise.resolve(KEY)];
  const lazy = createPayloadCodec(() => {
    asked.push('asked');
    return answers.shift()!();
  });
  expect(await lazy.decode([text('of before')])).toEqual([text('of before')]);
  expect(asked).toEqual([]);
  await expect(lazy.encode([text('Hello')])).rejects.toThrow('Postgres is away');
  answers.push(() => Promise.resolve(KEY));
  expect((await lazy.decode(await lazy.encode([text('Hello')]))).map(plain)).toEqual([plain(text('Hello'))]);
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

it('names the key of a payload that another deployment wrote, and takes none for its own, whatever it says of itself', async () => {
  const [ours, theirs] = [randomBytes(32), randomBytes(32)];
  const [sealed] = await codecOf(theirs).encode([text('Hello')]);
  await expect(codecOf(ours).decode([sealed!])).rejects.toThrow(new PayloadError(
    `A payload can't be decrypted: its key is ${fingerprintOf(theirs)}, and this deployment's is ${fingerprintOf(ours)}. It was written by a deployment with another database`,
  )); // prettier-ignore
  const renamed = { ...sealed!, metadata: { ...sealed!.metadata, 'encryption-key-id': Buffer.from(fingerprintOf(ours)) } };
  await expect(codecOf(ours).decode([renamed])).rejects.toThrow(new PayloadError('A payload was changed, or cut, after it was encrypted'));
}); // prettier-ignore
