/** What the phases send. Every recipient of a run is a fresh one. */
import { Readable } from 'node:stream';
import type { LoadRequest } from './load';

/** Recipients of one CleverTap batch. */
export const RECORDS_PER_REQUEST = 1_000;
/** Lines that are handed on together when a list is uploaded. */
const LINES_PER_CHUNK = 1_000;

export const JSON_TYPE = { 'content-type': 'application/json' };

let serial = 0;

const number = (index: number): string => `+9190${String(index).padStart(8, '0')}`;

export function freshRecord() {
  return record(serial++);
}

export function record(index: number) {
  return {
    to: number(index),
    body: `Hi, your order ${index} is on its way and will be with you today. Thank you for shopping.`,
    mid: `90${String(index).padStart(8, '0')}.1200000000.1700000000.20260101.0.wzrk_default.-1.`,
  };
}

/** A CleverTap batch of fresh recipients. */
export function batchBody(extra: object): string {
  return JSON.stringify({ ...extra, msgs: Array.from({ length: RECORDS_PER_REQUEST }, freshRecord) });
}

/** The text of a campaign, with a column of {@link listFile}. */
export const CAMPAIGN_TEXT = 'Hi, your order {order} is on its way and will be with you today. Thank you for shopping.';

/** A CSV file of fresh recipients, made while it is read. */
export function listFile(recipients: number): Readable {
  function* lines() {
    yield 'to,order\n';
    for (let left = recipients; left > 0; left -= LINES_PER_CHUNK) {
      let chunk = '';
      for (let i = Math.min(left, LINES_PER_CHUNK); i > 0; i--) chunk += `${number(serial)},${serial++}\n`;
      yield chunk;
    }
  }
  return Readable.from(lines());
}

/** One Infobip message as the adapter posts it, for the raw figures. */
export const rawRequest =
  (path: string) =>
  (index: number): LoadRequest => ({
    method: 'POST',
    path,
    headers: { ...JSON_TYPE, authorization: 'App raw' },
    body: JSON.stringify({
      messages: [
        {
          sender: 'HELIOG',
          destinations: [{ to: number(index).slice(1), messageId: `raw-${path.length}-${index}` }],
          content: { text: record(index).body },
          webhooks: { delivery: { url: 'http://127.0.0.1:1/callbacks/raw' }, contentType: 'application/json' },
        },
      ],
    }),
  });
