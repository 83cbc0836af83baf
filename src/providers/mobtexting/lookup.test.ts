/** Mobtexting: what it says when it is asked about a message. */
import { runLookupCases } from '../testing/cases';
import { mobtexting } from '.';
import { credentials, message, UUID, second } from './fixtures/sample';

const ZERO_ID = `00${UUID.slice(2)}:2`;
const subject = { attemptId: message.id, providerId: `${UUID}:1`, to: message.to, submittedAt: new Date(0) };
const pulled = (...data: object[]) => ({ body: JSON.stringify({ status: 'OK', code: 200, message: 'OK', data }) });
const row = (more: object = {}) => ({
  id: `${UUID}:1`,
  mobile: '919800000001',
  status: 'DELIVRD',
  units: 1,
  custom: message.id,
  submitted_at: '2018-07-06 09:57:42',
  delivered_at: '2018-07-06 21:57:42',
  ...more,
});
const arrived = {
  attemptId: message.id,
  providerId: `${UUID}:1`,
  at: new Date('2018-07-06T16:27:42Z'),
  status: 'delivered' as const,
};
const question = (query: string) => ({
  method: 'GET',
  path: `/api/v2/sms/status?${query}`,
  headers: { authorization: 'Bearer tok-0123456789abcdef', accept: 'application/json' },
  body: '',
});

runLookupCases(mobtexting, credentials, [
  {
    label: 'asks by their id',
    subjects: [subject],
    answer: pulled(row()),
    request: question(`id=${UUID}%3A1`),
    receipts: [arrived],
  },
  {
    label: 'restores the zeros that normalising took off their id',
    subjects: [{ ...subject, providerId: ZERO_ID.replace(/^0+/, '') }],
    answer: pulled(row({ id: ZERO_ID })),
    request: question(`id=${encodeURIComponent(ZERO_ID)}`),
    receipts: [{ ...arrived, providerId: ZERO_ID }],
  },
  {
    label: 'asks by our id where theirs never came',
    subjects: [{ ...subject, providerId: null }],
    answer: pulled(row({ status: 'AWAITING-DLR', delivered_at: '' })),
    request: question(`cid=${message.id}`),
    receipts: [{ ...arrived, at: undefined, status: 'pending' }],
  },
  {
    label: 'a failure has its word',
    subjects: [subject],
    answer: pulled(row({ status: 'inv-sender' })),
    receipts: [
      { ...arrived, status: 'failed', class: 'sender', clevertap: '906', code: 'INV-SENDER', reason: 'INV-SENDER' },
    ],
  },
  { label: 'a status as a number', subjects: [subject], answer: pulled(row({ status: 0 })), receipts: [arrived] },
  {
    label: 'messages of others are left out',
    subjects: [subject],
    answer: pulled(row({ id: `${UUID}:2`, custom: second.id })),
    receipts: [],
  },
  {
    label: 'messages of others are left out, asked for by our id',
    subjects: [{ ...subject, providerId: null }],
    answer: pulled(row({ id: `${UUID}:2`, custom: second.id })),
    receipts: [],
  },
  { label: 'nothing known', subjects: [{ ...subject, providerId: null }], answer: pulled(), receipts: [] },
  {
    label: 'a word that nobody knows is no end',
    subjects: [subject],
    answer: pulled(row({ status: 'TELEPORTED' })),
    receipts: [{ ...arrived, status: 'pending', unlisted: 'TELEPORTED' }],
  },
  {
    label: 'an error inside a 200',
    subjects: [subject],
    answer: { body: '{"status":"Unauthorized","code":401,"message":"Unauthenticated."}' },
    failure: { class: 'account', code: 'http-401' },
  },
]);
