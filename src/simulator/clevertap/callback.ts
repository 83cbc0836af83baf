/** CleverTap's delivery callback, checked as its documentation says (CleverTap docs, "Generic SMS", SMS callbacks). */
import type { Answer } from '../protocol';

export const EVENTS = ['delivered', 'failed', 'clicked', 'replied'] as const;
export type CallbackEvent = (typeof EVENTS)[number];

/** One record as it came: these fields, and any others, which CleverTap ignores. */
export interface CallbackRecord {
  event: CallbackEvent;
  /** Epoch seconds. */
  ts: number;
  meta: string;
  code?: string;
  description?: string;
  toPhone?: string;
  incomingText?: string;
  url?: string;
}

/** Beside `ts` and `meta`, which every record needs. */
const REQUIRED_TEXTS: Record<CallbackEvent, readonly string[]> = {
  delivered: ['description'],
  failed: ['code', 'description'],
  clicked: ['url'],
  replied: ['toPhone', 'incomingText'],
};
/** 900 to 920; there is no 911. */
const CODE = /^9(0\d|10|1[2-9]|20)$/;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEvent(value: unknown): value is CallbackEvent {
  return typeof value === 'string' && (EVENTS as readonly string[]).includes(value);
}

function wrongFields(event: CallbackEvent, item: Record<string, unknown>): string[] {
  const wrong = REQUIRED_TEXTS[event].filter((name) => typeof item[name] !== 'string' || item[name] === '');
  if (event === 'failed' && !wrong.includes('code') && !CODE.test(String(item.code))) wrong.push('code');
  if (typeof item.meta !== 'string' || item.meta === '') wrong.push('meta');
  if (typeof item.ts !== 'number' || !/^\d{10}$/.test(String(item.ts))) wrong.push('ts');
  return wrong;
}

/** Reads a callback body. One bad record refuses the whole request, and names every field that is missing or wrong. */
export function readCallback(body: unknown): { records: CallbackRecord[] } | { missingFields: string[] } {
  if (!Array.isArray(body) || body.length === 0) return { missingFields: ['event'] };
  const missing = new Set<string>();
  const records: CallbackRecord[] = [];
  for (const group of body as unknown[]) {
    const event = isObject(group) ? group.event : undefined;
    if (!isEvent(event)) missing.add('event');
    const data = isObject(group) ? group.data : undefined;
    if (!Array.isArray(data) || data.length === 0) missing.add('data');
    else if (isEvent(event))
      for (const item of data as unknown[]) {
        const fields = isObject(item) ? item : {};
        for (const name of wrongFields(event, fields)) missing.add(name);
        // Checked by `wrongFields`; used only when nothing was wrong.
        records.push({ ...fields, event } as unknown as CallbackRecord);
      }
  }
  return missing.size > 0 ? { missingFields: [...missing] } : { records };
}

const epochSeconds = () => Math.floor(Date.now() / 1_000);

export function success(processed: number): Answer {
  const data = { processed_events: processed, timestamp: epochSeconds() };
  return { status: 200, body: JSON.stringify({ status: 'success', message: 'Callback processed successfully', data }) };
}

/** A 200 that took only some of the records: the shape of CleverTap's uploads, `status` with `unprocessed[]`. */
export function partly(processed: number, unprocessed: CallbackRecord[]): Answer {
  return {
    status: 200,
    body: JSON.stringify({
      status: processed > 0 ? 'partial' : 'fail',
      processed,
      unprocessed: unprocessed.map((record) => ({ status: 'fail', code: 500, error: 'Not processed', record })),
    }),
  };
}

export function failure(status: number, message: string, details: object = {}): Answer {
  const body = { status: 'error', message, error_code: status, details: { ...details, timestamp: epochSeconds() } };
  return { status, body: JSON.stringify(body) };
}
