/** Mobtexting: what its reports and replies mean. */
import type { Receipt } from '../provider';
import { runCallbackCases } from '../testing/cases';
import type { CallbackCase } from '../testing/cases';
import { mobtexting } from '.';
import { credentials, message, UUID, EVERY } from './fixtures/sample';

const headers = { 'content-type': 'application/json', authorization: 'Bearer s3cret' };
const at = new Date('2021-04-09T10:57:51.000Z');
const report = (changes: object) => ({
  body: JSON.stringify({
    id: `${UUID}:1`,
    mobile: '919800000001',
    status: 'DELIVRD',
    credits: '2.0000',
    units: 2,
    deliv_time: '2021-04-09 16:27:51',
    sent_time: '2021-04-09 16:27:35',
    submit_time: '2021-04-09 16:27:39',
    cid: '1234444',
    custom: message.id,
    ...changes,
  }),
});
const receipts = (receipt: Partial<Receipt> & Pick<Receipt, 'status'>) => ({
  kind: 'receipts' as const,
  receipts: [{ attemptId: message.id, providerId: `${UUID}:1`, at, ...receipt }],
});
const expired = (code: string) =>
  receipts({ status: 'expired', class: 'recipient', clevertap: '916', code, reason: code });

const callbackCases: CallbackCase[] = [
  { label: 'a delivery', request: report({}), expected: receipts({ status: 'delivered' }) },
  { label: 'a delivery by number', request: report({ status: '000' }), expected: receipts({ status: 'delivered' }) },
  { label: 'other letters', request: report({ status: 'Delivrd' }), expected: receipts({ status: 'delivered' }) },
  { label: 'still waiting', request: report({ status: 'AWAITING-DLR' }), expected: receipts({ status: 'pending' }) },
  ...['EXPIRED', '021', 'TIMEOUT-DLR'].map((word) => ({
    label: `${word} is expired`,
    request: report({ status: word }),
    expected: expired(word),
  })),
  ...EVERY.map(([failure, clevertap, word]) => ({
    label: `${word} is ${failure} ${clevertap}`,
    request: report({ status: word }),
    expected: receipts({
      status: 'failed',
      class: failure,
      clevertap,
      code: word,
      reason: word,
      ...(clevertap === '903' ? { optOut: true } : {}),
    }),
  })),
  {
    label: 'our id in other letters',
    request: report({ custom: message.id.toUpperCase() }),
    expected: receipts({ status: 'delivered' }),
  },
  {
    label: 'their id alone',
    request: report({ custom: '' }),
    expected: receipts({ status: 'delivered', attemptId: undefined }),
  },
  {
    label: 'our id alone',
    request: report({ id: undefined }),
    expected: receipts({ status: 'delivered', providerId: undefined }),
  },
  {
    label: 'no id',
    request: report({ id: null, custom: null }),
    expected: { kind: 'malformed', reason: 'neither custom nor id' },
  },
  {
    label: 'our id as cid, which a composed webhook may call it',
    request: report({ custom: undefined, cid: message.id.toUpperCase() }),
    expected: receipts({ status: 'delivered' }),
  },
  {
    label: 'a status that came as a number',
    request: report({ status: 9 }),
    expected: receipts({ status: 'failed', class: 'recipient', clevertap: '912', code: '009', reason: '009' }),
  },
  { label: 'no status', request: report({ status: ' ' }), expected: { kind: 'malformed', reason: 'no status' } },
  ...(
    [
      [{ deliv_at: '1701086585' }, new Date(1_701_086_585_000)],
      [{ deliv_at: '0' }, at],
      [{ deliv_at: '' }, at],
      [{ deliv_time: '' }, undefined],
      [{ deliv_time: '2021-13-09 16:27:51' }, undefined],
      [{ deliv_time: 7 }, undefined],
    ] as [object, Date | undefined][]
  ).map(([times, expected]) => ({
    label: `reads the time of ${JSON.stringify(times)}`,
    request: report(times),
    expected: receipts({ status: 'delivered', at: expected }),
  })),
  {
    label: 'the check of a new webhook',
    request: { url: '/callbacks/token?token=9012XX', body: '{"validation_key":"9012XX","challenge":"a234qwe"}' },
    expected: { kind: 'challenge', answer: { challenge: 'a234qwe' } },
  },
  {
    label: 'an inbound message',
    request: {
      body: JSON.stringify({
        event: 'vmn:message:in',
        payload: {
          id: 'their-id',
          channels: [{ name: 'vmn', to: '919000000000' }],
          recipient: { from: '919800000001', user: {} },
          message: { type: 'text', payload: { text: 'STOP' } },
        },
      }),
    },
    expected: {
      kind: 'inbound',
      texts: [{ from: '+919800000001', to: '919000000000', text: 'STOP', providerId: 'their-id', at: undefined }],
    },
  },
  {
    label: 'an inbound message that is no text',
    request: { body: '{"event":"vmn:message:in","payload":{"message":{"type":"image"}}}' },
    expected: { kind: 'ignored', reason: 'an inbound message without a text' },
  },
  {
    label: 'a report with a field named challenge is a report',
    request: report({ challenge: 'a234qwe' }),
    expected: receipts({ status: 'delivered' }),
  },
  {
    label: 'a challenge that is no text',
    request: { body: '{"validation_key":"9012XX","challenge":{"a":1}}' },
    expected: { kind: 'malformed', reason: 'no status' },
  },
  {
    label: 'a challenge that nobody would send',
    request: { body: JSON.stringify({ validation_key: 'x', challenge: 'a'.repeat(201) }) },
    expected: { kind: 'malformed', reason: 'the challenge is too long' },
  },
  {
    label: 'a challenge without the secret is not answered',
    request: { headers: {}, body: '{"validation_key":"9012XX","challenge":"a234qwe"}' },
    expected: { kind: 'unauthentic', reason: 'wrong or no Authorization' },
  },
];

runCallbackCases(mobtexting, {
  credentials,
  callbackAuth: { bearer: 's3cret' },
  authHeader: 'authorization',
  genuine: { headers, ...report({}) },
  format: 'json',
  unknownStatus: {
    request: report({ status: 'TELEPORTED' }),
    expected: receipts({ status: 'pending', unlisted: 'TELEPORTED' }),
  },
  cases: callbackCases,
});
