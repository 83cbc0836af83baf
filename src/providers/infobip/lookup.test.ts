/** Infobip: what it says when it is asked about a message. */
import { runLookupCases } from '../testing/cases';
import { infobip } from '.';
import { credentials, message, second } from './fixtures/sample';

const LOG = {
  destination: '919800000001',
  bulkId: 'BULK-ID-123-xyz',
  messageId: message.id,
  sentAt: '2019-11-09T16:00:00.000+0100',
  doneAt: '2019-11-09T16:00:05.000+0100',
  messageCount: 1,
  price: { pricePerMessage: 0.01, currency: 'EUR' },
  status: { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET', description: 'Delivered' },
  error: { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR', description: 'No Error', permanent: false },
  content: { text: 'Hello' },
  mccMnc: '22801',
};
const subject = { attemptId: message.id, providerId: null, to: message.to, submittedAt: new Date(0) };
const other = { ...subject, attemptId: second.id, to: second.to };
const doneAt = new Date('2019-11-09T15:00:05Z');

runLookupCases(infobip, credentials, [
  {
    label: 'asks the logs for several messages, which takes no report away',
    subjects: [subject, other],
    answer: { body: JSON.stringify({ results: [LOG] }) },
    request: {
      method: 'GET',
      path: `/sms/3/logs?messageId=${message.id},${second.id}&limit=4`,
      headers: { authorization: `App ${credentials.apiKey}`, accept: 'application/json' },
      body: '',
    },
    receipts: [{ attemptId: message.id, at: doneAt, status: 'delivered' }],
  },
  {
    label: 'a message on its way is there',
    subjects: [subject],
    answer: {
      body: JSON.stringify({ results: [{ ...LOG, status: { groupId: 1, id: 7, name: 'PENDING_ENROUTE' } }] }),
    },
    receipts: [{ attemptId: message.id, at: doneAt, status: 'pending' }],
  },
  {
    label: 'a refusal has its reason',
    subjects: [subject],
    answer: {
      body: JSON.stringify({
        results: [
          {
            ...LOG,
            status: { groupId: 2, id: 4, name: 'UNDELIVERABLE_REJECTED_OPERATOR' },
            error: { id: 4108, name: 'EC_SENDER_BLOCKED_BY_DLT' },
          },
        ],
      }),
    },
    receipts: [
      {
        attemptId: message.id,
        at: doneAt,
        status: 'failed',
        class: 'sender',
        clevertap: '906',
        code: '4108',
        reason: 'EC_SENDER_BLOCKED_BY_DLT',
      },
    ],
  },
  {
    label: 'the entry of a repetition does not speak for the message',
    subjects: [subject],
    answer: {
      body: JSON.stringify({ results: [LOG, { ...LOG, status: { groupId: 5, id: 23, name: 'REJECTED_DUPLICATE' } }] }),
    },
    receipts: [
      { attemptId: message.id, at: doneAt, status: 'delivered' },
      { attemptId: message.id, at: doneAt, status: 'pending' },
    ],
  },
  { label: 'nothing known', subjects: [subject], answer: { body: '{"results":[]}' }, receipts: [] },
  {
    label: 'messages that were not asked for are left out',
    subjects: [other],
    answer: { body: JSON.stringify({ results: [LOG] }) },
    receipts: [],
  },
]);
