/** Callbacks as adapters read them: in UTF-8, without a byte order mark, whatever charset the vendor wrote them in. */
import { charsetOf, decodeText, isAsciiBased, markOf, UTF8 } from '../core/messages/charset';
import { decodeFormBytes } from '../core/messages/form';
import type { CallbackRequest } from '../providers/provider';

const IS_FORM = /form-urlencoded/i;

/**
 * A callback whose body is UTF-8. One that is so already, as nearly all are, stays as it is, byte for byte; so does one
 * that is no text in its charset: a report is not lost for a broken byte in its description.
 */
export function readable(request: CallbackRequest): CallbackRequest {
  const { body, headers } = request;
  const type = headers['content-type'];
  const declared = charsetOf(typeof type === 'string' ? type : undefined);
  if (body.length === 0) return request;
  const mark = markOf(body);
  // Nothing to decode, as of nearly all.
  if (declared === UTF8 && mark === null) return request;
  const decoded = decodeText(body, declared);
  if (!decoded.ok) return request;
  const { text, charset } = decoded;
  if (charset === UTF8) {
    return mark === null ? request : { ...request, body: body.subarray(mark.bytes) };
  }
  if (!isAsciiBased(charset) || !IS_FORM.test(String(type))) return { ...request, body: Buffer.from(text) };
  const form = decodeFormBytes(body, charset);
  return form.ok ? { ...request, body: Buffer.from(new URLSearchParams(form.fields).toString()) } : request;
}
