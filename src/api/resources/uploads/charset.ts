/** The bytes of an uploaded file as UTF-8, whatever they came as. */
import { TextDecoder } from 'node:util';
import type { Readable } from 'node:stream';
import { refuseFile } from './header';

/** The longest byte order mark of a charset that is read. */
const MARK_BYTES = 3;
const MARKS: readonly [hex: string, charset: string][] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];
/**
 * Reads the pieces of a file as UTF-8. A byte order mark says what they are, then what was declared; else they are UTF-8, and
 * stay as they are: its rows are judged one by one.
 * @param declared as in `charset=`; null = nothing was.
 * @throws AppError invalid-request for a charset that nobody knows, and for bytes that are none of it.
 */
export async function* asUtf8(
  pieces: AsyncIterable<Buffer> | Readable,
  declared: string | null,
): AsyncGenerator<Buffer> {
  const label = declared === null ? null : knownCharset(declared);
  let decoder: TextDecoder | null = null;
  let held: Buffer | null = Buffer.alloc(0);
  for await (const piece of pieces as AsyncIterable<Buffer>) {
    let bytes: Buffer = piece;
    if (held !== null) {
      bytes = Buffer.concat([held, piece]);
      held = bytes.length < MARK_BYTES ? bytes : null;
      if (held !== null) continue;
      decoder = decoderOf(bytes, label);
    }
    yield decoder === null ? bytes : decoded(decoder, bytes);
  }
  if (held !== null && held.length > 0) {
    decoder = decoderOf(held, label);
    yield decoder === null ? held : decoded(decoder, held);
  }
  if (decoder !== null) yield decoded(decoder);
}

/** Null: the bytes are UTF-8 as they are. */
function decoderOf(start: Buffer, declared: string | null): TextDecoder | null {
  const hex = start.subarray(0, MARK_BYTES).toString('hex');
  const charset = MARKS.find(([mark]) => hex.startsWith(mark))?.[1] ?? declared ?? 'utf-8';
  return charset === 'utf-8' ? null : new TextDecoder(charset, { fatal: true });
}

function decoded(decoder: TextDecoder, bytes?: Buffer): Buffer {
  try {
    return Buffer.from(bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }));
  } catch {
    throw refuseFile(`it has bytes that are no ${decoder.encoding}: save it as "CSV UTF-8"`);
  }
}

/** @throws AppError invalid-request */
function knownCharset(declared: string): string {
  try {
    const { encoding } = new TextDecoder(declared);
    return encoding;
  } catch {
    throw refuseFile(`its charset is ${declared}, which is not known: save it as "CSV UTF-8"`);
  }
}
