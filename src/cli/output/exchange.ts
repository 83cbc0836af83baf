/** What was asked of a provider in an attempt, and what it answered, in plain lines. */
import type { Paper } from './paper';

export interface Exchange {
  no: number;
  request: {
    method: string;
    url: string;
    contentType: string | null;
    body: string | null;
    cutFrom?: number;
    notes: string[];
  } | null;
  requestMissing?: string;
  answers: {
    at: string;
    status: number | null;
    failure?: string;
    contentType?: string;
    body: string | null;
    cutFrom?: number;
    tookMs: number;
    messages: number;
  }[];
  answersMissing?: string;
}

const NOTES: Record<string, string> = {
  'text-hidden': 'The text is not shown: the key needs the scope content.',
  'text-sensitive': 'The text is not shown: the message is sensitive.',
  'text-deleted': 'The text is not shown: it is kept no longer.',
  'gateway-changed': 'The gateway was changed since: what left may differ.',
  'own-part': 'It may have left with others in one request; this is its own part.',
};

const NO_REQUEST: Record<string, string> = {
  erased: 'The person was erased: it can’t be made again.',
  'not-sent': 'No request was made.',
  'gateway-deleted': 'The gateway was deleted: it can’t be made again.',
  unreadable: 'The gateway’s settings no longer fit its provider: it can’t be made again.',
};

const NO_ANSWER: Record<string, string> = {
  taken: 'The provider took it; of such answers only its id is kept.',
  waiting: 'None yet.',
  'not-sent': 'No request was made.',
  erased: 'The person was erased, or it is older than the account keeps.',
  expired: 'It is older than answers are kept.',
  'not-kept': 'None came, or there was no room for it.',
};

/** Two sections for each attempt. */
export const exchangeLines = (exchanges: readonly Exchange[], paper: Paper): string[] =>
  exchanges.flatMap((exchange) => [...askedLines(exchange, paper), ...answeredLines(exchange, paper)]);

function askedLines({ no, request, requestMissing = '' }: Exchange, paper: Paper): string[] {
  const head = ['', paper.heading(`Attempt ${no}: asked (made again, requests are not kept)`)];
  if (request === null) return [...head, indented(NO_REQUEST[requestMissing] ?? requestMissing)];
  const { method, url, contentType, body, cutFrom, notes } = request;
  return [
    ...head,
    indented(`${method} ${url}`),
    ...(contentType === null ? [] : [indented(`content-type: ${contentType}`)]),
    ...bodyLines(body, cutFrom),
    ...notes.map((note) => indented(NOTES[note] ?? note)),
  ];
}

function answeredLines({ no, answers, answersMissing = '' }: Exchange, paper: Paper): string[] {
  const head = ['', paper.heading(`Attempt ${no}: answered`)];
  if (answers.length === 0) return [...head, indented(NO_ANSWER[answersMissing] ?? answersMissing)];
  return [
    ...head,
    ...answers.flatMap(({ at, status, failure, contentType, body, cutFrom, tookMs, messages }) => {
      const what = status === null ? `no answer (${failure ?? 'unknown'})` : `HTTP ${status}`;
      const batch = messages > 1 ? `, to ${messages} messages at once` : '';
      const type = contentType === undefined ? '' : `, ${contentType}`;
      return [indented(`${paper.time(at)}  ${what} after ${tookMs} ms${batch}${type}`), ...bodyLines(body, cutFrom)];
    }),
  ];
}

function bodyLines(body: string | null, cutFrom: number | undefined): string[] {
  if (body === null || body === '') return [];
  const cut = cutFrom === undefined ? [] : [indented(`(the first ${body.length} of ${cutFrom} characters)`)];
  return [...body.split('\n').map((line) => indented(line)), ...cut];
}

const indented = (line: string): string => `  ${line}`;
