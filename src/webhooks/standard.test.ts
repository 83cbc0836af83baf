import type { SendableCallback } from '../store/webhooks/relays';
import { readStandardStatus, standardBody } from './standard';

const MESSAGE = '0198f0a0-0000-7000-8000-000000000001';
const callback = (over: Partial<SendableCallback> = {}): SendableCallback => ({
  id: '7',
  claim: '0198f0a0-0000-7000-8000-000000000002',
  slot: 'outcome',
  event: 'delivered',
  messageId: MESSAGE,
  msisdn: '+919800000001',
  meta: 'm-1',
  messageState: 'delivered',
  code: null,
  description: null,
  occurredAt: new Date('2026-08-01T10:00:00.999Z'),
  detail: null,
  tries: 1,
  failedBefore: false,
  dueAt: new Date('2026-08-01T10:00:01Z'),
  isFresh: true,
  ...over,
});
const body = (over?: Partial<SendableCallback>): unknown => JSON.parse(standardBody(callback(over)));

it('tells a delivery', () => {
  expect(body()).toEqual({
    type: 'message.delivered',
    timestamp: '2026-08-01T10:00:00.999Z',
    data: { id: MESSAGE, to: '+919800000001', meta: 'm-1', state: 'delivered' },
  });
});

it('tells a failure with its code, its reason, and how it ended', () => {
  const failure = { event: 'failed', messageState: 'expired', code: '916', description: 'no report came' } as const;
  expect(body({ ...failure, meta: null })).toEqual({
    type: 'message.failed',
    timestamp: '2026-08-01T10:00:00.999Z',
    data: { id: MESSAGE, to: '+919800000001', meta: null, state: 'expired', code: '916', reason: 'no report came' },
  });
});

it('tells a reply and a click', () => {
  const reply = { event: 'replied', detail: { toPhone: '5555', incomingText: 'STOP' } };
  expect(body(reply)).toMatchObject({
    type: 'message.replied',
    data: { id: MESSAGE, to: '+919800000001', meta: 'm-1', text: 'STOP', toNumber: '5555' },
  });
  const click = { event: 'clicked', detail: { url: 'https://a.example/x', shortUrl: 'https://s.example/l/abc' } };
  expect(body(click)).toMatchObject({
    type: 'message.clicked',
    data: { id: MESSAGE, url: 'https://a.example/x', shortUrl: 'https://s.example/l/abc' },
  });
});

it.each([
  [200, 'accepted'], [204, 'accepted'], [299, 'accepted'], [410, 'gone'], [301, 'retry'], [400, 'retry'],
  [401, 'retry'], [404, 'retry'], [429, 'retry'], [500, 'retry'], [503, 'retry'],
])('%i: %s', (status, verdict) => {
  expect(readStandardStatus(status)).toBe(verdict);
}); // prettier-ignore
