/**
 * Forms as `multipart/form-data` (RFC 7578), whose bytes have come: of a contract's fields, all of them texts. Uploads of
 * files are read piece by piece elsewhere, by a library that does not say what charset a part declares.
 */
import { charsetOf, decodeAs, decodeText, UTF8 } from '../../core/messages/charset';
import type { FormField } from '../../core/messages/form';
import { AppError } from '../../errors';
import { invalid } from './invalid';
import { MAX_JSON_KEYS } from './json-limits';

export const isMultipart = (type: string): boolean => /^\s*multipart\/form-data\b/i.test(type);

const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;
const NAME = /;\s*name\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i;
const IS_FILE = /;\s*filename\*?\s*=/i;
/** Of one part, all its lines together. */
const MAX_HEAD_BYTES = 4_096;
const BREAK = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/** A part as it came. */
interface Part {
  head: string;
  content: Buffer;
}

/**
 * The fields of a form, in order.
 * @param type its Content-Type, with the boundary.
 * @throws AppError malformed-body; invalid-request naming the field that is a file, or no text in its charset.
 */
export function readMultipart(body: Buffer, type: string): FormField[] {
  const { parts, whole } = split(body, type);
  if (!whole) throw broken('it ends before its last boundary');
  if (parts.length > MAX_JSON_KEYS) throw invalid('body', `has more than ${MAX_JSON_KEYS} fields`);
  return parts.map(({ head, content }) => {
    const name = nameOf(head);
    if (IS_FILE.test(head)) throw invalid(name, 'is a file: give it as text');
    const encoding = /^content-transfer-encoding:\s*(\S+)/im.exec(head)?.[1] ?? 'binary';
    if (!/^(7bit|8bit|binary)$/i.test(encoding)) {
      throw invalid(name, 'has a Content-Transfer-Encoding: send it as it is');
    }
    const declared = /^content-type:.*$/im.exec(head)?.[0];
    const decoded = decodeText(content, charsetOf(declared ?? type));
    if (!decoded.ok) throw invalid(name, decoded.problem);
    return [name, decoded.text];
  });
}

/** The fields of its beginning that are there to their end; those that can't be read are left out. */
export function readMultipartOpening(opening: Buffer, type: string): FormField[] {
  try {
    return split(opening, type).parts.map(({ head, content }) => [nameOf(head), content.toString('utf8')]);
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

/** Its parts, and whether the last boundary has come. @throws AppError malformed-body */
function split(body: Buffer, type: string): { parts: Part[]; whole: boolean } {
  const boundary = boundaryOf(type);
  const parts: Part[] = [];
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  // The first boundary may stand at the very beginning.
  let at = body.indexOf(delimiter.subarray(BREAK.length));
  if (at > 0) at = body.indexOf(delimiter) + BREAK.length;
  if (at < BREAK.length && at !== 0) return { parts, whole: false };
  at += delimiter.length - BREAK.length;
  for (;;) {
    if (body.subarray(at, at + 2).toString('latin1') === '--') return { parts, whole: true };
    const line = body.indexOf(BREAK, at);
    if (line < 0) return { parts, whole: false };
    if (body.subarray(at, line).toString('latin1').trim() !== '') throw broken('something stands behind a boundary');
    const headEnd = body.indexOf(HEAD_END, line);
    const end = headEnd < 0 ? -1 : body.indexOf(delimiter, headEnd + BREAK.length);
    if (headEnd - line > MAX_HEAD_BYTES) throw broken('the head of a part is too long');
    if (end < 0 || parts.length > MAX_JSON_KEYS) return { parts, whole: end >= 0 };
    // An empty content has the line end of the head for the one before its boundary.
    const content = body.subarray(Math.min(headEnd + HEAD_END.length, end), end);
    parts.push({ head: body.subarray(line, headEnd + BREAK.length).toString('latin1'), content });
    at = end + delimiter.length;
  }
}

function boundaryOf(type: string): string {
  const [, quoted, bare] = BOUNDARY.exec(type) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw broken('its Content-Type names no boundary');
  return boundary;
}

/** @throws AppError malformed-body */
function nameOf(head: string): string {
  const disposition = /^content-disposition:\s*form-data\b.*$/im.exec(head)?.[0] ?? '';
  const [, quoted, bare] = NAME.exec(disposition) ?? [];
  const written = quoted ?? bare;
  if (written === undefined) throw broken('a part has no name');
  const decoded = decodeAs(Buffer.from(written, 'latin1'), UTF8);
  if (!decoded.ok) throw broken(`a name ${decoded.problem}`);
  // How browsers write what would end the name (HTML, multipart/form-data encoding algorithm), and others do.
  return decoded.text
    .replace(/%22/g, '"')
    .replace(/%0D%0A/gi, '\n')
    .replace(/\\(["\\])/g, '$1');
}

const broken = (problem: string): AppError => new AppError('malformed-body', `The form can’t be read: ${problem}`);
