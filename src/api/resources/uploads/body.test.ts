import { Readable } from 'node:stream';
import { chunksOf, CHUNK_BYTES } from './body';

const PIECE = 64 * 1_024;

/** A source of `count` pieces that tells how many were taken from it. */
function source(count: number) {
  const state = { taken: 0 };
  const content = new Readable({
    highWaterMark: PIECE,
    read() {
      if (state.taken === count) return void this.push(null);
      state.taken++;
      this.push(Buffer.alloc(PIECE, state.taken));
    },
  });
  return { content, state };
}

test('pieces become chunks; the last one is shorter', async () => {
  const sizes: number[] = [];
  for await (const chunk of chunksOf(source(9).content, 1_000)) sizes.push(chunk.length);
  expect(sizes).toEqual([CHUNK_BYTES, CHUNK_BYTES, PIECE]);
});

test('while a chunk is being stored the source is not read on beyond its own buffer', async () => {
  const { content, state } = source(1_000);
  let stored = 0;
  for await (const chunk of chunksOf(content, 1_000)) {
    // Whatever wants to read ahead gets its turn.
    await new Promise((resolve) => setImmediate(resolve));
    stored += chunk.length;
    // What is taken but not stored: at most the piece under way and what the stream itself holds.
    expect(state.taken * PIECE - stored).toBeLessThanOrEqual(3 * PIECE);
  }
  expect(stored).toBe(1_000 * PIECE);
});

test('a reader that stops early leaves the source alive', async () => {
  const { content } = source(20);
  for await (const chunk of chunksOf(content, 1_000)) if (chunk.length > 0) break;
  expect(content.destroyed).toBe(false);
});

test('content that stands still is given up', async () => {
  const content = new Readable({ read: () => undefined });
  content.push('to\n');
  await expect(chunksOf(content, 20).next()).rejects.toMatchObject({ code: 'request-timeout' });
});

test('content that breaks off is a malformed body', async () => {
  const content = new Readable({ read: () => undefined });
  content.push('to\n');
  setImmediate(() => content.destroy(new Error('aborted')));
  await expect(chunksOf(content, 60_000).next()).rejects.toMatchObject({ code: 'malformed-body' });
});
