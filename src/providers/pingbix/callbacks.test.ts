/** Pingbix: what its reports and texts of phones mean. */
import type { Receipt } from '../provider';
import { runCallbackCases } from '../testing/cases';
import type { CallbackCase } from '../testing/cases';
import { pingbix } from '.';
import { credentials, configured, FIRST, SECOND } from './fixtures/sample';

const report = (fields: Record<string, string>) => ({
  body: JSON.stringify({ transactionId: '7c19', mobile: '919800000001', ...fields }),
});
const receipts = (receipt: Receipt) => ({ kind: 'receipts' as const, receipts: [{ providerId: FIRST, ...receipt }] });
const failed = (code: string, reason = code) =>
  receipts({ status: 'failed', class: 'recipient', clevertap: '900', code, reason });

/** Reports of the family without a status: label, what differs, what is made of it. */
const FAMILY: [string, Record<string, string>, CallbackCase['expected']][] = [
  [
    'a time of delivery',
    { ErrorCode: '0', ReceivedTime: '2026-11-29 10:00:00', DeliveredTime: '2026-11-29 10:00:03' },
    receipts({ status: 'delivered' }),
  ],
  ['a time of delivery, no code', { DeliveredTime: '1795946403' }, receipts({ status: 'delivered' })],
  ['a code', { ErrorCode: '27', DeliveredTime: '2026-11-29 10:00:03' }, failed('27', 'failed')],
  ['a code and a cause', { ErrorCode: '27', Cause: 'Absent 919800000001' }, failed('27', 'Absent ***')],
  [
    'received, not delivered',
    { ErrorCode: '000', ReceivedTime: '2026-11-29 10:00:00' },
    receipts({ status: 'pending' }),
  ],
  ['a time that is none', { ErrorCode: '0', DeliveredTime: '0' }, receipts({ status: 'pending' })],
  ['the request was a success', { Status: 'success', statusCode: '200' }, receipts({ status: 'pending' })],
  [
    'the request was a success, and it is there',
    { status: 'OK', DeliveredTime: '10:00:03' },
    receipts({ status: 'delivered' }),
  ],
  ['a status goes before a time', { STATUS: 'FAILED', DeliveredTime: '10:00:03' }, failed('FAILED')],
  ['nothing at all', {}, { kind: 'malformed', reason: 'no status' }],
];

const callbackCases: CallbackCase[] = [
  ...['DELIVRD', 'delivered', 'Delivered'].map((status) => ({
    label: `${status} is delivered`,
    request: report({ status }),
    expected: receipts({ status: 'delivered' }),
  })),
  ...['UNDELIV', 'undelivered', 'UNDELIVERABLE', 'FAILED', 'REJECTD', 'rejected'].map((status) => ({
    label: `${status} is failed`,
    request: report({ status }),
    expected: failed(status),
  })),
  {
    label: 'EXPIRED is expired',
    request: report({ status: 'EXPIRED' }),
    expected: receipts({ status: 'expired', class: 'recipient', clevertap: '916', code: 'EXPIRED', reason: 'EXPIRED' }),
  },
  {
    label: 'code and reason',
    request: report({ status: 'FAILED', statusCode: '620', reason: 'header of 919800000001' }),
    expected: failed('620', 'header of ***'),
  },
  {
    label: 'a number without its country',
    request: report({ status: 'DELIVRD', mobile: '9800000001' }),
    expected: receipts({ status: 'delivered' }),
  },
  {
    label: 'another number of the same request',
    request: report({ status: 'DELIVRD', mobile: '+91 98000 00002' }),
    expected: receipts({ providerId: SECOND, status: 'delivered' }),
  },
  {
    label: 'no number',
    request: report({ status: 'DELIVRD', mobile: '' }),
    expected: { kind: 'malformed', reason: 'no number' },
  },
  {
    label: 'no id',
    request: report({ status: 'DELIVRD', transactionId: '' }),
    expected: { kind: 'malformed', reason: 'no id' },
  },
  { label: 'no status', request: report({ status: '' }), expected: { kind: 'malformed', reason: 'no status' } },
  {
    label: 'BLACKLISTED is blocked for this number',
    request: report({ status: 'Blacklisted' }),
    expected: receipts({
      status: 'failed',
      class: 'recipient',
      clevertap: '903',
      code: 'Blacklisted',
      reason: 'Blacklisted',
    }),
  },
  ...['SUBMITTED', 'Sent', 'PENDING'].map((status) => ({
    label: `${status} is pending`,
    request: report({ status }),
    expected: receipts({ status: 'pending' }),
  })),
  ...FAMILY.flatMap(([label, fields, expected]) => {
    const said = { Transactionid: '7c19', Messageid: 'm-1', mobileNo: '919800000001', ...fields };
    const form = new URLSearchParams(said).toString();
    return [
      { label: `by GET: ${label}`, request: { method: 'GET', url: `/callbacks/token?${form}`, body: '' }, expected },
      { label: `by a form: ${label}`, request: { url: '/callbacks/token', body: form }, expected },
      { label: `in JSON: ${label}`, request: { body: JSON.stringify(said) }, expected },
    ];
  }),
];

