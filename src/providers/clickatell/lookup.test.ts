/** Clickatell: what it says when it is asked about a message. */
import { CALLBACK_URL, runLookupCases } from '../testing/cases';
import type { SeenRequest } from '../testing/vendor';
import { clickatell } from '.';
import { credentials, message } from './fixtures/sample';

const subject = { attemptId: message.id, providerId: 'api-1', to: message.to, submittedAt: new Date(0) };
const asks = (id: string): SeenRequest => ({
  method: 'GET',
  path: `/v1/message/${id}`,
  headers: { authorization: credentials.apiKey, accept: 'application/json' },
  body: '',
});
const looked = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });
const found = { attemptId: message.id, providerId: 'api-1', at: new Date(1_500_000_000_000) };

runLookupCases(clickatell, credentials, [
  {
    label: 'asks by Clickatell’s id',
    subjects: [subject],
    answer: looked({ sms: { status: 'DEVICE_ACK', timestamp: 1_500_000_000_000 } }),
    request: asks('api-1'),
    receipts: [{ ...found, status: 'delivered' }],
  },
  {
    label: 'restores the zeros that normalising took off its id',
    subjects: [{ ...subject, providerId: '6411ad91fa211e7d17bc873aa4a41d' }],
    answer: looked({ sms: { status: 'QUEUED' } }),
    request: asks('006411ad91fa211e7d17bc873aa4a41d'),
    receipts: [
      { attemptId: message.id, providerId: '6411ad91fa211e7d17bc873aa4a41d', at: undefined, status: 'pending' },
    ],
  },
  ...[
    { statusCode: 29, status: 'RECIPIENT_DOES_NOT_EXIST', timestamp: 1_500_000_000_000 },
    { messages: [{ Status: 'recipient_does_not_exist', timestamp: 1_500_000_000_000 }] },
  ].map((body) => ({
    label: `a failure, as ${JSON.stringify(body)}`,
    subjects: [subject],
    answer: looked(body),
    receipts: [
      {
        ...found,
        status: 'failed' as const,
        class: 'recipient' as const,
        clevertap: '910' as const,
        code: '29',
        reason: expect.stringMatching(/^recipient_does_not_exist$/i) as string,
      },
    ],
  })),
  {
    label: 'a message that it does not have is unknown',
    subjects: [subject],
    answer: looked({ sms: { status: 'UNKNOWN', timestamp: 1_500_000_000_000 } }),
    receipts: [],
  },
  {
    label: 'so is one that is said so by an error',
    subjects: [subject],
    answer: looked({ error: { code: 41, description: 'Resource does not exist' } }, 404),
    receipts: [],
  },
  {
    label: 'a refused key is an error',
    subjects: [subject],
    answer: looked({ error: { code: 1, description: 'Invalid or missing Integration API Key' } }),
    failure: { class: 'account', code: '1' },
  },
]);

it('asks nothing where Clickatell’s id never came', async () => {
  const config = { credentials, baseUrl: 'http://127.0.0.1:9', callbackUrl: CALLBACK_URL, callbackAuth: null };
  const http = { request: () => Promise.reject(new Error('nothing may be asked')) };
  const asked = clickatell.lookup!(config, [{ ...subject, providerId: null }], http, new AbortController().signal);
  expect(await asked).toEqual([]);
});
