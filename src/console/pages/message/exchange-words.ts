/** What is said of requests and answers, and how their bodies are laid out. Pure. */
import type { Attempt } from './story';

type Request = NonNullable<Attempt['request']>;

export const NOTES: Record<Request['notes'][number], string> = {
  'text-hidden': 'The text is not shown: your key needs the scope “content”.',
  'text-sensitive': 'The text is not shown: the message is sensitive, nobody is shown it.',
  'text-deleted': 'The text is not shown: it is kept no longer.',
  'gateway-changed': 'The gateway was changed since: what left may differ from this.',
  'own-part': 'It may have left with others in one request; this is its own part.',
};

export const REQUEST_MISSING: Record<NonNullable<Attempt['requestMissing']>, string> = {
  erased: 'The person was erased: the request can’t be made again.',
  'not-sent': 'No request was made.',
  'gateway-deleted': 'The gateway was deleted: the request can’t be made again.',
  unreadable: 'The gateway’s settings no longer fit its provider: the request can’t be made again.',
};

export const ANSWERS_MISSING: Record<NonNullable<Attempt['answersMissing']>, string> = {
  taken: 'The provider took it. Of such an answer only its id is kept.',
  waiting: 'Nothing yet.',
  'not-sent': 'Nothing was asked.',
  erased: 'The person was erased, or it is older than the account keeps.',
  expired: 'It is older than answers are kept, which is a week.',
  'not-kept': 'No answer came, or there was no room to keep it.',
};

/** A body with a line for each of its values: JSON, a form, else as it is. */
export function prettyBody(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return JSON.stringify(value, null, 2);
  } catch {
    // It is no JSON, or cut off.
  }
  return /^[\w.~%*+-]+=[^\s&]*(&[\w.~%*+-]+=[^\s&]*)+$/.test(body) ? body.replaceAll('&', '\n&') : body;
}
