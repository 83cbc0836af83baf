/**
 * `X-Twilio-Signature`: base64 of HMAC-SHA1, keyed by the account's auth token, over the URL that Twilio called and the
 * form it posted. Source: Twilio, "Webhooks security", and twilio-node 6 `src/webhooks/webhooks.ts`.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { CallbackRequest } from '../provider';

/**
 * Whether Twilio signed this callback.
 * A JSON body is not part of the signed text; the URL then carries its SHA-256 as `bodySHA256`.
 * @param callbackUrl as it was given to Twilio. What a proxy in front of us calls this host plays no part.
 */
export function isSigned(request: CallbackRequest, authToken: string, callbackUrl: string): boolean {
  const given = request.headers['x-twilio-signature'];
  if (typeof given !== 'string') return false;
  const bodyHash = request.query.get('bodySHA256');
  if (bodyHash !== null) {
    const actual = createHash('sha256').update(request.body).digest('hex');
    if (!equal(bodyHash.toLowerCase(), actual)) return false;
  }
  const fields = bodyHash === null ? sortedFields(request.body) : '';
  return signedUrls(request.url, callbackUrl).some((url) =>
    equal(
      given,
      createHmac('sha1', authToken)
        .update(url + fields)
        .digest('base64'),
    ),
  );
}

/**
 * The spellings of the called URL that Twilio may have signed: it is not consistent about the port. A proxy may have cut
 * a prefix off the path, so the path that we gave out counts as well as the one that came in.
 */
function signedUrls(pathAndQuery: string, callbackUrl: string): string[] {
  const { protocol, hostname, port, pathname } = new URL(callbackUrl);
  const hosts = [hostname, `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`];
  const query = pathAndQuery.includes('?') ? pathAndQuery.slice(pathAndQuery.indexOf('?')) : '';
  const paths = new Set([pathAndQuery, pathname + query]);
  return [...paths].flatMap((path) => hosts.map((host) => `${protocol}//${host}${path}`));
}

/** Names in order, each with its value; of a repeated name every different value once, in order. */
function sortedFields(body: Buffer): string {
  const fields = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    const values = fields.get(name);
    if (values) values.add(value);
    else fields.set(name, new Set([value]));
  }
  const names = [...fields.keys()].sort();
  return names.flatMap((name) => [...fields.get(name)!].sort().map((value) => name + value)).join('');
}

/** Texts of one length are compared without telling where they differ. */
function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
