/** Twilio's signature of a form that it posts (Twilio docs, "Webhooks security"). */
import { createHmac } from 'node:crypto';

/** @returns the value of `X-Twilio-Signature`: over the full URL and every field, sorted by name. */
export function sign(authToken: string, url: string, form: URLSearchParams): string {
  const fields = [...form].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => name + value);
  return createHmac('sha1', authToken)
    .update(url + fields.join(''))
    .digest('base64');
}
