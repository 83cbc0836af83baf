/** Forms (`application/x-www-form-urlencoded`, as the URL Standard reads them) and queries, in any charset. */
import { decodeAs, isAsciiBased, REPLACEMENT, UTF8 } from './charset';

/** Name and value. */
export type FormField = [name: string, value: string];

export type DecodedForm =
  | { ok: true; fields: FormField[] }
  | {
      ok: false;
      /** The field, as far as its name can be read. */
      name: string;
      /** To be read behind the name. */
      problem: string;
    };

const MARK = '\ufeff';
const PERCENT = 0x25;
const PLUS = 0x2b;
const BLANK = 0x20;

/**
 * Takes a form in UTF-8 apart. What is percent-encoded must be UTF-8 too.
 * @param text what its bytes are; of a query, the part behind the question mark.
 */
export function decodeForm(text: string): DecodedForm {
  const fields = [...new URLSearchParams(text.startsWith('?') ? `&${text}` : text)];
  // It puts this in place of what it can't read, and nobody else writes it.
  if (text.includes('%') && fields.some(([name, value]) => name.includes(REPLACEMENT) || value.includes(REPLACEMENT))) {
    return decodeFormBytes(Buffer.from(text, 'utf8'), UTF8);
  }
  return { ok: true, fields: withoutMark(fields) };
}

/**
 * The same for a form whose bytes, percent-encoded or not, are of another charset.
 * @param charset as `decodeText` answers it; of UTF-16 what is percent-encoded is UTF-8, as browsers write it.
 */
export function decodeFormBytes(bytes: Buffer, charset: string): DecodedForm {
  if (!isAsciiBased(charset)) {
    const decoded = decodeAs(bytes, charset);
    return decoded.ok ? decodeForm(decoded.text) : { ok: false, name: 'body', problem: decoded.problem };
  }
  const fields: FormField[] = [];
  for (const pair of bytes.toString('latin1').split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeAs(unescaped(equals < 0 ? pair : pair.slice(0, equals)), charset);
    if (!name.ok) return { ok: false, name: 'a name', problem: name.problem };
    const value = decodeAs(unescaped(equals < 0 ? '' : pair.slice(equals + 1)), charset);
    if (!value.ok) return { ok: false, name: name.text, problem: value.problem };
    fields.push([name.text, value.text]);
  }
  return { ok: true, fields: withoutMark(fields) };
}

/** A byte order mark before the form may be percent-encoded like the rest of it. */
function withoutMark(fields: FormField[]): FormField[] {
  const [first] = fields;
  if (first?.[0].startsWith(MARK)) first[0] = first[0].slice(MARK.length);
  return fields;
}

/** The bytes of a name or value; a percent sign without two hex digits behind it stands for itself. */
function unescaped(written: string): Buffer {
  const bytes = Buffer.from(written, 'latin1');
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    const code = byte === PERCENT ? hexAt(written, at + 1) : -1;
    if (code >= 0) at += 2;
    bytes[length++] = code >= 0 ? code : byte === PLUS ? BLANK : byte;
  }
  return bytes.subarray(0, length);
}

function hexAt(text: string, at: number): number {
  const digits = text.slice(at, at + 2);
  return /^[0-9a-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
}
