/** Twilio: what it says when it is asked about a message. */
import type { Receipt } from '../provider';
import { runLookupCases } from '../testing/cases';
import type { SeenRequest } from '../testing/vendor';
import { twilio } from '.';
import { credentials, message, sid } from './fixtures/sample';

const submittedAt = new Date('2026-03-01T23:59:58Z');
const subject = { attemptId: message.id, providerId: sid.toLowerCase(), to: message.to, submittedAt };
const unnamed = { ...subject, providerId: null };
const resource = (more: object = {}) => ({
  sid,
  account_sid: credentials.accountSid,
  to: message.to,
  body: 'Hello',
  direction: 'outbound-api',
  status: 'delivered',
  error_code: null,
  date_created: 'Mon, 02 Mar 2026 00:00:00 +0000',
  ...more,
});
const list = (...messages: object[]) => ({ body: JSON.stringify({ messages, page: 0, next_page_uri: null }) });
const question = (path: string): SeenRequest => ({
  method: 'GET',
  path: `/2010-04-01/Accounts/${credentials.accountSid}/${path}`,
  headers: { authorization: 'Basic QUNleGFtcGxlMTp0b2tlbi0wMTIzNDU2Nzg5YWJjZGVm', accept: 'application/json' },
  body: '',
});
const delivered: Receipt = { attemptId: message.id, providerId: sid, status: 'delivered' };

runLookupCases(twilio, credentials, [
  {
    label: 'fetches a message by its SID, whatever its spelling here',
    subjects: [subject],
    answer: { body: JSON.stringify(resource()) },
    request: question(`Messages/${sid}.json`),
    receipts: [delivered],
  },
  {
    label: 'a failure has its code',
    subjects: [subject],
    answer: { body: JSON.stringify(resource({ status: 'undelivered', error_code: 30005 })) },
    receipts: [
      {
        ...delivered,
        status: 'failed',
        class: 'recipient',
        clevertap: '910',
        code: '30005',
        reason: 'undelivered: error 30005',
      },
    ],
  },
  {
    label: 'a code in digits is one',
    subjects: [subject],
    answer: { body: JSON.stringify(resource({ status: 'undelivered', error_code: '21610' })) },
    receipts: [
      {
        ...delivered,
        status: 'failed',
        class: 'recipient',
        clevertap: '903',
        optOut: true,
        code: '21610',
        reason: 'undelivered: error 21610',
      },
    ],
  },
  {
    label: 'a message on its way is there',
    subjects: [subject],
    answer: { body: JSON.stringify(resource({ status: 'sent' })) },
    receipts: [{ ...delivered, status: 'pending' }],
  },
  {
    label: 'a SID that is unknown',
    subjects: [subject],
    answer: { status: 404, body: '{"code":20404}' },
    receipts: [],
  },
  {
    label: 'without a SID finds it by number and time',
    subjects: [unnamed],
    answer: list(
      resource({ sid: 'SM2', date_created: 'Mon, 02 Mar 2026 00:01:00 +0000' }),
      resource(),
      resource({ sid: 'SM3', date_created: 'Sun, 01 Mar 2026 23:59:40 +0000' }),
      resource({ sid: 'SM4', direction: 'inbound' }),
      resource({ sid: 'SM5', to: '+919800000002' }),
    ),
    request: question('Messages.json?To=%2B919800000001&DateSent%3E=2026-03-01&PageSize=1000'),
    receipts: [delivered],
  },
  {
    label: 'tells two messages of one minute apart by their text',
    subjects: [{ ...unnamed, text: 'Hello' }],
    answer: list(resource(), resource({ sid: 'SM2', body: 'Another' })),
    receipts: [delivered],
  },
  {
    label: 'takes neither of two that could be it',
    subjects: [unnamed],
    answer: list(resource(), resource({ sid: 'SM2' })),
    receipts: [],
  },
  { label: 'without a SID and unknown', subjects: [unnamed], answer: list(), receipts: [] },
  {
    label: 'a path that is not there is no answer',
    subjects: [unnamed],
    answer: { status: 404 },
    failure: { class: 'account', code: 'http-404' },
  },
]);