const proof = {
  callbackAuth: { basic: { username: 'pingbix', password: 'p4ss:word' } },
  authHeader: 'authorization',
};
const headers = { authorization: `Basic ${Buffer.from('pingbix:p4ss:word').toString('base64')}` };

runCallbackCases(pingbix, {
  credentials,
  ...proof,
  genuine: { headers, ...report({ status: 'DELIVRD' }) },
  format: 'json',
  unknownStatus: {
    request: report({ status: 'TELEPORTED' }),
    expected: receipts({ status: 'pending', unlisted: 'TELEPORTED' }),
  },
  cases: callbackCases,
});

const query = (fields: Record<string, string>) => ({
  method: 'GET',
  url: `/callbacks/token?${new URLSearchParams({ id: 'A1', ...fields }).toString()}`,
});

runCallbackCases(pingbix, {
  credentials: configured({
    apiKey: 'key-0123456789',
    receipts: {
      in: 'query',
      providerId: 'id',
      status: 'word',
      statuses: { done: 'delivered', lost: 'failed' },
      code: 'why',
      refusals: [{ value: '620', class: 'sender', clevertap: '906' }],
      to: null,
    },
  }),
  ...proof,
  genuine: { headers, ...query({ word: 'done' }) },
  format: 'query',
  unknownStatus: {
    request: query({ word: 'DELIVRD' }),
    expected: receipts({ providerId: 'A1', status: 'pending', unlisted: 'DELIVRD' }),
  },
  cases: [
    { label: 'as configured', request: {}, expected: receipts({ providerId: 'A1', status: 'delivered' }) },
    {
      label: 'a listed code',
      request: query({ word: 'LOST', why: '620' }),
      expected: receipts({
        providerId: 'A1',
        status: 'failed',
        class: 'sender',
        clevertap: '906',
        code: '620',
        reason: 'LOST',
      }),
    },
  ],
});

describe('pingbix ids in another base', () => {
  const base = { baseUrl: '', callbackUrl: '', callbackAuth: null };
  const request = {
    method: 'GET',
    url: '/callbacks/token?Transactionid=7C19&Status=DELIVRD&mobileNo=919800000001',
    headers: {},
    query: new URLSearchParams(),
    body: Buffer.alloc(0),
  };

  it.each<[string, 'hex' | 'decimal' | null, string]>([
    ['hex', 'hex', '31769-79a1458e4391d2b5'],
    ['the same', null, '7C19-79a1458e4391d2b5'],
  ])('%s', (_label, providerIdBase, providerId) => {
    expect(pingbix.callback(request, { ...base, credentials, providerIdBase })).toEqual({
      kind: 'receipts',
      receipts: [{ providerId, status: 'delivered' }],
    });
  });
});

describe('pingbix texts of phones', () => {
  const config = (inbound?: object) => ({
    credentials: configured({ apiKey: 'key-0123456789', ...(inbound && { inbound }) }),
    baseUrl: '',
    callbackUrl: '',
    callbackAuth: null,
  });
  const request = {
    method: 'POST',
    url: '/callbacks/token',
    headers: {},
    query: new URLSearchParams(),
    body: Buffer.from('{"mobile":"919800000001","message":"STOP","mo":"1"}'),
  };

  it('are read where the gateway says, and are no reports', () => {
    const inbound = { in: 'json', from: 'mobile', text: 'message', id: 'mo' };
    expect(pingbix.callback(request, config(inbound))).toMatchObject({
      kind: 'inbound',
      texts: [{ from: '+919800000001', text: 'STOP', providerId: '1' }],
    });
    expect(pingbix.callback(request, config())).toEqual({ kind: 'malformed', reason: 'no status' });
  });
});
