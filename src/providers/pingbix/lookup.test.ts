/** Pingbix: what it says when it is asked about a message. */
import { runLookupCases } from '../testing/cases';
import { pingbix } from '.';
import { credentials, message, said, FIRST, LOGIN } from './fixtures/sample';

const subject = { attemptId: message.id, providerId: FIRST, to: message.to, submittedAt: new Date(0) };
const listed = (...statuses: object[]) =>
  said({ response: { status: 'success', report_statusList: statuses.map((status) => ({ status })) } });
const entry = { uuid: '7c19', msgId: 'm-1', mobileNo: '919800000001', 'Submitted Time': '10:00:00' };
const found = { attemptId: message.id };

runLookupCases(pingbix, credentials, [
  {
    label: 'asks by the transaction, and takes the entry of the number',
    subjects: [subject],
    answer: listed({ ...entry, mobileNo: '919800000002', Status: 'FAILED' }, { ...entry, Status: 'DELIVERED' }),
    request: {
      method: 'GET',
      path: `/SMSApi/report/status?uuid=7c19&output=json&${LOGIN}`,
      headers: { accept: 'application/json' },
      body: '',
    },
    receipts: [{ ...found, status: 'delivered' }],
  },
  {
    label: 'a failure, under the other name of the list',
    subjects: [subject],
    answer: said({ response: { reports_statusList: [{ ...entry, Status: 'UNDELIVERABLE', Cause: 'Absent' }] } }),
    receipts: [
      { ...found, status: 'failed', class: 'recipient', clevertap: '900', code: 'UNDELIVERABLE', reason: 'Absent' },
    ],
  },
  {
    label: 'no status yet',
    subjects: [subject],
    answer: listed(entry),
    receipts: [{ ...found, status: 'pending' }],
  },
  {
    label: 'messages of others',
    subjects: [subject],
    answer: listed({ mobileNo: '919800000003', Status: 'DELIVERED' }),
    receipts: [],
  },
  { label: 'no report yet', subjects: [subject], answer: said({ response: { status: 'error' } }), receipts: [] },
  {
    label: 'a refused login',
    subjects: [subject],
    answer: said({ response: { status: 'error', statusCode: 401, reason: 'no pa55-w0rd' } }),
    failure: { class: 'account', code: '401', message: 'no ***' },
  },
]);
