/** What was asked of the provider in an attempt, and what it answered. */
import { Clock, Copy, count, duration, plural } from '../../parts';
import { ANSWERS_MISSING, NOTES, prettyBody, REQUEST_MISSING } from './exchange-words';
import type { Attempt } from './story';

export function Exchange({ attempt }: { attempt: Attempt }) {
  return (
    <details class="exchange">
      <summary class="small">Request and answer</summary>
      <div class="stack">
        <Asked attempt={attempt} />
        <Answered attempt={attempt} />
      </div>
    </details>
  );
}

function Asked({ attempt: { request, requestMissing } }: { attempt: Attempt }) {
  if (request === null) return <p class="small soft">{REQUEST_MISSING[requestMissing ?? 'unreadable']}</p>;
  const { method, url, contentType, body, cutFrom, notes } = request;
  return (
    <section class="stack" aria-label="Request">
      <p class="small">
        <strong>Asked</strong>{' '}
        <span class="soft">
          Requests are not kept: this one is made again, of the message and the gateway as they are now.
        </span>
      </p>
      <p class="small soft">{[method, contentType].filter((part) => part !== null).join(', ')}</p>
      <p class="small">
        <Copy value={url} label="URL" wide />
      </p>
      <Body body={body} cutFrom={cutFrom} />
      {notes.map((note) => (
        <p key={note} class="small soft">
          {NOTES[note]}
        </p>
      ))}
    </section>
  );
}

function Answered({ attempt: { answers, answersMissing } }: { attempt: Attempt }) {
  return (
    <section class="stack" aria-label="Answer">
      <p class="small">
        <strong>Answered</strong>{' '}
        {answers.length === 0 && <span class="soft">{ANSWERS_MISSING[answersMissing ?? 'not-kept']}</span>}
      </p>
      {answers.map(({ at, status, failure, contentType, body, cutFrom, tookMs, messages }, i) => (
        <div key={i} class="stack">
          <p class="small">
            <Clock at={at} /> {status === null ? `No answer: ${failure ?? 'it broke off'}` : `HTTP ${status}`}{' '}
            <span class="soft">
              after {tookOf(tookMs)}
              {messages > 1 && `, to a request of ${plural(messages, 'message')}`}
              {contentType !== undefined && `, ${contentType}`}
            </span>
          </p>
          <Body body={body} cutFrom={cutFrom} />
        </div>
      ))}
    </section>
  );
}

const tookOf = (ms: number): string => (ms < 1_000 ? `${ms} ms` : duration(ms));

function Body({ body, cutFrom }: { body: string | null; cutFrom: number | undefined }) {
  if (body === null || body === '') return null;
  return (
    <>
      <pre>{prettyBody(body)}</pre>
      {cutFrom !== undefined && (
        <p class="small soft">
          The first {count(body.length)} of {count(cutFrom)} characters.
        </p>
      )}
    </>
  );
}
