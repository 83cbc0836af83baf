/**
 * `/sink`: a plain endpoint that counts its requests and does nothing else, so that what is measured against it is the
 * sender. It takes anything; to a message in Infobip's form it answers as that vendor does, so that a gateway can lead here.
 */
import type { Answer } from './protocol';

/** Epoch milliseconds; null before there are any requests. */
interface SinkCounts {
  requests: number;
  firstAt: number | null;
  lastAt: number | null;
}

const OK = '{"ok":true}';
const ID = Buffer.from('"messageId":"');
const QUOTE = '"'.charCodeAt(0);
/** Infobip OpenAPI 3.210, `SmsResponse`: status 26 of group 1 is a message that was taken. */
const HEAD = '{"messages":[{"messageId":"';
const TAIL = '","status":{"groupId":1,"groupName":"PENDING","id":26,"name":"PENDING_ACCEPTED"}}]}';

export class Sink {
  readonly counts: SinkCounts = { requests: 0, firstAt: null, lastAt: null };

  answer(body: Buffer): Answer {
    this.counts.requests++;
    this.counts.lastAt = Date.now();
    this.counts.firstAt ??= this.counts.lastAt;
    return { status: 200, body: answerTo(body) };
  }
}

function answerTo(body: Buffer): string {
  const at = body.indexOf(ID);
  if (at < 0) return OK;
  const start = at + ID.length;
  return HEAD + body.toString('latin1', start, body.indexOf(QUOTE, start)) + TAIL;
}
