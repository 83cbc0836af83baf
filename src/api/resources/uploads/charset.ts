/** The bytes of an uploaded file as UTF-8, whatever they came as. */
import type { Readable } from 'node:stream';
import { markOf, textReader, UTF8, type TextReader } from '../../../core/messages/charset';
import { refuseFile } from './header';

/** The longest byte order mark of a charset that is read. */
const MARK_BYTES = 3;

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
  let reader: TextReader | null = null;
  let held: Buffer | null = Buffer.alloc(0);
  for await (const piece of pieces as AsyncIterable<Buffer>) {
    let bytes: Buffer = piece;
    if (held !== null) {
      bytes = Buffer.concat([held, piece]);
      held = bytes.length < MARK_BYTES ? bytes : null;
      if (held !== null) continue;
      reader = readerOf(bytes, label);
    }
    yield reader === null ? bytes : decoded(reader, bytes);
  }
  if (held !== null && held.length > 0) {
    reader = readerOf(held, label);
    yield reader === null ? held : decoded(reader, held);
  }
  if (reader !== null) yield decoded(reader);
}

/** Null: the bytes are UTF-8 as they are. The mark stays in, as one in UTF-8: the header's reader skips it. */
function readerOf(start: Buffer, declared: string | null): TextReader | null {
  const charset = markOf(start)?.charset ?? declared ?? UTF8;
  return charset === UTF8 ? null : textReader(charset);
}

function decoded(reader: TextReader, bytes?: Buffer): Buffer {
  try {
    return Buffer.from(reader.read(bytes));
  } catch {
    throw refuseFile(`it has bytes that are no ${reader.charset}: save it as "CSV UTF-8"`);
  }
}

/** @throws AppError invalid-request */
function knownCharset(declared: string): string {
  const reader = textReader(declared);
  if (reader === null) throw refuseFile(`its charset is ${declared}, which is not known: save it as "CSV UTF-8"`);
  return reader.charset;
}
